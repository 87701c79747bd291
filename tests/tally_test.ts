import assert from "node:assert/strict";
import { tally } from "./tally.ts";

Deno.test("tally() reads deno's and our own closing lines", () => {
  const output =
    "x ... ok\n\nok | 6 passed (1 step) | 0 failed (24ms)\n3 passed, 2 failed\nFAILED | 1 passed | 4 failed | 1 ignored (2s)\n";
  assert.deepEqual(tally(output, false), { passed: 10, failed: 6 });
});

Deno.test("tally() counts a crash and an empty run as failures", () => {
  assert.deepEqual(tally("ok | 6 passed | 0 failed\n", false), {
    passed: 6,
    failed: 1,
  });
  assert.deepEqual(tally("ok | 0 passed | 0 failed\n", true), {
    passed: 0,
    failed: 1,
  });
  assert.deepEqual(tally("", true), { passed: 0, failed: 1 });
});
