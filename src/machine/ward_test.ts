import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { config, WITNESS } from "../../tests/machine_life.ts";
import { initial, type State, view } from "./step.ts";
import { DOUBTFUL, regain } from "./regain.ts";
import { wardOf } from "./ward.ts";

function primary(claim: number | undefined, change: Partial<State>): State {
  const record = { goal: "run", lastRole: "PRIM", cameFrom: null } as const;
  const known = claim === undefined ? record : { ...record, claim };
  return {
    ...initial(config(), known, WITNESS),
    begun: true,
    role: "PRIM",
    ...change,
  };
}

const LASTS = 2_100 * 0.85;
const SLACK = { slackMs: 100, leaving: false, lastsMs: LASTS };

Deno.test("wardOf() guards a primary for as long as its lease", () => {
  deepStrictEqual(wardOf(primary(4, { peerUntil: 5_000 })), {
    ...SLACK,
    until: 5_000,
    beats: false,
  });
});

Deno.test("wardOf() without a witness guards a primary for as long as its heartbeats keep the other node waiting", () => {
  const none = primary(4, { arbiter: { kind: "none" }, peerUntil: 5_000 });
  deepStrictEqual(wardOf(none), { ...SLACK, until: 5_000, beats: true });
  // The shorter one of both nodes' time-outs counts, and what is left of it for being late.
  const hasty = primary(4, {
    arbiter: { kind: "none" },
    peerUntil: 5_000,
    peerTimeoutMs: 500,
  });
  deepStrictEqual(wardOf(hasty), {
    until: 5_000,
    lastsMs: 425,
    beats: true,
    slackMs: 25,
    leaving: false,
  });
});

Deno.test("wardOf() guards nothing that nobody could go on with instead", () => {
  const free = { peerUntil: 5_000, peerClaim: null };
  strictEqual(wardOf(primary(undefined, free)), null, "claim");
  for (const peerClaim of [4, undefined]) {
    const bound = wardOf(primary(undefined, { ...free, peerClaim }));
    strictEqual(bound?.until, 5_000, "the other node may have one");
  }
  const none = { kind: "none" } as const;
  const off = primary(4, { arbiter: none, peerUntil: 5_000 });
  const config = { ...off.config, failover: false };
  const peer = (failover: boolean) => ({
    peer: {
      verdict: "alive" as const,
      view: { failover } as never,
      roleSince: 0,
    },
  });
  const both = { ...off, config, ...peer(false) };
  strictEqual(wardOf(both), null, "failover off on both");
  const here = { ...both, ...peer(true) };
  strictEqual(wardOf(here)?.beats, true, "failover off on this one only");
  for (const arbiter of [WITNESS, none]) {
    for (const role of ["SECOND", "ALONE", "WAIT", "STOP"] as const) {
      const state = primary(4, { role, arbiter });
      strictEqual(wardOf(state), null, view(state).role);
    }
  }
});

Deno.test("wardOf() guards one that must leave until it has", () => {
  const report = { phase: "primary" } as never;
  const leaving = primary(4, {
    role: "WAIT",
    mustNotServeSince: 7_000,
    report,
  });
  deepStrictEqual(wardOf(leaving), {
    until: 7_000,
    lastsMs: LASTS,
    beats: false,
    slackMs: 100,
    leaving: true,
  });
  strictEqual(wardOf({ ...leaving, report: null }), null);
  const yields = primary(undefined, {
    role: "SECOND",
    arbiter: { kind: "none" },
    since: 8_000,
    report,
    plan: { number: 1, name: "yield", addressesAfter: false },
  });
  strictEqual(wardOf(yields)?.until, 8_000);
  strictEqual(wardOf({ ...yields, plan: null }), null);
});

Deno.test("regain() gives back what the guard may have taken when it is certain that nobody went on", () => {
  const state = primary(4, { peerUntil: 5_000 });
  const ward = (until: number | null) => ({ ...SLACK, until, beats: false });
  // A new agent, beside services that the guard may have frozen.
  let { doubts, back } = regain(DOUBTFUL, { state, ward: ward(null), now: 10 });
  strictEqual(back, false);
  ({ doubts, back } = regain(doubts, { state, ward: ward(900), now: 20 }));
  // The guard must have heard of it first.
  strictEqual(back, false);
  ({ doubts, back } = regain(doubts, { state, ward: ward(900), now: 25 }));
  strictEqual(back, true);
  ({ doubts, back } = regain(doubts, { state, ward: ward(900), now: 30 }));
  strictEqual(back, false);
  // The end passed while this process was stopped, and a later one is known now.
  ({ doubts, back } = regain(doubts, { state, ward: ward(900), now: 3_000 }));
  strictEqual(back, false);
  for (const expected of [false, true, false]) {
    ({ doubts, back } = regain(doubts, {
      state,
      ward: ward(4_000),
      now: 3_100,
    }));
    strictEqual(back, expected);
  }
  // The end of the word before has passed: the guard may take away once more what comes back before it has heard this one.
  let safe: boolean;
  for (const expected of [false, true]) {
    ({ doubts, back, safe } = regain(doubts, {
      state,
      ward: ward(6_000),
      now: 4_100,
    }));
    strictEqual(back, expected);
    strictEqual(safe, expected);
  }
  // Stopped, and alone now: nobody goes on in its place.
  const awake = primary(4, { role: "ALONE", awakeAt: 9_000 });
  for (const expected of [false, true]) {
    ({ doubts, back } = regain(doubts, {
      state: awake,
      ward: null,
      now: 9_100,
    }));
    strictEqual(back, expected);
  }
  const second = primary(4, { role: "SECOND", awakeAt: 9_900 });
  ({ back } = regain(doubts, { state: second, ward: null, now: 9_910 }));
  strictEqual(back, false);
  // On its way out: what the guard took must not come back, however long the record of it takes.
  const plan = { number: 1, name: "yield", addressesAfter: false } as const;
  for (
    const [change, doubt] of [
      [{ role: "WAIT", mustNotServeSince: 9_000 }, true],
      [{ role: "SECOND", plan }, true],
      [{ role: "WAIT" }, false],
    ] as const
  ) {
    const leaves = primary(4, change);
    ({ doubts } = regain(doubts, { state: leaves, ward: null, now: 9_920 }));
    strictEqual(doubts.doubt, doubt, JSON.stringify(change));
  }
});

Deno.test("regain() lets scripts go on that stop the service in order, and not where another node may serve", () => {
  const plan = { number: 1, name: "leave", addressesAfter: false } as const;
  const ward = { ...SLACK, until: 5_000, beats: true };
  const told = { until: 900, awakeAt: -Infinity, doubt: true, told: true };
  for (
    const [change, expected] of [
      [{}, true],
      [{ unsure: true }, false],
      [{ mustNotServeSince: 900 }, false],
      // What runs there never served.
      [{ scripts: "STOP" }, false],
    ] as const
  ) {
    const state = primary(4, {
      role: "WAIT",
      scripts: "PRIM",
      arbiter: { kind: "none" },
      plan,
      ...change,
    });
    strictEqual(
      regain({ ...told, until: 5_000 }, { state, ward, now: 1_000 }).back,
      expected,
      JSON.stringify(change),
    );
  }
});

Deno.test("regain() lets no script go on beside what may have served without directories: all is taken away once more", () => {
  const told = { until: null, awakeAt: -Infinity, doubt: true, told: true };
  const plan = { number: 1, name: "fence", addressesAfter: false } as const;
  for (
    const [mirrored, now, expected] of [
      [false, 9_000, true],
      // For a moment it is frozen by the plan itself.
      [false, 7_500, false],
      // The replicator's phase tells when it is over.
      [true, 9_000, false],
    ] as const
  ) {
    const leaves = primary(4, {
      role: "WAIT",
      mustNotServeSince: 7_000,
      report: mirrored ? { phase: "primary" } as never : null,
      plan,
    });
    const state = { ...leaves, config: { ...leaves.config, mirrored } };
    const { stuck, safe, back } = regain(told, {
      state,
      ward: wardOf(state),
      now,
    });
    deepStrictEqual({ stuck, safe, back }, {
      stuck: expected,
      safe: false,
      back: false,
    });
  }
});
