/** The text of rules → words and signs with their places. Pure. */
import type { Place } from "./rule.ts";

export interface Token extends Place {
  readonly text: string;
  readonly kind: "word" | "sign" | "end";
}

/** What is wrong with rules, and where: the line and column are those of the rules' own text. */
export class RuleError extends Error implements Place {
  override readonly name = "RuleError";
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

/** Comments begin with # or // and end with the line. */
const PIECE =
  /([ \t\r]+|#[^\n]*|\/\/[^\n]*)|(\n)|(&&|\|\||==|!=|[!():;])|([A-Za-z0-9_.*?-]+)/y;

/** Throws RuleError at the first character that belongs to nothing. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  let lineStart = 0;
  PIECE.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(text);
    const column = at - lineStart + 1;
    if (match === null) {
      const sign = String.fromCodePoint(text.codePointAt(at)!);
      const hint = HINTS[sign] ?? "";
      throw new RuleError(`unexpected "${sign}"${hint}`, line, column);
    }
    const [all, , newline, sign, word] = match;
    at += all.length;
    if (newline !== undefined) {
      line += 1;
      lineStart = at;
    } else if (sign !== undefined || word !== undefined) {
      const kind = sign === undefined ? "word" : "sign";
      found.push({ text: all, kind, line, column });
    }
  }
  const column = at - lineStart + 1;
  return [...found, { text: "", kind: "end", line, column }];
}

/** What people write instead. */
const HINTS: Readonly<{ [sign: string]: string }> = {
  "=": ', expected "=="',
  "&": ', expected "&&" or "and"',
  "|": ', expected "||" or "or"',
};
