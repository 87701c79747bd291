/** Both serve: whatever the two are, exactly one of them yields. */
import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { config, report } from "../../tests/machine_life.ts";
import { EMPTY } from "../replication/identity.ts";
import type { Record } from "./state.ts";
import { view } from "./step.ts";
import { initial, type State } from "./turn.ts";
import { TABLE, whoYields } from "./yields.ts";

const generations = fc.constantFrom(null, "g1", "g2", "g3");
const sides = fc.record({
  identity: fc.record({
    current: generations,
    bitmap: generations,
    history: fc.subarray(["g1", "g2", "g3"]),
    consistent: fc.boolean(),
    connected: fc.boolean(),
  }),
  role: fc.constantFrom("ALONE" as const, "PRIM" as const),
  cameFrom: fc.constantFrom("PRIM" as const, "SECOND" as const),
  claim: fc.constantFrom(undefined, 3, 4),
});
type Side = typeof sides extends fc.Arbitrary<infer T> ? T : never;

function serving(nodeIndex: 0 | 1, side: Side, keeps?: string): State {
  const record: Record = {
    goal: "run",
    lastRole: side.role,
    cameFrom: side.role === "ALONE" ? side.cameFrom : null,
    claim: side.claim,
  };
  const identity = { ...EMPTY, ...side.identity, upToDate: true };
  return {
    ...initial({
      ...config(nodeIndex),
      ...keeps === undefined ? {} : { keeps },
    }, record),
    role: side.role,
    identity,
    report: report({ phase: "primary", identity }),
  };
}

Deno.test("whoYields() lets exactly one of two yield, and every row decides something", () => {
  const seen = new Set<string>();
  // Each node's own file: one may have been restarted later, or hold a name that no node has.
  const keeps = fc.constantFrom(undefined, "one", "two", "typo");
  fc.assert(
    fc.property(sides, sides, keeps, keeps, (left, right, mine, theirs) => {
      const one = serving(0, left, mine);
      const two = serving(1, right, theirs);
      const here = whoYields(one, view(two))!;
      const there = whoYields(two, view(one))!;
      strictEqual(here.row, there.row);
      strictEqual(here.says === there.says, false);
      seen.add(here.row);
    }),
    { numRuns: 3000 },
  );
  strictEqual(seen.size, TABLE.length);
});
