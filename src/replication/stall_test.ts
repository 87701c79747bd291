import { deepStrictEqual } from "node:assert/strict";
import { stalled, stalledInSilence } from "./stall.ts";

Deno.test("stalled: the longer wait is told, once it is worth it", () => {
  deepStrictEqual(stalled(90_000, { fsync: 0, read: 0 }), null);
  deepStrictEqual(stalled(90_000, { fsync: 85_001, read: 86_000 }), null);
  deepStrictEqual(stalled(90_000, { fsync: 85_000, read: 0 }), {
    what: "fsync",
    ms: 5000,
  });
  deepStrictEqual(stalled(90_000, { fsync: 85_000, read: 60_000.4 }), {
    what: "read",
    ms: 30_000,
  });
});

Deno.test("stalledInSilence() goes on counting what the last word said to hang", () => {
  const last = { what: "fsync", ms: 12_000 } as const;
  deepStrictEqual(stalledInSilence(last, 8_000), { what: "fsync", ms: 20_000 });
  deepStrictEqual(stalledInSilence(null, 8_000), { what: "word", ms: 8_000 });
});
