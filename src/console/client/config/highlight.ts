/** Colours for YAML and shell scripts: enough to see where a string or a comment ends. Not a parser. Pure. */

export type Kind = "plain" | "comment" | "string" | "key" | "word" | "value";

export interface Token {
  readonly kind: Kind;
  readonly text: string;
}

export type Language = "yaml" | "shell" | "plain";

/** By name, and for scripts by their first line. */
export function languageOf(path: string, text: string): Language {
  if (/\.ya?ml$/.test(path)) return "yaml";
  const shell = path.endsWith(".sh") || path.startsWith("bin/") ||
    text.startsWith("#!");
  return shell ? "shell" : "plain";
}

type Rules = readonly (readonly [Kind, RegExp])[];

const YAML: Rules = [
  ["comment", /#.*/y],
  ["string", /"(?:[^"\\]|\\.)*"?|'[^']*'?/y],
  ["key", /[A-Za-z_][\w.-]*(?=\s*:(?:\s|$))/y],
  ["value", /(?:\d[\d.]*(?:ms|[smhdKMG])?|true|false|null|on|off)(?![\w./-])/y],
];
const SHELL: Rules = [
  ["comment", /#.*/y],
  ["string", /'[^']*'?|"(?:[^"\\]|\\.)*"?/y],
  ["value", /\$(?:\w+|\{[^}]*\}|[@#?*!$-])/y],
  [
    "word",
    /(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|in|function|return|exit|exec|local|export|set|trap|shift|break|continue)(?![\w-])/y,
  ],
];

/** Line by line. */
export function highlight(text: string, language: Language): Token[][] {
  const rules = { yaml: YAML, shell: SHELL, plain: [] }[language];
  return text.split("\n").map((line) => tokens(line, rules));
}

function tokens(line: string, rules: Rules): Token[] {
  const found: Token[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") found.push({ kind: "plain", text: plain });
    plain = "";
  };
  for (let at = 0; at < line.length;) {
    const token = tokenAt(line, at, rules);
    if (token) {
      flush();
      found.push(token);
      at += token.text.length;
    } else plain += line[at++];
  }
  flush();
  return found;
}

function tokenAt(line: string, at: number, rules: Rules): Token | null {
  const before = line[at - 1] ?? " ";
  for (const [kind, pattern] of rules) {
    // "a#b" is no comment, and "endif" no word.
    if (kind !== "string" && kind !== "value" && /[\w#$-]/.test(before)) {
      continue;
    }
    if (kind === "comment" && !/\s/.test(before)) continue;
    if (kind === "value" && /\w/.test(before)) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match && match[0] !== "") return { kind, text: match[0] };
  }
  return null;
}
