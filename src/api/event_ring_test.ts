import assert from "node:assert/strict";
import fc from "fast-check";
import { EventRing } from "./event_ring.ts";

const line = (data: string) =>
  ({ event: "log", data, private: false }) as const;

Deno.test("EventRing goes on after the id that a reader had, and says when something is missing", () => {
  const ring = new EventRing("life", { events: 3, bytes: 1000 });
  assert.deepEqual(ring.position(null), { number: 0, missed: false });
  for (const data of ["a", "b", "c", "d"]) ring.push(line(data));
  assert.deepEqual(ring.position("life-2"), { number: 2, missed: false });
  assert.deepEqual(ring.after(2).map(({ data }) => data), ["c", "d"]);
  // "b" was the first one kept: whoever had "a" has missed nothing.
  assert.deepEqual(ring.position("life-1"), { number: 1, missed: false });
  assert.deepEqual(ring.position("life-0"), { number: 1, missed: true });
  assert.deepEqual(ring.position("other-4"), { number: 1, missed: true });
  assert.deepEqual(ring.position("life-5"), { number: 1, missed: true });
  for (const id of ["life", "-1", "life-x", "x".repeat(9999), "life-1e9"]) {
    assert.equal(ring.position(id).missed, true, id);
  }
  assert.deepEqual(ring.position(ring.id(4)), { number: 4, missed: false });
  assert.deepEqual(ring.after(4), []);
});

Deno.test("EventRing never holds more than its limits, and loses nothing within them", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 50 }),
    fc.nat(50),
    (sizes, from) => {
      const ring = new EventRing("life", { events: 7, bytes: 100 });
      sizes.forEach((size) => ring.push(line("x".repeat(size))));
      const all = ring.after(0);
      assert.ok(all.length <= 7);
      assert.ok(all.reduce((sum, { data }) => sum + data.length, 0) <= 100);
      const { number, missed } = ring.position(`life-${from}`);
      const got = ring.after(number).map((event) => event.number);
      const wanted = sizes.map((_, at) => at + 1).filter((at) => at > from);
      if (!missed) assert.deepEqual(got, wanted);
      else assert.ok(got.length < wanted.length || from > sizes.length);
    },
  ));
});
