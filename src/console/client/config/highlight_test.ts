import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { highlight, languageOf } from "./highlight.ts";

const kinds = (text: string, language: "yaml" | "shell") =>
  highlight(text, language).map((line) =>
    line.filter(({ kind }) => kind !== "plain")
      .map(({ kind, text }) => `${kind} ${text}`)
  );

Deno.test("highlight() tells YAML's keys, strings, values and comments apart", () => {
  deepStrictEqual(
    kinds('boot: on # at "boot"\n  - url: "http://a#b"\nx: a#b', "yaml"),
    [
      ["key boot", "value on", 'comment # at "boot"'],
      ["key url", 'string "http://a#b"'],
      ["key x"],
    ],
  );
});

Deno.test("highlight() tells a script's words, variables and comments apart", () => {
  deepStrictEqual(kinds('if [ "$1" ]; then # no\necho $HAKIT_NODE', "shell"), [
    ["word if", 'string "$1"', "word then", "comment # no"],
    ["value $HAKIT_NODE"],
  ]);
});

Deno.test("highlight() loses no character", () => {
  const text = "a: 'b\n\t#c \\\n${x}$ \"\n";
  for (const language of ["yaml", "shell", "plain"] as const) {
    const lines = highlight(text, language);
    strictEqual(
      lines.map((line) => line.map((token) => token.text).join("")).join("\n"),
      text,
    );
  }
});

Deno.test("languageOf() goes by name and first line", () => {
  strictEqual(languageOf("module.yaml", ""), "yaml");
  strictEqual(languageOf("bin/start_prim", ""), "shell");
  strictEqual(languageOf("notes.txt", ""), "plain");
});
