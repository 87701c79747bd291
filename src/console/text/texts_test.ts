import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { en } from "./en.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import { preferred } from "./texts.ts";

Deno.test("preferred() takes the language that the browser likes best and we have", () => {
  strictEqual(preferred("fr-CH, fr;q=0.9, en;q=0.8"), "fr");
  strictEqual(preferred("de, ja;q=0.5, en;q=0.4"), "ja");
  strictEqual(preferred("de"), "en");
  strictEqual(preferred("fr;q=0, en"), "en");
  strictEqual(preferred(undefined), "en");
});

Deno.test("every language says everything: same keys, no empty label, every value used", () => {
  for (const other of [fr, ja]) compare(en, other, "");
});

function compare(one: unknown, other: unknown, path: string): void {
  if (typeof one === "function") {
    // Whatever is put in must be seen.
    const marks = Array.from({ length: one.length }, (_, at) => 7001 + at);
    const said = String((other as typeof one)(...marks));
    for (const mark of marks) {
      strictEqual(said.includes(String(mark)), true, path);
    }
    return;
  }
  if (typeof one !== "object" || one === null) {
    strictEqual(typeof other, typeof one, path);
    if (!path.endsWith(".hint")) strictEqual(other !== "", true, path);
    return;
  }
  deepStrictEqual(Object.keys(other as object), Object.keys(one), path);
  for (const [key, value] of Object.entries(one)) {
    compare(value, (other as Record<string, unknown>)[key], `${path}.${key}`);
  }
}
