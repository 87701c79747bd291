import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sourceOf } from "./source_of.ts";
import { LANGUAGES, texts } from "./texts.ts";

Deno.test("sourceOf() says every text of every language again, where nothing else of it is known", () => {
  for (const language of LANGUAGES) {
    const original = texts(language);
    // In a scope of its own, as in the browser: a text that used something beside its arguments would fail here.
    compare(new Function(`return ${sourceOf(original)}`)(), original, language);
  }
});

function compare(copy: unknown, original: unknown, path: string): void {
  if (typeof original === "function") {
    const marks = Array.from({ length: original.length }, (_, at) => 7001 + at);
    strictEqual(typeof copy, "function", path);
    strictEqual((copy as typeof original)(...marks), original(...marks), path);
  } else if (typeof original === "object" && original !== null) {
    deepStrictEqual(Object.keys(copy as object), Object.keys(original), path);
    for (const [key, value] of Object.entries(original)) {
      compare((copy as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  } else strictEqual(copy, original, path);
}
