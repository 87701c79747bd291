import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { equalBytes, joinBytes } from "./bytes.ts";

Deno.test("equalBytes() compares what a view shows, to its end", () => {
  const all = Uint8Array.of(1, 2, 3, 1, 2, 4);
  strictEqual(equalBytes(all.subarray(0, 2), all.subarray(3, 5)), true);
  strictEqual(equalBytes(all.subarray(0, 3), all.subarray(3)), false);
  strictEqual(equalBytes(all.subarray(0, 2), all.subarray(0, 3)), false);
  strictEqual(equalBytes(all.subarray(0, 3), all.subarray(0, 2)), false);
});

Deno.test("joinBytes() puts views behind each other", () => {
  const all = Uint8Array.of(1, 2, 3);
  deepStrictEqual(
    joinBytes([all.subarray(1), new Uint8Array(0), all.subarray(0, 1)]),
    Uint8Array.of(2, 3, 1),
  );
  deepStrictEqual(joinBytes([]), new Uint8Array(0));
});
