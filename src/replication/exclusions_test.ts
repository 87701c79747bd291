import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  excludedOf,
  Exclusions,
  sameExcluded,
  takesBack,
} from "./exclusions.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function excludes(patterns: string[], path: string): boolean {
  const at = path.lastIndexOf("/");
  return new Exclusions(patterns).excludes(
    bytes(path.slice(at + 1)),
    () => bytes(at < 0 ? "" : path.slice(0, at)),
  );
}

Deno.test("Exclusions: a pattern without a slash fits a name in any directory", () => {
  strictEqual(excludes(["*.tmp"], "a.tmp"), true);
  strictEqual(excludes(["*.tmp"], "deep/er/a.tmp"), true);
  strictEqual(excludes(["*.tmp"], "a.tmp.old"), false);
  strictEqual(excludes(["cache"], "deep/cache"), true);
  strictEqual(excludes(["cache"], "cached"), false);
});

Deno.test("Exclusions: a pattern with a slash is a path from the root", () => {
  strictEqual(excludes(["mysql/tmp"], "mysql/tmp"), true);
  strictEqual(excludes(["mysql/tmp"], "x/mysql/tmp"), false);
  strictEqual(excludes(["mysql/tmp"], "mysql/tmp2"), false);
  strictEqual(excludes(["*/log"], "app/log"), true);
  strictEqual(excludes(["*/log"], "log"), false);
  strictEqual(excludes(["*/log"], "a/b/log"), false);
});

Deno.test("Exclusions: signs that mean something in an expression are themselves", () => {
  strictEqual(excludes(["a.b"], "aXb"), false);
  strictEqual(excludes(["[x]"], "x"), false);
  strictEqual(excludes(["[x]"], "[x]"), true);
  strictEqual(excludes(["a+(b)|c$"], "a+(b)|c$"), true);
});

Deno.test("Exclusions: ? is one character, whatever its bytes", () => {
  strictEqual(excludes(["?"], "é"), true);
  strictEqual(excludes(["??"], "é"), false);
  strictEqual(excludes(["a?c"], "a\nc"), true);
  strictEqual(
    new Exclusions(["?"]).excludes(new Uint8Array([0xff]), () => bytes("")),
    true,
  );
});

Deno.test("Exclusions: the directory's path is asked for only where it matters", () => {
  const never = () => {
    throw new Error("asked");
  };
  const exclusions = new Exclusions(["*.tmp", "mysql/tmp"]);
  strictEqual(exclusions.excludes(bytes("data"), never), false);
  strictEqual(exclusions.excludes(bytes("x.tmp"), never), true);
});

Deno.test("Exclusions.below() tells places apart between which a directory must not move", () => {
  const { below } = {
    below: (path: string) =>
      new Exclusions(["a/tmp", "*/x/cache", "*.log"]).below(bytes(path)),
  };
  strictEqual(below("b"), below("c"));
  strictEqual(below("a") === below("b"), false);
  strictEqual(below("a/x"), below("b/x"));
  strictEqual(below("a/y"), below("b/y"));
  strictEqual(below("a/x") === below("a/y"), false);
  strictEqual(below("deep/er/down"), "");
});

Deno.test("Exclusions.below(): equal texts mean that everything below stays where it was", () => {
  const word = fc.constantFrom("a", "b", "c");
  const path = fc.array(word, { minLength: 0, maxLength: 3 });
  const pattern = fc.array(fc.constantFrom("a", "b", "*", "?"), {
    minLength: 1,
    maxLength: 4,
  }).map((words) => words.join("/"));
  fc.assert(fc.property(
    fc.array(pattern, { minLength: 1, maxLength: 4 }),
    path,
    path,
    fc.array(word, { minLength: 1, maxLength: 3 }),
    (patterns, from, to, rest) => {
      const exclusions = new Exclusions(patterns);
      fc.pre(
        exclusions.below(bytes(from.join("/"))) ===
          exclusions.below(bytes(to.join("/"))),
      );
      const judge = (above: string[]) =>
        excludes(patterns, [...above, ...rest].join("/"));
      strictEqual(judge(from), judge(to));
    },
  ));
});

Deno.test("excludedOf() compares what is excluded and not how it is written", () => {
  deepStrictEqual(excludedOf([{}, {}]), []);
  const a = excludedOf([{ exclude: ["b", "a", "b"] }, {}]);
  strictEqual(sameExcluded(a, [["a", "b"], []]), true);
  strictEqual(takesBack(a, excludedOf([{ exclude: ["a"] }, {}])), true);
  strictEqual(takesBack(a, excludedOf([{ exclude: ["a", "b", "c"] }])), false);
  strictEqual(takesBack(a, []), true);
  strictEqual(takesBack([], a), false);
});
