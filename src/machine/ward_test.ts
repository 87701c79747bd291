import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { initial, type State, view } from "./step.ts";
import { RESTARTS } from "./turn.ts";
import { wardOf } from "./ward.ts";

const WITNESS = {
  kind: "witness",
  id: "w",
  address: "10.0.0.3",
  retired: false,
} as const;

function primary(claim: number | undefined, change: Partial<State>): State {
  const config = {
    module: "app",
    node: "one",
    peer: "two",
    nodeIndex: 0,
    failover: true,
    mirrored: true,
    restarts: RESTARTS,
    home: "anywhere",
  } as const;
  const record = { goal: "run", lastRole: "PRIM", cameFrom: null } as const;
  const known = claim === undefined ? record : { ...record, claim };
  return {
    ...initial(config, known, WITNESS),
    begun: true,
    role: "PRIM",
    ...change,
  };
}

Deno.test("wardOf() guards a primary for as long as its lease", () => {
  deepStrictEqual(wardOf(primary(4, { peerUntil: 5_000 })), {
    until: 5_000,
    leaving: false,
  });
});

Deno.test("wardOf() guards nothing that nobody could go on with instead", () => {
  strictEqual(wardOf(primary(undefined, { peerUntil: 5_000 })), null, "claim");
  const secondary = primary(4, { role: "SECOND" });
  strictEqual(wardOf(secondary), null, view(secondary).role);
  // Its heartbeats go on while the loop is held up: the peer does not follow.
  const alone = primary(4, { arbiter: { kind: "none" }, peerUntil: 5_000 });
  strictEqual(wardOf(alone), null, "no witness");
});
