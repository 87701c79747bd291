import assert from "node:assert/strict";
import { exitOf } from "./doctor.ts";

Deno.test("doctor --node ends 1 when that node could not be examined", () => {
  const none = { findings: [], well: [] };
  const missing = "node2 was not examined: it does not answer";
  assert.equal(exitOf({ ...none, missing }, "node2"), 1);
  // Of both, this one was.
  assert.equal(exitOf({ ...none, missing }, undefined), 0);
  assert.equal(exitOf({ ...none, missing: null }, "node2"), 0);
});
