import { deepStrictEqual } from "node:assert/strict";
import { firstLooks } from "./spread.ts";

Deno.test("firstLooks() are a second apart, and none later than half its interval", () => {
  deepStrictEqual(
    firstLooks([15_000, 15_000, 60_000, 2_000]),
    [0, 1_000, 2_000, 1_000],
  );
});
