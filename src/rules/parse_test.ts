import {
  deepStrictEqual,
  match,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { holds } from "./evaluate.ts";
import { parseRules } from "./parse.ts";
import { CLASSES, type Expression, RESOURCE_STATES } from "./rule.ts";
import { RuleError } from "./tokens.ts";

/** An expression as it would be written, every part in parentheses. */
function write(expression: Expression): string {
  switch (expression.is) {
    case "compare": {
      const { side, kind, id, which } = expression.reference;
      const sign = { one: "", all: "*", any: "?" }[which];
      const equal = expression.equal ? "==" : "!=";
      return `${side}.${kind}.${id}${sign} ${equal} ${expression.state}`;
    }
    case "not":
      return `!(${write(expression.of)})`;
    default:
      return `((${write(expression.left)}) ${expression.is} (${
        write(expression.right)
      }))`;
  }
}

/** Places differ with the writing. */
function bare(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (key, one) => key === "line" || key === "column" ? undefined : one,
    ),
  );
}

const compare = fc.record({
  is: fc.constant("compare" as const),
  reference: fc.record({
    side: fc.constantFrom("local" as const, "remote" as const),
    kind: fc.constantFrom(...CLASSES),
    id: fc.constantFrom("web", "a-b", "X_1"),
    which: fc.constantFrom("one" as const, "all" as const, "any" as const),
    line: fc.constant(0),
    column: fc.constant(0),
  }),
  equal: fc.boolean(),
  state: fc.constantFrom(...RESOURCE_STATES),
});
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    compare,
    fc.record({ is: fc.constant("not" as const), of: tie("expression") }),
    fc.record({
      is: fc.constantFrom("and" as const, "or" as const),
      left: tie("expression"),
      right: tie("expression"),
    }),
  ),
}));

Deno.test("parseRules() reads back whatever can be written", () => {
  fc.assert(fc.property(expression, (condition) => {
    const [rule] = parseRules(`x: if (${write(condition)}) then swap()`);
    deepStrictEqual(bare(rule?.condition), bare(condition));
  }));
});

Deno.test("parseRules() never fails but with a place inside the text", () => {
  const words = ["if", "(", ")", "then", "tcp.a", "==", "down", "&&", "!", ";"];
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words, "\n", "#", "swap()", "for", "9s"))
      .map((parts) => parts.join(" ")),
  );
  fc.assert(fc.property(text, (source) => {
    try {
      parseRules(source);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      const line = source.split("\n")[error.line - 1];
      strictEqual(line !== undefined && error.column >= 1, true);
      strictEqual(error.column <= line!.length + 1, true);
    }
  }));
});

Deno.test("parseRules() binds and closer than or, and not closest", () => {
  const [rule] = parseRules(
    "if (tcp.a == up or tcp.b == up and not tcp.c == up) then stop()",
  );
  const known = (names: string[]) => ({
    remote: new Map(),
    local: new Map(
      ["a", "b", "c"].map((name) => [`tcp.${name}`, {
        state: names.includes(name) ? "up" as const : "down" as const,
        detail: null,
      }]),
    ),
  });
  const value = (...up: string[]) => holds(rule!.condition, known(up));
  deepStrictEqual(
    [value("a"), value("a", "c"), value("b"), value("b", "c"), value()],
    [true, true, true, false, false],
  );
});

Deno.test("parseRules() knows labels, times, comments and several rules", () => {
  const rules = parseRules(`
    # comment
    dead: if (tcp.web == down && remote.intf.* == up) for 3s then swap(); // more
    if (ping.? == down) then wait()
  `);
  deepStrictEqual(
    rules.map(({ label, action, holdMs, line }) => [
      label,
      action,
      holdMs,
      line,
    ]),
    [["dead", "swap", 3000, 3], ["rule2", "wait", null, 4]],
  );
});

for (
  const [text, message, line, column] of [
    ["if (tcp.web = down) then swap()", /unexpected "=", expected "=="/, 1, 13],
    ["if (tcp.web == dwn) then swap()", /found "dwn", expected a state/, 1, 16],
    ["if (web == down) then swap()", /expected a resource such as/, 1, 5],
    ["if (disk.a == up) then swap()", /its class one of tcp/, 1, 5],
    [
      "if (tcp.a == up)\n  then reboot()",
      /found "reboot", expected an ac/,
      2,
      8,
    ],
    ["if (tcp.a == up then stop()", /found "then", expected "\)"/, 1, 17],
    ["if (tcp.a == up) then stop(", /found the end, expected "\)"/, 1, 28],
    ["if (tcp.a == up) for long then stop()", /expected a time/, 1, 22],
    ["a: if (tcp.a == up) then stop() a: if", /found the end/, 1, 38],
    ["x" + "(".repeat(80), /found "x", expected "if"/, 1, 1],
    [
      `if (${"!".repeat(80)}tcp.a == up) then stop()`,
      /inside each other/,
      1,
      55,
    ],
    ["if (tcp.$(reboot) == up) then stop()", /unexpected "\$"/, 1, 9],
  ] as const
) {
  Deno.test(`parseRules() refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    throws(() => parseRules(text), (error: RuleError) => {
      match(error.message, message);
      deepStrictEqual([error.line, error.column], [line, column]);
      return true;
    });
  });
}
