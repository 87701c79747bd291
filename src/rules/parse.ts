/**
 * Failover rules: text → Rule[], by recursive descent. Nothing in them is ever run. Pure.
 *
 *   rules     = { rule [ ";" ] }
 *   rule      = [ label ":" ] "if" "(" or ")" [ "for" duration ] "then" action "(" ")"
 *   or        = and { ( "||" | "or" ) and }
 *   and       = not { ( "&&" | "and" ) not }
 *   not       = ( "!" | "not" ) not | "(" or ")" | resource ( "==" | "!=" ) state
 *   resource  = [ "local." | "remote." ] class "." id      id: a name, "*" or PREFIX* for all, "?" or PREFIX? for any
 */
import {
  CLASSES,
  type Expression,
  type Reference,
  RESOURCE_STATES,
  type Rule,
  RULE_ACTIONS,
} from "./rule.ts";
import { RuleError, type Token, tokens } from "./tokens.ts";

export const MAX_TEXT = 16 * 1024;
const MAX_RULES = 100;
/** Parentheses and negations inside each other: more is a mistake, and the parser calls itself for each. */
const MAX_DEPTH = 50;

/** Throws RuleError with line, column, and what was expected. */
export function parseRules(text: string): Rule[] {
  if (text.length > MAX_TEXT) {
    throw new RuleError(
      `the rules are ${text.length} characters, expected at most ${MAX_TEXT}`,
      1,
      1,
    );
  }
  const parser = new Parser(tokens(text));
  const rules: Rule[] = [];
  while (!parser.atEnd()) {
    const rule = parser.rule(`rule${rules.length + 1}`);
    if (rules.some(({ label }) => label === rule.label)) {
      throw new RuleError(
        `there is a rule "${rule.label}" already`,
        rule.line,
        rule.column,
      );
    }
    rules.push(rule);
    if (rules.length > MAX_RULES) {
      throw new RuleError(
        `more than ${MAX_RULES} rules`,
        rule.line,
        rule.column,
      );
    }
  }
  return rules;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    while (this.#accept(";"));
    return this.#token().kind === "end";
  }

  rule(name: string): Rule {
    const first = this.#token();
    const { line, column } = first;
    let label = name;
    if (first.kind === "word" && this.#tokens[this.#at + 1]?.text === ":") {
      if (!/^[A-Za-z][A-Za-z0-9_-]{0,40}$/.test(first.text)) {
        this.#fail(first, "the label of a rule: letters, digits, _ and -");
      }
      label = first.text;
      this.#at += 2;
    }
    this.#expect("if");
    this.#expect("(");
    const condition = this.#or();
    this.#expect(")");
    const holdMs = this.#accept("for") ? this.#duration() : null;
    this.#expect("then");
    const action = this.#oneOf(RULE_ACTIONS, "an action");
    this.#expect("(");
    this.#expect(")");
    return { label, condition, action, holdMs, line, column };
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#accept("||") || this.#accept("or")) {
      left = { is: "or", left, right: this.#and() };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#accept("&&") || this.#accept("and")) {
      left = { is: "and", left, right: this.#not() };
    }
    return left;
  }

  #not(): Expression {
    const token = this.#token();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new RuleError(
        `more than ${MAX_DEPTH} parentheses inside each other`,
        token.line,
        token.column,
      );
    }
    let found: Expression;
    if (this.#accept("!") || this.#accept("not")) {
      found = { is: "not", of: this.#not() };
    } else if (this.#accept("(")) {
      found = this.#or();
      this.#expect(")");
    } else found = this.#compare();
    this.#depth -= 1;
    return found;
  }

  #compare(): Expression {
    const reference = this.#reference();
    const token = this.#next();
    if (token.text !== "==" && token.text !== "!=") {
      this.#fail(token, '"==" or "!="');
    }
    const state = this.#oneOf(RESOURCE_STATES, "a state");
    return { is: "compare", reference, equal: token.text === "==", state };
  }

  #reference(): Reference {
    const token = this.#next();
    const { line, column } = token;
    const match =
      /^(?:(local|remote)\.)?([a-z]+)\.([A-Za-z][A-Za-z0-9_-]*|(?=[*?]))([*?]?)$/
        .exec(token.text);
    const kind = CLASSES.find((name) => name === match?.[2]);
    if (token.kind !== "word" || match === null || kind === undefined) {
      this.#fail(
        token,
        `a resource such as tcp.web or remote.intf.*, its class one of ${
          CLASSES.join(", ")
        }`,
      );
    }
    const which = match[4] === "*" ? "all" : match[4] === "?" ? "any" : "one";
    const side = match[1] === "remote" ? "remote" : "local";
    return { side, kind, id: match[3]!, which, line, column };
  }

  #duration(): number {
    const token = this.#next();
    const match = /^(\d{1,6})(ms|s|m|h)$/.exec(token.text);
    if (match === null) this.#fail(token, 'a time such as "15s"');
    const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
    return Number(match[1]) * unit[match[2] as keyof typeof unit];
  }

  #oneOf<T extends string>(words: readonly T[], what: string): T {
    const token = this.#next();
    const word = words.find((one) => one === token.text);
    if (word === undefined) {
      this.#fail(token, `${what}: ${words.join(", ")}`);
    }
    return word;
  }

  #expect(text: string): void {
    const token = this.#next();
    if (token.text !== text) this.#fail(token, `"${text}"`);
  }

  #accept(text: string): boolean {
    if (this.#token().text !== text) return false;
    this.#at += 1;
    return true;
  }

  #token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The last one, the end, is never passed. */
  #next(): Token {
    const token = this.#token();
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  #fail(token: Token, expected: string): never {
    const found = token.kind === "end" ? "the end" : `"${token.text}"`;
    throw new RuleError(
      `found ${found}, expected ${expected}`,
      token.line,
      token.column,
    );
  }
}
