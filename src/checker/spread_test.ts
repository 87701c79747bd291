import { deepStrictEqual } from "node:assert/strict";
import { firstLooks } from "./spread.ts";

Deno.test("firstLooks() are a second apart, none later than half its interval, and at once where a start waits for it", () => {
  const check = (interval: number, when = "prim") => ({ interval, when });
  deepStrictEqual(
    firstLooks([
      check(15_000),
      check(15_000),
      check(60_000, "pre"),
      check(60_000),
      check(2_000),
    ]),
    [0, 1_000, 0, 2_000, 1_000],
  );
});
