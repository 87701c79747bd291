import assert from "node:assert/strict";
import { longestGap, outcome } from "./timeline.ts";
import type { WriterEvent } from "./writer.ts";

const EVENTS: readonly WriterEvent[] = [
  { at: 900, acknowledged: "r-1" },
  { at: 1000, acknowledged: "r-2" },
  // Was on its way when the plug was pulled.
  { at: 1004, acknowledged: "r-3" },
  { at: 3300, address: true },
  { at: 4000, acknowledged: "r-5" },
  { at: 4010, acknowledged: "r-6" },
  { at: 5000, rows: ["r-1", "r-2", "r-4", "r-5", "r-6"] },
];

Deno.test("outcome() counts what was promised and is missing, not what was never promised", () => {
  assert.deepEqual(outcome(1001, 3200, EVENTS), {
    detectedMs: 2199,
    addressMs: 2299,
    serviceMs: 2999,
    acknowledged: 5,
    found: 4,
    lost: 1,
  });
});

Deno.test("outcome() of a service that never came back has no service time and all rows lost", () => {
  const before = EVENTS.slice(0, 2);
  assert.deepEqual(outcome(1001, null, before), {
    detectedMs: null,
    addressMs: null,
    serviceMs: null,
    acknowledged: 2,
    found: 0,
    lost: 2,
  });
});

Deno.test("longestGap() looks at what ended after the moment", () => {
  assert.deepEqual(longestGap(EVENTS, 1001), { from: 1004, to: 4000 });
  assert.deepEqual(longestGap(EVENTS, 4005), { from: 4000, to: 4010 });
  assert.equal(longestGap([], 0), null);
});
