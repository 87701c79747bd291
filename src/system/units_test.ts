import { strictEqual } from "node:assert/strict";
import { GIB, MIB, parseSize } from "./units.ts";

Deno.test("parseSize() knows K, M, G, T and none, and is no number for anything else", () => {
  strictEqual(parseSize("0"), 0);
  strictEqual(parseSize("12"), 12);
  strictEqual(parseSize("3K"), 3072);
  strictEqual(parseSize("50M"), 50 * MIB);
  strictEqual(parseSize("2G"), 2 * GIB);
  strictEqual(parseSize("16T"), 2 ** 44);
  for (const wrong of ["", "M", "1.5M", "-1", "5m", "5MB", " 5", "5P"]) {
    strictEqual(parseSize(wrong), NaN, wrong);
  }
});
