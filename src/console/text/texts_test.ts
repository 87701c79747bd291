import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { z } from "zod";
import { clusterSchema, moduleSchema } from "../../module/schema.ts";
import type { Schema } from "../client/config/form.tsx";
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

Deno.test("every key of module.yaml has words in every language", () => {
  const schema = z.toJSONSchema(moduleSchema, { io: "input" });
  const keys = keysOf(schema as Schema);
  ok(keys.has("virtual_addresses") && keys.has("at_least"), "not all found");
  // Never shown: there is one mode, and these are groups of the form with a heading of their own.
  for (const key of ["mode", "checkers", "scripts"]) keys.delete(key);
  for (const { language, fields } of [en, fr, ja]) {
    const missing = [...keys].filter((key) => !fields[key]?.label);
    deepStrictEqual(missing, [], language);
  }
});

Deno.test("every key of cluster.yaml has words in every language", () => {
  const schema = z.toJSONSchema(clusterSchema, { io: "input" });
  const keys = keysOf(schema as Schema);
  ok(keys.has("trusted") && keys.has("header_file"), "not all found");
  // Never shown: keys and records hold them.
  for (const key of ["cluster", "id"]) keys.delete(key);
  for (const { language, clusterFields } of [en, fr, ja]) {
    const missing = [...keys].filter((key) => !clusterFields[key]?.label);
    deepStrictEqual(missing, [], language);
  }
});

/** Names of all values, however deep; names that a person gives (variables) are none of them. */
function keysOf({ properties = {}, items, anyOf = [] }: Schema): Set<string> {
  return new Set([
    ...Object.keys(properties),
    ...[...Object.values(properties), ...anyOf, ...(items ? [items] : [])]
      .flatMap((one) => [...keysOf(one)]),
  ]);
}

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
