import { strictEqual } from "node:assert/strict";
import { sizeOf } from "./changes.ts";

Deno.test("sizeOf() counts a file's bytes, not the characters that carry them", () => {
  for (const size of [0, 1, 2, 3, 1000]) {
    strictEqual(sizeOf(btoa("\u00ff".repeat(size))), size);
  }
});
