import { deepStrictEqual } from "node:assert/strict";
import { superfluous } from "./copies.ts";

Deno.test("superfluous() never names the copy just taken, also when the clock was set back", () => {
  const names = ["2026-11-01", "2026-11-02", "before-2026-11-03", "2026-11-04"];
  const cases = [
    [3, "2026-11-04", []],
    [2, "2026-11-04", ["2026-11-01"]],
    [1, "2026-11-04", ["2026-11-01", "2026-11-02"]],
    [2, "2026-11-01", ["2026-11-02"]],
    [1, "2026-11-01", ["2026-11-02", "2026-11-04"]],
    [9, "2026-11-01", []],
  ] as const;
  for (const [keep, newest, expected] of cases) {
    deepStrictEqual(superfluous(names, keep, newest), expected);
  }
});
