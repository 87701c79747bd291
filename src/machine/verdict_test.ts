/** The table of doubtful cases, asked by both sides: what each does, and that they never both go first. */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { EMPTY, type Identity } from "../replication/identity.ts";
import { config, report } from "../../tests/machine_life.ts";
import type { Record } from "./state.ts";
import { view } from "./step.ts";
import { initial, type State } from "./turn.ts";
import { startVerdict } from "./verdict.ts";

interface Side {
  readonly identity?: Partial<Identity>;
  readonly lastRole?: Record["lastRole"];
  readonly goal?: "run" | "stop";
}

const DATA: Identity = {
  ...EMPTY,
  current: "g1",
  upToDate: true,
  consistent: true,
};

function waiting(nodeIndex: 0 | 1, side: Side): State {
  const identity = { ...DATA, ...side.identity };
  const record: Record = {
    goal: side.goal ?? "run",
    lastRole: side.lastRole ?? null,
    cameFrom: side.lastRole === "ALONE" ? "PRIM" : null,
  };
  return {
    ...initial(config(nodeIndex), record),
    begun: true,
    role: side.goal === "stop" ? "STOP" : "WAIT",
    report: report({ identity }),
    identity,
    addresses: false,
  };
}

function meet(one: Side, two: Side, waitedMs = 100): [string, string] {
  const states = [waiting(0, one), waiting(1, two)] as const;
  const verdicts = states.map((state, at) =>
    startVerdict({
      ...state,
      peer: {
        verdict: "alive",
        view: view(states[1 - at]!),
        roleSince: 0,
      },
    }, waitedMs)
  );
  return verdicts.map((verdict) =>
    verdict.start === "wait" && !verdict.pending ? "stuck" : verdict.start
  ) as [string, string];
}

const EMPTY_SIDE: Side = { identity: EMPTY };

const TABLE: readonly [string, Side, Side, string][] = [
  ["nobody has data", EMPTY_SIDE, EMPTY_SIDE, "stuck stuck"],
  ["one is empty", {}, EMPTY_SIDE, "alone wait"],
  ["the other is empty", EMPTY_SIDE, {}, "wait alone"],
  [
    "an empty node and a former secondary",
    EMPTY_SIDE,
    { lastRole: "SECOND" },
    "stuck stuck",
  ],
  ["equal: the first node", {}, {}, "alone wait"],
  [
    "equal: the one that was primary last",
    { lastRole: "SECOND" },
    { lastRole: "PRIM" },
    "wait alone",
  ],
  [
    "both died while mirrored",
    { lastRole: "SECOND", identity: { connected: true } },
    { lastRole: "PRIM", identity: { connected: true } },
    "wait alone",
  ],
  [
    "one went on alone",
    { lastRole: "SECOND" },
    { lastRole: "ALONE", identity: { current: "g2", bitmap: "g1" } },
    "wait alone",
  ],
  [
    "both went on alone",
    { lastRole: "ALONE", identity: { current: "g2", bitmap: "g1" } },
    { lastRole: "ALONE", identity: { current: "g3", bitmap: "g1" } },
    "stuck stuck",
  ],
  [
    "equal, but one has recorded that it is behind",
    { lastRole: "PRIM", identity: { upToDate: false } },
    { lastRole: "SECOND" },
    "wait alone",
  ],
  [
    "one is half copied",
    { lastRole: "SECOND", identity: { consistent: false, upToDate: false } },
    { lastRole: "ALONE", identity: { current: "g2", bitmap: "g1" } },
    "wait alone",
  ],
  [
    "the newer one is stopped by a person",
    { lastRole: "SECOND" },
    {
      lastRole: "ALONE",
      goal: "stop",
      identity: { current: "g2", bitmap: "g1" },
    },
    "stuck alone",
  ],
];

for (const [name, one, two, expected] of TABLE) {
  Deno.test(`startVerdict() when ${name}: ${expected}`, () => {
    strictEqual(meet(one, two).join(" "), expected);
  });
}

const generations = fc.constantFrom(null, "g1", "g2", "g3");
const sides: fc.Arbitrary<Side> = fc.record({
  identity: fc.record({
    current: generations,
    bitmap: generations,
    history: fc.subarray(["g1", "g2", "g3"]),
    upToDate: fc.boolean(),
    consistent: fc.boolean(),
    connected: fc.boolean(),
  }),
  lastRole: fc.constantFrom(null, "ALONE", "PRIM", "SECOND"),
});

Deno.test("startVerdict() never lets both nodes go first, nor wait for each other, nor starts a copy that is half made or behind", () => {
  fc.assert(
    fc.property(sides, sides, fc.nat(20_000), (one, two, waitedMs) => {
      const verdicts = meet(one, two, waitedMs);
      ok(verdicts.join(" ") !== "alone alone");
      // Nor does each of them wait for the other, with nobody told.
      ok(verdicts.join(" ") !== "wait wait");
      [one, two].forEach(({ identity }, at) => {
        if (verdicts[at] !== "alone") return;
        ok(identity!.consistent && identity!.upToDate);
        ok(identity!.current !== null);
      });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("startVerdict() without the peer starts only the node that had shut it out", () => {
  const alone = (side: Side, verdict: "lost" | "unknown", waitedMs: number) =>
    startVerdict({
      ...waiting(0, side),
      peer: { verdict, view: undefined, roleSince: 0 },
    }, waitedMs).start;
  strictEqual(alone({ lastRole: "ALONE" }, "lost", 0), "alone");
  strictEqual(alone({ lastRole: "ALONE" }, "unknown", 1000), "wait");
  strictEqual(alone({ lastRole: "ALONE" }, "unknown", 7000), "alone");
  strictEqual(alone({ lastRole: "PRIM" }, "lost", 99_000), "wait");
  strictEqual(alone({ lastRole: "SECOND" }, "lost", 99_000), "wait");
  const behind = { lastRole: "ALONE", identity: { upToDate: false } } as const;
  strictEqual(alone(behind, "lost", 99_000), "wait");
});

Deno.test("startVerdict() names prim beside a peer that is not heard only with the check that excludes two primaries", () => {
  const reason = (view: null | undefined) => {
    const verdict = startVerdict({
      ...waiting(0, { lastRole: "SECOND" }),
      peer: { verdict: view === null ? "alive" : "lost", view, roleSince: 0 },
    }, 99_000);
    return verdict.start === "wait" ? verdict.reason : "";
  };
  strictEqual(
    reason(undefined),
    'waits for two, which does not answer: it may have newer data; if it is off and will not come back: "hakit prim app --node one"',
  );
  // One that answers is not off.
  strictEqual(
    reason(null),
    'waits for two, which has no such module: it may have newer data; if it will not be installed on two again: "hakit prim app --node one"',
  );
});

Deno.test("startVerdict() beside a newer copy whose node cannot start names the command that goes on without it, where that would be obeyed", () => {
  const why = '"/srv/data" is not the folder that was mirrored';
  const reason = (identity: Partial<Identity>) => {
    const newer = waiting(1, {
      lastRole: "ALONE",
      identity: { current: "g2", bitmap: "g1", history: ["g1"] },
    });
    const state = waiting(0, { lastRole: "SECOND", identity });
    const verdict = startVerdict({
      ...state,
      lastAt: 99_000,
      peer: {
        verdict: "alive",
        view: view({ ...newer, reason: why }),
        roleSince: 0,
      },
    }, 99_000);
    return verdict.start === "wait" ? verdict.reason : "";
  };
  const cannot = `two would start first and cannot: ${why}. Mend that`;
  strictEqual(
    reason({}),
    `${cannot}; if the copy of two is gone for good: "hakit prim app --node one", without what only two wrote`,
  );
  // There is nothing to go on with.
  strictEqual(reason({ consistent: false }), cannot);
  strictEqual(reason(EMPTY), cannot);
});

Deno.test("startVerdict() beside data that its own node's state does not know proposes that copy to nobody, and never says that both wrote", () => {
  const reason = (why: string | null, identity: Partial<Identity> = {}) => {
    const other = view(waiting(1, { identity: { current: "unlike" } }));
    const verdict = startVerdict({
      ...waiting(0, { lastRole: "SECOND", identity }),
      peer: {
        verdict: "alive",
        view: { ...other, otherFolder: true, reason: why },
        roleSince: 0,
      },
    }, 99_000);
    return verdict.start === "wait" && !verdict.pending ? verdict.reason : "";
  };
  const newer = '"/srv/data" has newer data than the state of two knows of';
  const prim = '"hakit prim app --node one"';
  strictEqual(
    reason(newer),
    `two cannot start: ${newer}; if the copy of one is the right one: ${prim}`,
  );
  strictEqual(
    reason(null, { upToDate: false }),
    `two cannot start: what stands in its directories is not what its state knows; if the copy of one (not up to date) is the right one: ${prim}`,
  );
});

Deno.test("startVerdict() with failover off leaves the service where it was", () => {
  const verdict = (lastRole: "SECOND" | "PRIM") => {
    const state = waiting(0, { lastRole });
    return startVerdict({
      ...state,
      config: { ...state.config, failover: false },
      peer: {
        verdict: "alive",
        view: view(waiting(1, { goal: "stop" })),
        roleSince: 0,
      },
    }, 10_000);
  };
  const stays = verdict("SECOND");
  ok(stays.start === "wait" && stays.reason.includes("failover is off"));
  strictEqual(verdict("PRIM").start, "alone");
});
