import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Ask, type Cell, judge, NO_LEASES } from "./register.ts";

const NOTHING: Cell = { entry: null, leases: NO_LEASES };

function ask(change: Partial<Ask>): Ask {
  return {
    module: "app",
    want: "look",
    expect: 0,
    floor: 0,
    alone: false,
    heedLease: true,
    leaseMs: 0,
    ...change,
  };
}

function at(now: number, node: 0 | 1, startedAt = -1e9) {
  return { now, node, startedAt };
}

const shared = judge(NOTHING, ask({ want: "set" }), at(0, 0)).cell;

Deno.test("judge() grants an epoch to one node only", () => {
  const bid = ask({ want: "set", expect: 1, alone: true });
  const first = judge(shared, bid, at(1, 1));
  deepStrictEqual(first.verdict.done, true);
  strictEqual(first.cell.entry?.holder, 1);
  const second = judge(first.cell, bid, at(1, 0));
  strictEqual(second.verdict.done, false);
  strictEqual(second.verdict.entry?.holder, 1);
});

Deno.test("judge() that remembers nothing refuses whoever expects something", () => {
  const bid = ask({ want: "set", expect: 7, alone: true });
  const { verdict } = judge(NOTHING, bid, at(0, 0));
  deepStrictEqual(verdict, { entry: null, done: false, leasedMs: 0 });
});

Deno.test("judge() waits for the other node's lease, not for one's own", () => {
  const renew = ask({ want: "renew", expect: 1, leaseMs: 2000 });
  const { cell } = judge(shared, renew, at(100, 0));
  const bid = ask({ want: "set", expect: 1, alone: true });
  strictEqual(judge(cell, bid, at(2099, 1)).verdict.leasedMs, 1);
  ok(judge(cell, bid, at(2100, 1)).verdict.done);
  ok(judge(cell, bid, at(200, 0)).verdict.done);
  ok(judge(cell, { ...bid, heedLease: false }, at(200, 1)).verdict.done);
});

Deno.test("judge() after a restart grants nothing for the longest lease", () => {
  const renew = ask({ want: "renew", expect: 1, leaseMs: 2000 });
  const { entry } = judge(shared, renew, at(100, 0)).cell;
  const restarted = { entry, leases: NO_LEASES };
  const bid = ask({ want: "set", expect: 1, alone: true });
  strictEqual(judge(restarted, bid, at(1999, 1, 0)).verdict.done, false);
  strictEqual(judge(restarted, bid, at(2000, 1, 0)).verdict.done, true);
});

Deno.test("judge() gives no lease to a node that is not in the present epoch", () => {
  const bid = ask({ want: "set", expect: 1, alone: true });
  const { cell } = judge(shared, bid, at(0, 1));
  const renew = ask({ want: "renew", expect: 1, leaseMs: 2000 });
  strictEqual(judge(cell, renew, at(1, 0)).verdict.done, false);
  strictEqual(
    judge(cell, { ...renew, expect: 2 }, at(1, 0)).verdict.done,
    false,
  );
  strictEqual(
    judge(cell, { ...renew, expect: 2 }, at(1, 1)).verdict.done,
    true,
  );
});

Deno.test("judge(): epochs only grow, and each has one maker", () => {
  const asks = fc.array(
    fc.record({
      node: fc.constantFrom(0 as const, 1 as const),
      wait: fc.integer({ min: 0, max: 3000 }),
      ask: fc.record({
        module: fc.constant("app"),
        want: fc.constantFrom(
          "look" as const,
          "renew" as const,
          "set" as const,
        ),
        expect: fc.integer({ min: 0, max: 5 }),
        floor: fc.integer({ min: 0, max: 5 }),
        alone: fc.boolean(),
        heedLease: fc.boolean(),
        leaseMs: fc.integer({ min: 0, max: 2000 }),
      }),
    }),
  );
  fc.assert(fc.property(asks, (list) => {
    let cell = NOTHING;
    let now = 0;
    const makers = new Map<number, 0 | 1>();
    for (const { node, wait, ask } of list) {
      now += wait;
      const before = cell.entry?.epoch ?? 0;
      const held = cell.leases.until[1 - node]! > now;
      const { cell: next, verdict } = judge(cell, ask, at(now, node));
      const epoch = next.entry?.epoch ?? 0;
      ok(epoch >= before);
      if (epoch > before) {
        ok(ask.want === "set" && verdict.done && !makers.has(epoch));
        ok(!(ask.alone && ask.heedLease && held), "a lease was not heeded");
        makers.set(epoch, node);
      }
      cell = next;
    }
  }));
});
