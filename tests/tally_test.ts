import assert from "node:assert/strict";
import { failures, leftOut, mayRunAgain, tally } from "./tally.ts";

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

Deno.test("leftOut() names what was ignored, and a file of nothing else has not failed", () => {
  const output = "disks (left out: no disk) ... ignored (0ms)\n\n" +
    "ok | 0 passed | 0 failed | 1 ignored (2ms)\n";
  assert.deepEqual(leftOut(output), ["disks (left out: no disk)"]);
  assert.deepEqual(tally(output, true), { passed: 0, failed: 0 });
});

Deno.test("failures() names each failed test and the beginning of its error", () => {
  const long = Array.from({ length: 40 }, (_, i) => `line ${i}`).join("\n");
  const output = ` ERRORS 

writes a => ./tests/a_test.ts:6:6
error: AssertionError: one

    at a

b.ts => step => ./tests/b_test.ts:1:1
error: ${long}

./tests/c_test.ts (uncaught error)
error: Error: three

 FAILURES 

writes a => ./tests/a_test.ts:6:6
`;
  const found = failures(output);
  assert.deepEqual(found.map((text) => text.split("\n")[0]), [
    "writes a => ./tests/a_test.ts:6:6",
    "b.ts => step => ./tests/b_test.ts:1:1",
    "./tests/c_test.ts (uncaught error)",
  ]);
  assert.ok(found[0]!.includes("at a"));
  assert.equal(found[1]!.split("\n").length, 24);
  assert.deepEqual(failures("ok | 6 passed"), []);
});

Deno.test("mayRunAgain() takes what came too late, never what speaks of data, nor a crash", () => {
  const late = "takes over => ./a_test.ts:1:1\nerror: Not within 5 s: PRIM";
  assert.equal(mayRunAgain(1, [late]), true);
  assert.equal(mayRunAgain(1, []), false);
  assert.equal(mayRunAgain(2, [late, "x\nerror: 3 rows are lost"]), false);
  assert.equal(
    mayRunAgain(1, ["x\nerror: AssertionError\n    at equalCopies (a.ts:1)"]),
    false,
  );
});
