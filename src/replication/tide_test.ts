import { strictEqual } from "node:assert/strict";
import { fits, isBegun, nextLevel } from "./tide.ts";

const LEVEL = 2 ** 24;

Deno.test("fits(): what one keeps before the other, and nothing older", () => {
  const n = 5 * LEVEL + 7;
  for (const other of [n, n + 1, n - 1]) strictEqual(fits(n, other), true);
  for (const other of [0, n - 2, n + 2, n - LEVEL, n + LEVEL]) {
    strictEqual(fits(n, other), false);
    strictEqual(fits(other, n), false);
  }
});

Deno.test("fits(): a level that only the primary has begun, whatever the other one had come to; and none before it", () => {
  const begun = 6 * LEVEL;
  strictEqual(fits(5 * LEVEL + 1, begun), true);
  strictEqual(fits(begun, 5 * LEVEL + 777), true);
  strictEqual(fits(begun, begun + 1), true);
  strictEqual(fits(begun, 4 * LEVEL + 777), false);
  strictEqual(fits(begun + 1, 5 * LEVEL + 777), false);
  // A node of before there were tides, or whose first level ended early.
  strictEqual(fits(0, LEVEL), true);
  strictEqual(fits(0, LEVEL + 1), false);
});

Deno.test("nextLevel() is above both, and one that the peer has not kept is begun once", () => {
  strictEqual(nextLevel(0, 0), LEVEL);
  strictEqual(nextLevel(LEVEL, 0), LEVEL);
  strictEqual(nextLevel(LEVEL, LEVEL + 1), 2 * LEVEL);
  strictEqual(nextLevel(3 * LEVEL + 8, 3 * LEVEL + 7), 4 * LEVEL);
  strictEqual(nextLevel(LEVEL + 1, 7 * LEVEL), 8 * LEVEL);
  for (const [mine, theirs] of [[0, 0], [LEVEL, 5], [9 * LEVEL + 1, 3]]) {
    strictEqual(isBegun(nextLevel(mine!, theirs!)), true);
  }
});
