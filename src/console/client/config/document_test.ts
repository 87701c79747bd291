import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { valuesOf, withEntry, withValue } from "./document.ts";

const YAML = `# the database
name: db   # as the folder
mode: mirror

checkers:
  # asks it
  tcp:
    - name: sql
      port: 3306
`;

Deno.test("withValue() changes one value and keeps comments and order", () => {
  strictEqual(
    withValue(YAML, ["checkers", "tcp", 0, "port"], 3307),
    YAML.replace("3306", "3307"),
  );
  const one = YAML.replace("db   #", "db #");
  strictEqual(withValue(one, ["hold"], "20s"), one + "hold: 20s\n");
});

Deno.test("withValue() takes a value away, and the key that held nothing else", () => {
  const one = YAML.replace("db   #", "db #");
  const text = withValue(one, ["resync", "limit"], "50M");
  deepStrictEqual(valuesOf(text)!["resync"], { limit: "50M" });
  strictEqual(withValue(text, ["resync", "limit"], undefined), one);
});

Deno.test("withEntry() adds to a list, or begins one where the key is empty", () => {
  const text = withEntry("name: a\ncheckers:\n", ["checkers", "ping"], {
    name: "gateway",
  });
  deepStrictEqual(valuesOf(text), {
    name: "a",
    checkers: { ping: [{ name: "gateway" }] },
  });
  const more = withEntry(text, ["checkers", "ping"], { name: "other" });
  deepStrictEqual(
    (valuesOf(more)!["checkers"] as { ping: unknown[] }).ping.length,
    2,
  );
});

Deno.test("valuesOf() has no values for what is no module.yaml", () => {
  strictEqual(valuesOf("a: [1"), null);
  strictEqual(valuesOf("- a"), null);
  deepStrictEqual(valuesOf(""), {});
});
