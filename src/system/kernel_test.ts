import { deepStrictEqual } from "node:assert/strict";
import { isBefore } from "./kernel.ts";

Deno.test("isBefore() compares versions by their numbers, whatever follows them", () => {
  const kernels = ["4.19.0", "5.4.0-216-generic", "5.8.0-rc1", "5.10.0", "6.1"];
  deepStrictEqual(
    kernels.map((kernel) => isBefore(kernel, [5, 8])),
    [true, true, false, false, false],
  );
});
