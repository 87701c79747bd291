import {
  deepStrictEqual,
  match,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import { config, GOOD, report, WITNESS } from "../../tests/machine_life.ts";
import { answerAsk } from "./claim.ts";
import { ask, deposed } from "./witness_word.ts";
import type { Event } from "./event.ts";
import type { Ask, Entry } from "../witness/register.ts";
import { initial, type State, step, view } from "./step.ts";
import { wardOf } from "./ward.ts";

function node(
  lastRole: "ALONE" | "PRIM" | "SECOND",
  change: Partial<State> = {},
): State {
  const record = { goal: "run", lastRole, cameFrom: null, claim: 4 } as const;
  return {
    ...initial(config(), record, WITNESS),
    begun: true,
    identity: GOOD,
    ...change,
  };
}

Deno.test("step() as primary takes only a follower's word for a lease", () => {
  const primary = node("PRIM", { role: "PRIM", lastAt: 900 });
  for (const role of ["ALONE", "SECOND"] as const) {
    const said = { ...view(node("SECOND", { role })), role };
    const heard = { type: "heard", at: 1000, view: said, heardUsAt: 990 };
    const { state } = step(primary, heard as never);
    strictEqual(state.peerUntil > 0, role === "SECOND", role);
  }
  // It may go on by itself any moment; of other modules its reply is a promise all the same.
  const bids = { ...FOLLOWER, bids: true };
  const heard = {
    type: "heard",
    at: 1000,
    view: bids,
    heardUsAt: 990,
  } as const;
  strictEqual(step(primary, heard).state.peerUntil, 0);
});

Deno.test("answerAsk() of a node that went on alone does not stand back for an older copy", () => {
  const asks = {
    ...view(node("PRIM", { role: "PRIM", shutOut: "g1/1" })),
    phase: "primary" as const,
  };
  for (
    const [lastRole, current, answers] of [
      ["SECOND", "g1", true],
      ["ALONE", "g1", true],
      ["ALONE", "g2", false],
    ] as const
  ) {
    const identity = { ...GOOD, current, bitmap: "g1", history: ["g1"] };
    const state = node(lastRole, {
      role: "WAIT",
      identity: current === "g1" ? GOOD : identity,
    });
    const turn = { state: { ...state }, at: 1, actions: [] };
    answerAsk(turn, asks);
    strictEqual(
      turn.state.outdated !== null,
      answers,
      `${lastRole} ${current}`,
    );
    strictEqual(turn.state.record.claim === undefined, answers);
  }
});

Deno.test("heardWitness() takes an old entry of this node for no leave to go on", () => {
  const entry = { epoch: 4, holder: 0, by: 0, leaseMs: 2100 } as const;
  const asked = {
    module: "app",
    expect: 4,
    floor: 4,
    heedLease: true,
    leaseMs: 2100,
  };
  const cases = [
    // The epoch is its own because of the last time it was ALONE; the other node may hold the same claim.
    ["PRIM", { want: "set", alone: true }, { done: false }, "WAIT"],
    ["PRIM", { want: "set", alone: true }, { done: true, epoch: 5 }, "ALONE"],
    // The answer to the question that was granted was lost.
    ["PRIM", { want: "set", alone: true }, { done: false, epoch: 5 }, "ALONE"],
    // It left before this node bid, and the event was late.
    ["PRIM", { want: "renew", alone: false }, { done: true, epoch: 5 }, "WAIT"],
    ["ALONE", { want: "set", alone: true }, { done: false }, "ALONE"],
    ["ALONE", { want: "set", alone: true }, { done: false, epoch: 5 }, "ALONE"],
    // It has set more since than this record knows of: an old copy of its disk was put back.
    ["PRIM", { want: "set", alone: true }, { done: false, epoch: 6 }, "WAIT"],
    ["ALONE", { want: "set", alone: true }, { done: false, epoch: 6 }, "WAIT"],
  ] as const;
  for (const [lastRole, ask, { done, ...epoch }, role] of cases) {
    const waits = node(lastRole, {
      role: "WAIT",
      since: 1,
      lastAt: 9_900,
      addresses: false,
      bidding: true,
      bidSince: 9_000,
      peer: { verdict: "lost", view: undefined, roleSince: 0 },
      report: report(),
    });
    const { state } = step(waits, {
      type: "witness",
      at: 10_000,
      askedAt: 9_500,
      answer: {
        ask: { ...asked, ...ask },
        verdict: { entry: { ...entry, ...epoch }, done, leasedMs: 0 },
      },
    });
    strictEqual(
      state.role,
      role,
      `${lastRole} ${ask.want} ${JSON.stringify(epoch)}`,
    );
  }
});

Deno.test("heardWitness() of a level secondary follows the epoch that its primary made just before it fell silent", () => {
  const asked = { module: "app", floor: 4, heedLease: true, leaseMs: 2100 };
  const made = { epoch: 5, holder: null, by: 1, leaseMs: 2100 } as const;
  const look = { ...asked, want: "look", expect: 0, alone: false } as const;
  const set = { ...asked, want: "set", alone: true } as const;
  const second = node("SECOND", {
    role: "SECOND",
    synced: true,
    lastAt: 9_900,
    bidding: true,
    bidSince: 9_000,
    peer: { verdict: "lost", view: undefined, roleSince: 0 },
    report: { ...SERVING, phase: "secondary" },
  });
  const hears = (state: State, ask: Ask, entry: Entry, done = true) =>
    step(state, {
      type: "witness",
      at: 10_000,
      askedAt: 9_500,
      answer: { ask, verdict: { entry, done, leasedMs: 0 } },
    }).state;
  // Too late for what both had agreed on before: the other node cannot have gone on, or the witness would name it.
  const late = hears(second, { ...set, expect: 4 }, made, false);
  strictEqual(late.role, "SECOND");
  strictEqual(ask(late)?.expect, 5);
  const mine = { ...made, epoch: 6, holder: 0, by: 0 } as const;
  strictEqual(hears(late, { ...set, expect: 5 }, mine).role, "ALONE");
  // Both were level in epochs that this node does not know of: its disk was set back to an old copy.
  const newer = { ...made, epoch: 6 } as const;
  const old = hears(second, { ...set, expect: 4 }, newer, false);
  strictEqual(old.record.claim, undefined);
  strictEqual(old.plan?.name, "leave");
  // The other node has gone on.
  const theirs = { ...made, holder: 1 } as const;
  strictEqual(hears(second, look, theirs).record.claim, undefined);
  // It has stood back, and nothing but the primary's word makes it level again.
  const { claim: _, ...stoodBack } = second.record;
  const back = { ...second, synced: false, record: stoodBack };
  strictEqual(hears(back, look, made).record.claim, undefined);
});

Deno.test("ask() of a node that the witness had not heard of overrides nothing that it decided later", () => {
  const cases = [
    [{ epoch: 5, holder: 1 }, false, "look"],
    [{ epoch: 4, holder: 1 }, false, "set"],
    [{ epoch: 5, holder: null }, false, "set"],
    // Both were level since in what this record does not know of.
    [{ epoch: 6, holder: null }, false, "look"],
    [{ epoch: 6, holder: null }, true, "set"],
    // A person.
    [{ epoch: 5, holder: 1 }, true, "set"],
  ] as const;
  for (const [known, forced, want] of cases) {
    const entry = { ...known, by: 1, leaseMs: 2100 } as const;
    const state = node("ALONE", {
      role: "WAIT",
      bidding: true,
      bidSince: 1,
      forced,
      seen: { entry, askedAt: 2, at: 3, leasedMs: 0, bid: true, set: false },
    });
    const record = { ...state.record, untold: true };
    strictEqual(ask({ ...state, record })?.want, want, JSON.stringify(known));
  }
});

Deno.test("deposed() tells what the witness decided since from what it remembers of before both were level", () => {
  const cases = [
    ["PRIM", { holder: 1, epoch: 4 }, false],
    ["PRIM", { holder: 1, epoch: 5 }, true],
    // A person's word, at a witness that had forgotten.
    ["PRIM", { holder: 1, epoch: 1 }, true],
    ["PRIM", { holder: null, epoch: 5 }, false],
    ["ALONE", { holder: 1, epoch: 4 }, false],
    ["ALONE", { holder: 1, epoch: 5 }, true],
    ["ALONE", { holder: 0, epoch: 5 }, false],
  ] as const;
  for (const [role, known, expected] of cases) {
    const entry = { ...known, by: 1, leaseMs: 2100 } as const;
    const seen = { askedAt: 2, at: 3, leasedMs: 0, bid: true, set: false };
    const state = node(role, { role, seen: { ...seen, entry } });
    strictEqual(deposed(state), expected, `${role} ${JSON.stringify(known)}`);
  }
});

const SERVING = report({ phase: "primary", session: "mirrored" });
const FOLLOWER = {
  ...view(node("SECOND", { role: "SECOND", report: SERVING })),
  role: "SECOND",
  phase: "secondary",
} as const;

/** The role after each event. */
function roles(first: State, events: readonly Event[]): string[] {
  let state = first;
  return events.map((event) => (state = step(state, event).state).role);
}

Deno.test("step() as primary counts its lease by the shorter one of both nodes' time-outs", () => {
  for (
    const [timeoutMs, until] of [[undefined, 1790], [1000, 855], [9000, 1790]]
  ) {
    const primary = node("PRIM", {
      role: "PRIM",
      lastAt: 100,
      report: SERVING,
    });
    const { state } = step(primary, {
      type: "heard",
      at: 110,
      view: FOLLOWER,
      heardUsAt: 5,
      timeoutMs,
    });
    strictEqual(state.peerUntil, until, `${timeoutMs}`);
    strictEqual(ask(state)?.leaseMs, Math.min(2100, timeoutMs ?? 2100));
  }
});

Deno.test("step() as primary whose agent has come back waits for a lease until it can have one", () => {
  const begins = node("PRIM", { begun: false });
  const begin = [
    { type: "begin", at: 100_000, report: SERVING, boot: true },
    // Other modules begin: nothing is sent yet.
    { type: "report", at: 100_900, report: SERVING },
    { type: "report", at: 104_000, report: SERVING },
    { type: "tick", at: 105_000 },
  ] as const;
  const heard = { type: "heard", at: 105_900, view: FOLLOWER } as const;
  deepStrictEqual(
    roles(begins, [
      ...begin,
      { type: "tick", at: 105_800 },
      heard,
      { type: "tick", at: 106_800 },
      { ...heard, at: 107_000, heardUsAt: 106_900 },
      { type: "tick", at: 107_900 },
      { type: "tick", at: 108_600 },
      // The end of an ordinary lease.
      { type: "tick", at: 108_800 },
      { type: "tick", at: 108_900 },
      { type: "tick", at: 109_000 },
    ]).slice(4),
    ["PRIM", "PRIM", "PRIM", "PRIM", "PRIM", "PRIM", "PRIM", "PRIM", "WAIT"],
  );
  const alone = [105_900, 106_800, 107_700, 108_600, 109_000].map((at) =>
    ({ type: "tick", at }) as const
  );
  strictEqual(roles(begins, [...begin, ...alone]).at(-1), "WAIT");
});

Deno.test("step() as primary whose plan is not done when its lease ends breaks it off, and the guard counts to the same end", () => {
  // The mount is there; the address, or a script, takes its time.
  let state = node("PRIM", {
    role: "PRIM",
    scripts: "PRIM",
    plan: { number: 1, name: "become-prim", addressesAfter: true },
    plans: 1,
    report: SERVING,
    addresses: true,
    listensSince: 1_000,
    lastAt: 9_900,
    peer: { verdict: "alive", view: FOLLOWER, roleSince: 0 },
    peerUntil: 10_500,
  });
  const begun: string[] = [];
  for (let at = 10_000; at <= 10_700; at += 100) {
    strictEqual(wardOf(state)?.until, 10_500);
    const { state: next, actions } = step(state, { type: "tick", at });
    for (const action of actions) {
      if (action.do !== "run") continue;
      const [first] = action.actions;
      begun.push(`${at} ${action.name} ${action.replace} ${first!.do}`);
    }
    state = next;
  }
  deepStrictEqual(begun, ["10700 fence true release-addresses"]);
  strictEqual(wardOf(state)?.leaving, true);
});

Deno.test("step() as primary that alone has heard of the witness' removal stops when the other node, which may go on, is lost", () => {
  const primary = node("PRIM", {
    role: "PRIM",
    report: SERVING,
    addresses: true,
    listensSince: 1_000,
    lastAt: 9_900,
  });
  const heard = { type: "heard", view: FOLLOWER } as const;
  const retired = { ...WITNESS, retired: true };
  const half = [
    { ...heard, at: 10_000, heardUsAt: 9_990 },
    { type: "arbiter", at: 10_050, arbiter: retired },
    { ...heard, at: 10_100, heardUsAt: 10_090 },
  ] as const;
  const silence = [10_900, 11_800, 12_200, 12_300, 13_000].map((at) =>
    [
      { type: "peer", at, verdict: at < 12_200 ? "late" : "lost" },
      { type: "tick", at },
    ] as const
  ).flat();
  strictEqual(roles(primary, [...half, ...silence]).at(-1), "WAIT");
  const { claim: _, ...unclaimed } = FOLLOWER;
  const whole = { ...heard, at: 10_200, view: unclaimed };
  strictEqual(roles(primary, [...half, whole, ...silence]).at(-1), "ALONE");
});

Deno.test("step() as primary that stood still when its lease had just ended listens anew", () => {
  const primary = node("PRIM", {
    role: "PRIM",
    report: SERVING,
    addresses: true,
    listensSince: 1_000,
    peerUntil: 9_950,
    lastAt: 9_900,
    peer: { verdict: "alive", view: FOLLOWER, roleSince: 0 },
  });
  deepStrictEqual(
    roles(primary, [
      { type: "tick", at: 10_000 },
      { type: "tick", at: 13_000 },
      { type: "heard", at: 13_300, view: FOLLOWER, heardUsAt: 13_200 },
      { type: "tick", at: 14_000 },
    ]),
    ["PRIM", "PRIM", "PRIM", "PRIM"],
  );
});

const UNLIKE = [
  { kind: "none" },
  { kind: "ping", addresses: ["10.0.0.254"] },
  { ...WITNESS, id: "v" },
] as const;

Deno.test("permission() beside a witness that this node does not heed counts only the other node's own word", () => {
  const primary = { ...FOLLOWER, role: "PRIM", phase: "primary" } as const;
  const left = { ...primary, role: "STOP", phase: "idle", addresses: false };
  const { claim: _, ...unclaimed } = left;
  for (const arbiter of UNLIKE) {
    const second = node("SECOND", {
      role: "SECOND",
      arbiter,
      lastAt: 9_900,
      report: { ...SERVING, phase: "secondary" },
    });
    const after = (...events: Event[]) =>
      [
        { type: "heard", at: 10_000, view: primary } as const,
        ...events,
      ].reduce((state, event) => step(state, event).state, second);
    // Silence is none, whatever a ping says.
    const silent = after(
      { type: "peer", at: 10_500, verdict: "lost" },
      { type: "pinged", at: 11_000, askedAt: 10_600, answered: true },
      { type: "tick", at: 11_100 },
    );
    strictEqual(silent.role, "SECOND", arbiter.kind);
    match(
      view(silent).reason ?? "",
      /"hakit witness add" again on two/,
    );
    // Nor a stop, as long as the witness may let it go on: it is asked.
    const asks = after({ type: "heard", at: 10_500, view: left as never });
    strictEqual(asks.role, "SECOND");
    const { shutOut } = view(asks);
    notStrictEqual(shutOut, null);
    for (
      const [said, role] of [
        [{ ...left, outdated: shutOut }, "ALONE"],
        [left, "SECOND"],
        [unclaimed, "ALONE"],
      ] as const
    ) {
      const heard = { type: "heard", at: 10_600, view: said as never } as const;
      strictEqual(step(asks, heard).state.role, role, arbiter.kind);
    }
    // Who was ALONE by this node's word is entitled without a claim; who asks for it may have it by now.
    const record = { ...asks.record, lastRole: "PRIM" } as const;
    const waits = {
      ...asks,
      record,
      role: "WAIT",
      since: 1_000,
      addresses: false,
      report: report(),
    } as const;
    for (
      const [said, role] of [
        [{ lastRole: "ALONE" }, "WAIT"],
        [{ shutOut: "g1/1" }, "WAIT"],
        [{}, "ALONE"],
      ] as const
    ) {
      const view = { ...unclaimed, ...said } as never;
      const heard = { type: "heard", at: 10_600, view } as const;
      strictEqual(step(waits, heard).state.role, role, JSON.stringify(said));
    }
    // And it answers, so that not both wait for each other.
    const asked = { ...primary, role: "SECOND", shutOut: "g1/1" } as const;
    const heard = { type: "heard", at: 10_600, view: asked } as const;
    const idle = { ...waits, shutOut: null, bidding: false };
    strictEqual(view(step(idle, heard).state).outdated, "g1/1");
  }
});

Deno.test("step() as primary beside a witness that it does not heed leaves when it hears nothing", () => {
  for (const arbiter of UNLIKE.slice(0, 2)) {
    const primary = node("PRIM", {
      role: "PRIM",
      arbiter,
      report: SERVING,
      addresses: true,
      listensSince: 1_000,
      lastAt: 9_900,
    });
    const lost = { type: "peer", at: 10_500, verdict: "lost" } as const;
    const heard = { type: "heard", at: 10_000, view: FOLLOWER } as const;
    strictEqual(roles(primary, [heard, lost]).at(-1), "WAIT");
  }
});

Deno.test("step() keeps on record that the other node heeds another witness until that is so no more", () => {
  const { witness: _, ...none } = FOLLOWER;
  const first = node("SECOND", { role: "SECOND", arbiter: { kind: "none" } });
  const heard = (view: typeof FOLLOWER | typeof none | null, at: number) =>
    ({ type: "heard", at, view }) as const;
  const { state, actions } = step(first, heard(FOLLOWER, 100));
  strictEqual(state.record.otherWitness, WITNESS.id);
  strictEqual(actions[0]?.do, "persist");
  // Whatever it is next; and after a restart.
  const left = step(state, { type: "peer", at: 200, verdict: "lost" }).state;
  strictEqual(left.role, "WAIT");
  strictEqual(left.record.otherWitness, WITNESS.id);
  strictEqual(initial(config(), left.record).otherWitness, WITNESS.id);
  // Without the module it says nothing of that.
  const lacks = step(state, heard(null, 200)).state;
  strictEqual(lacks.record.otherWitness, WITNESS.id);
  for (
    const event of [
      heard(none, 200),
      { type: "arbiter", at: 200, arbiter: WITNESS } as const,
    ]
  ) {
    strictEqual("otherWitness" in step(state, event).state.record, false);
  }
  const { record } = initial(config(), left.record, WITNESS);
  strictEqual(initial(config(), record, WITNESS).otherWitness, null);
  // Of a pair that heeds the same nothing is written.
  const like = { ...first, arbiter: WITNESS };
  strictEqual(step(like, heard(FOLLOWER, 100)).state.record, like.record);
});

Deno.test("permission() by ping needs three rounds without an answer to be a no", () => {
  const PING = { kind: "ping", addresses: ["10.0.0.254"] } as const;
  const primary = node("PRIM", {
    role: "PRIM",
    arbiter: PING,
    report: { ...SERVING, session: "lost" },
    listensSince: 1,
    lastAt: 9_900,
    peer: { verdict: "lost", view: undefined, roleSince: 0 },
  });
  const rounds = (...answers: (boolean | null)[]) =>
    roles(primary, [
      { type: "tick", at: 10_000 },
      // It had left before.
      { type: "pinged", at: 10_050, askedAt: 9_990, answered: false },
      ...answers.map((answered, index) => ({
        type: "pinged" as const,
        at: 10_900 + 800 * index,
        askedAt: 10_100 + 800 * index,
        answered,
      })),
    ]).at(-1);
  const cases: [(boolean | null)[], string][] = [
    [[], "PRIM"],
    [[false], "PRIM"],
    [[false, false], "PRIM"],
    [[false, false, false], "WAIT"],
    [[false, true], "ALONE"],
    // A ping that could not be run says nothing.
    [[null, null, null, null], "PRIM"],
    [[false, null, false], "PRIM"],
    [[false, null, false, false], "WAIT"],
  ];
  for (const [answers, role] of cases) {
    strictEqual(rounds(...answers), role, JSON.stringify(answers));
  }
});
