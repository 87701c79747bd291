import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { boundOf, BOUNDS_MS, Latency } from "./latency.ts";

Deno.test("Latency counts each wait below the first bound that it did not exceed", () => {
  const latency = new Latency();
  for (const ms of [0, 0.1, 0.11, 3, 20_000]) latency.add(ms);
  const { counts, sumMs } = latency.waits;
  strictEqual(counts.length, BOUNDS_MS.length + 1);
  deepStrictEqual([counts[0], counts[1], counts[5], counts.at(-1)], [
    2,
    1,
    1,
    1,
  ]);
  strictEqual(sumMs, 20_003.21);
});

Deno.test("boundOf() says what 99 of 100 did not exceed since the last look", () => {
  const latency = new Latency();
  for (let i = 0; i < 99; i++) latency.add(0.2);
  const before = latency.waits;
  strictEqual(boundOf(before, null, 0.99), 0.25);
  strictEqual(boundOf(latency.waits, before, 0.99), null);
  latency.add(700);
  strictEqual(boundOf(latency.waits, before, 0.99), 1000);
  strictEqual(boundOf(latency.waits, null, 0.99), 0.25);
  strictEqual(boundOf(latency.waits, null, 0.999), 1000);
});

Deno.test("boundOf() takes a replicator that began anew for what it is", () => {
  const old = new Latency();
  for (let i = 0; i < 50; i++) old.add(700);
  const fresh = new Latency();
  fresh.add(0.3);
  strictEqual(boundOf(fresh.waits, old.waits, 0.99), 0.5);
});
