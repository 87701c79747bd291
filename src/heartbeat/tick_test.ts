import { deepStrictEqual } from "node:assert/strict";
import { tickMs } from "./tick.ts";

Deno.test("tickMs() is 100 ms with detection of 2.1 s and less, and 300 ms at most", () => {
  deepStrictEqual([500, 2100, 5000, 9000, 60_000].map(tickMs), [
    100,
    100,
    238,
    300,
    300,
  ]);
});
