import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { EMPTY } from "../replication/identity.ts";
import type { Report } from "../replication/control.ts";
import type { Action } from "./action.ts";
import type { Event } from "./event.ts";
import type { ModuleView, Record } from "./state.ts";
import { initial, refusal, refusedBy, type State, step, view } from "./step.ts";
import { RESTARTS } from "./turn.ts";

const CONFIG = {
  module: "app",
  node: "one",
  peer: "two",
  nodeIndex: 0,
  failover: true,
  mirrored: true,
  restarts: RESTARTS,
  home: "anywhere",
} as const;

const GOOD = { ...EMPTY, current: "g1", upToDate: true };

function report(change: Partial<Report> = {}): Report {
  return {
    phase: "idle",
    session: "none",
    identity: GOOD,
    resync: null,
    lastResync: null,
    dirtyBytes: 0,
    waiting: 0,
    waitingMs: 0,
    fault: null,
    notice: null,
    ...change,
  };
}

function peer(change: Partial<ModuleView>): ModuleView {
  const record: Record = { goal: "run", lastRole: "PRIM", cameFrom: null };
  return {
    ...view(initial({ ...CONFIG, nodeIndex: 1 }, record)),
    identity: GOOD,
    ...change,
  };
}

/** Feeds events one after the other, 50 ms apart. */
class Life {
  state: State;
  at = 1000;
  actions: readonly Action[] = [];

  constructor(record: Record, config: Partial<typeof CONFIG> = {}) {
    this.state = initial({ ...CONFIG, ...config }, record);
  }

  on(event: DistributiveOmit<Event, "at">): this {
    this.at += 50;
    const { state, actions } = step(
      this.state,
      { ...event, at: this.at } as Event,
    );
    this.state = state;
    this.actions = actions;
    return this;
  }

  /** The running plan succeeds. */
  done(): this {
    const { plan } = this.state;
    ok(plan !== null, "a plan runs");
    return this.on({ type: "performed", plan: plan.number, failed: null });
  }

  get kinds(): string[] {
    return this.actions.map((action) => action.do);
  }
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K>
  : never;

const SECOND: Record = { goal: "run", lastRole: "SECOND", cameFrom: null };

/** A secondary that has heard its primary while it was mirrored. */
function readySecond(): Life {
  return new Life(SECOND)
    .on({
      type: "begin",
      report: report({ phase: "secondary", session: "mirrored" }),
      boot: true,
    })
    .on({
      type: "heard",
      view: peer({ role: "PRIM", phase: "primary", session: "mirrored" }),
    });
}

Deno.test("step() persists before it tells, and tells before it acts", () => {
  const life = readySecond().on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
  deepStrictEqual(life.kinds.slice(0, 2), ["persist", "tell"]);
  ok(life.kinds.indexOf("run") > 1);
  deepStrictEqual(life.actions[0], {
    do: "persist",
    record: { goal: "run", lastRole: "ALONE", cameFrom: "SECOND" },
  });
});

Deno.test("step() as secondary does not take over before the primary's record says PRIM", () => {
  const life = new Life(SECOND)
    .on({
      type: "begin",
      report: report({ phase: "secondary", session: "mirrored" }),
      boot: true,
    })
    .on({
      type: "heard",
      view: peer({ role: "ALONE", phase: "primary", session: "mirrored" }),
    });
  strictEqual(view(life.state).status, "Transient");
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() as secondary says that it is behind only when that is on disk", () => {
  const life = readySecond()
    .on({
      type: "report",
      report: report({ phase: "secondary", session: "none" }),
    })
    .on({
      type: "heard",
      view: peer({ role: "PRIM", phase: "primary", shutOut: "g1/7" }),
    });
  deepStrictEqual(
    life.actions.filter(({ do: what }) => what === "replicator"),
    [
      { do: "replicator", command: { command: "outdate" } },
    ],
  );
  strictEqual(view(life.state).outdated, null);
  life.on({
    type: "report",
    report: report({
      phase: "secondary",
      identity: { ...GOOD, upToDate: false },
    }),
  });
  strictEqual(view(life.state).outdated, "g1/7");
  // From now on the death of the primary does not make a primary of this node.
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() as primary keeps writes waiting until the peer answers this very request", () => {
  const record: Record = { goal: "run", lastRole: "PRIM", cameFrom: null };
  const second = peer({
    role: "SECOND",
    phase: "secondary",
    status: "Ready",
    lastRole: "SECOND",
    addresses: false,
  });
  const life = new Life(record)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: second })
    .on({
      type: "report",
      report: report({ phase: "primary", session: "lost" }),
    });
  const { shutOut } = view(life.state);
  ok(shutOut !== null);
  life.on({ type: "heard", view: { ...second, outdated: "g1/1" } });
  strictEqual(life.state.role, "PRIM");
  life.on({ type: "heard", view: { ...second, outdated: shutOut } });
  strictEqual(life.state.role, "ALONE");
  ok(
    life.actions.some((action) =>
      action.do === "replicator" && action.command.command === "alone"
    ),
  );
});

Deno.test("step() that went ALONE is PRIM again only after it has dialled, whatever an older report says", () => {
  const record: Record = { goal: "run", lastRole: "PRIM", cameFrom: null };
  const second = peer({
    role: "SECOND",
    phase: "secondary",
    status: "Ready",
    lastRole: "SECOND",
    addresses: false,
  });
  const mirrored = report({ phase: "primary", session: "mirrored" });
  const life = new Life(record)
    .on({ type: "begin", report: mirrored, boot: true })
    .on({ type: "heard", view: second })
    .on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
  // A moment later it is heard, and the replicator's report is still one from before: writes are acknowledged alone by now.
  life.on({ type: "heard", view: second });
  strictEqual(life.state.role, "ALONE");
  life.on({
    type: "report",
    report: report({ phase: "primary", session: "none" }),
  });
  ok(
    life.actions.some((action) =>
      action.do === "replicator" && action.command.command === "connect"
    ),
  );
  life.on({ type: "report", report: mirrored });
  strictEqual(life.state.role, "PRIM");
});

Deno.test("step() that went ALONE says so again to a replicator that refused it once and was level by itself", () => {
  const record: Record = { goal: "run", lastRole: "PRIM", cameFrom: null };
  const second = peer({
    role: "SECOND",
    phase: "secondary",
    status: "Ready",
    lastRole: "SECOND",
    addresses: false,
  });
  const mirrored = report({ phase: "primary", session: "mirrored" });
  const life = new Life(record)
    .on({ type: "begin", report: mirrored, boot: true })
    .on({ type: "heard", view: second })
    .on({ type: "peer", verdict: "lost" });
  const said = (session: Report["session"]) => {
    const all: string[] = [];
    for (let i = 0; i < 30; i++) {
      life.on({ type: "heard", view: second })
        .on({ type: "report", report: report({ phase: "primary", session }) });
      for (const action of life.actions) {
        if (action.do === "replicator") all.push(action.command.command);
      }
    }
    return all;
  };
  strictEqual(said("mirrored").includes("alone"), true);
  deepStrictEqual(said("none").slice(0, 1), ["connect"]);
  said("mirrored");
  strictEqual(life.state.role, "PRIM");
});

Deno.test("step() as secondary whose replicator hangs stands back all the same: the primary's writes wait for it", () => {
  const life = readySecond();
  strictEqual(life.state.synced, true);
  const asks = peer({ role: "PRIM", phase: "primary", shutOut: "g1/7" });
  life.on({ type: "heard", view: asks });
  strictEqual(view(life.state).outdated, null);
  strictEqual(life.state.synced, false);
  for (let i = 0; i < 25; i++) life.on({ type: "heard", view: asks });
  strictEqual(view(life.state).outdated, "g1/7");
  // An old report must not make it good again, and neither must the primary's old word.
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() does not take the peer's old word for its present one after its own absence", () => {
  const life = readySecond();
  life.at += 5000;
  life.on({ type: "tick" });
  strictEqual(view(life.state).status, "Transient");
  life.on({ type: "peer", verdict: "lost" });
  // What waits in the queue comes first: the verdict may be as old as the sleep was long.
  strictEqual(life.state.role, "SECOND");
  life.at += 200;
  life.on({ type: "tick" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() was absent for half of the shorter time-out, and neither for every tick nor for more than a second", () => {
  const absent = (timeoutMs: number, pauseMs: number) => {
    const life = readySecond();
    life.on({ type: "heard", view: peer({ role: "PRIM" }), timeoutMs });
    life.at += pauseMs - 50;
    return life.on({ type: "tick" }).state.awakeAt === life.at;
  };
  for (
    const [timeoutMs, longest] of [
      ...[[1, 250], [500, 250], [1_000, 500], [2_100, 1_000]],
      // This node's own is shorter.
      [60_000, 1_000],
    ] as const
  ) {
    strictEqual(absent(timeoutMs!, longest!), false, `${timeoutMs}`);
    strictEqual(absent(timeoutMs!, longest! + 1), true, `${timeoutMs}`);
  }
});

Deno.test("step() that stood still decides nothing on what the peer said meanwhile", () => {
  const record: Record = { goal: "run", lastRole: "PRIM", cameFrom: null };
  const life = new Life(record)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: peer({ role: "SECOND", phase: "secondary" }) });
  life.at += 9_000;
  // Of ten seconds ago: it left, came back, and took over meanwhile.
  const left = peer({ role: "WAIT", lastRole: "SECOND", addresses: false });
  life.on({
    type: "report",
    report: report({ phase: "primary", session: "lost" }),
  });
  life.on({ type: "heard", view: left });
  strictEqual(life.state.role, "PRIM");
  life.on({
    type: "heard",
    view: peer({ role: "ALONE", lastRole: "ALONE", phase: "primary" }),
  });
  life.at += 200;
  life.on({ type: "tick" });
  strictEqual(life.state.role, "SECOND");
});

Deno.test("step() as primary whose agent is back asks again for an address that is in use, and is not ready without it", () => {
  const record: Record = {
    ...{ goal: "run", lastRole: "PRIM", cameFrom: null, settled: true },
  };
  const life = new Life(record).on({
    type: "begin",
    report: report({ phase: "primary", session: "mirrored" }),
    boot: true,
  });
  const hear = () =>
    life.on({
      type: "heard",
      view: peer({ role: "SECOND", phase: "secondary" }),
      heardUsAt: life.at,
    });
  const failed = { action: "take-addresses", error: "10.0.0.9 is in use" };
  hear();
  for (const tries of [1, 2, 3]) {
    strictEqual(life.state.plan !== null, true, `try ${tries}`);
    const { number } = life.state.plan!;
    life.on({ type: "performed", plan: number, failed });
    strictEqual(life.state.plan?.name, undefined, "asked for without end");
    strictEqual(view(life.state).status, "Transient");
    strictEqual(life.state.role, "PRIM");
    const complaints = life.actions.filter((action) =>
      action.do === "log" && action.text.includes("in use")
    );
    strictEqual(complaints.length, tries === 1 ? 1 : 0, "it is said once");
    hear();
    strictEqual(
      view(life.state).reason,
      "the virtual address is not here, it is tried again: take-addresses: 10.0.0.9 is in use",
    );
    for (let at = 50; at < 5_000; at += 50) hear();
  }
  life.done();
  strictEqual(view(life.state).status, "Ready");
});

Deno.test("step() as primary that stood still goes alone only where the other node cannot have gone on meanwhile", () => {
  const record: Record = { goal: "run", lastRole: "PRIM", cameFrom: null };
  const follower = peer({ role: "SECOND", phase: "secondary" });
  const after = (absenceMs: number, heardAgain: boolean) => {
    const life = new Life(record).on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    });
    const hear = () =>
      life.on({ type: "heard", view: follower, heardUsAt: life.at });
    for (let i = 0; i < 10; i++) hear();
    life.at += absenceMs;
    life.on({ type: "tick" });
    if (heardAgain) { for (let i = 0; i < 10; i++) hear(); }
    life.at += 700;
    life.on({ type: "tick" }).on({ type: "peer", verdict: "lost" });
    return life.state.role;
  };
  // Nobody but the other node could tell, and that one is silent: dead, or serving.
  strictEqual(after(5_000, false), "WAIT");
  strictEqual(after(5_000, true), "ALONE");
  strictEqual(after(1_200, false), "ALONE", "it waits 1.8 s for its primary");
});

Deno.test("step() as secondary does not believe that it is up to date once the primary is or was alone, whatever its replicator reported last", () => {
  for (
    const view of [
      peer({ role: "ALONE", phase: "primary", lastRole: "ALONE" }),
      peer({ role: "WAIT", lastRole: "ALONE", addresses: false }),
    ]
  ) {
    const life = readySecond();
    strictEqual(life.state.synced, true);
    strictEqual(life.on({ type: "heard", view }).state.synced, false);
    // It left, and this copy lacks what it wrote.
    const left = peer({ role: "WAIT", lastRole: "ALONE", addresses: false });
    life.on({ type: "heard", view: left }).on({ type: "tick" });
    strictEqual(life.state.role, "WAIT");
  }
});

Deno.test("step() as secondary gives up its right when it hears that the primary went on alone", () => {
  const life = readySecond()
    .on({
      type: "report",
      report: report({ phase: "secondary", session: "connecting" }),
    })
    .on({
      type: "heard",
      view: peer({ role: "ALONE", phase: "primary", session: "none" }),
    })
    .on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
  ok(!life.kinds.includes("persist"), "and the record still says SECOND");
});

Deno.test("step() with failover off waits", () => {
  const life = readySecond();
  life.state = {
    ...life.state,
    config: { ...life.state.config, failover: false },
  };
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() ignores the end of a plan that was replaced", () => {
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "begin", report: report(), boot: true });
  const old = life.state.plan!.number;
  life.on({ type: "command", command: "stop", full: false, by: "test" });
  const { plan } = life.state;
  ok(plan !== null && plan.number > old);
  life.on({ type: "performed", plan: old, failed: null });
  strictEqual(life.state.plan?.number, plan.number);
  life.done().done();
  strictEqual(life.state.role, "STOP");
});

Deno.test("step() decides nothing before the agent has said what it found", () => {
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "heard", view: peer({ role: "WAIT" }) })
    .on({ type: "tick" });
  strictEqual(view(life.state).addresses, true);
  deepStrictEqual(life.state.plan, null);
});

Deno.test("step() stops a module that failed more than three times in a day", () => {
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" });
  for (let failure = 1; failure <= 4; failure++) {
    strictEqual(life.state.role, "ALONE");
    life.on({
      type: "performed",
      plan: life.state.plan!.number,
      failed: {
        action: "replicator primary",
        error: "no space left on device",
      },
    });
    strictEqual(life.state.role, "WAIT");
    life.done();
    for (let tick = 0; tick < 50; tick++) life.on({ type: "tick" });
  }
  life.done();
  strictEqual(life.state.role, "STOP");
  ok(view(life.state).reason?.includes("4 times in 24 hours"));
});

Deno.test("refusal() says why, and what to do", () => {
  const life = readySecond();
  ok(refusal(life.state, "prim")?.includes("it is SECOND"));
  strictEqual(refusal(life.state, "stop"), null);
  ok(refusal(life.state, "swap") !== null, "the peer is not Ready");
});

Deno.test("refusedBy() tells what the automaton says to a command that could be obeyed when it was asked", () => {
  const order = { command: "swap", by: "test" } as const;
  const second = { role: "SECOND", status: "Ready" } as const;
  const life = new Life({ goal: "run", lastRole: "PRIM", cameFrom: null })
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: peer(second), heardUsAt: 1000 });
  if (life.state.plan) life.done();
  for (let i = 0; i < 4; i++) {
    life.on({ type: "heard", view: peer(second), heardUsAt: life.at });
    if (life.state.plan) life.done();
  }
  strictEqual(refusal(life.state, "swap"), null);
  const before = life.state;
  life.on({ type: "command", ...order, full: false });
  strictEqual(refusedBy(life.actions, order), null);
  life.state = before;
  life.on({ type: "peer", verdict: "lost" });
  life.on({ type: "command", ...order, full: false });
  strictEqual(
    refusedBy(life.actions, order),
    "Cannot swap app: two does not answer",
  );
});

Deno.test("step() in WAIT starts nothing while what tocheck names is missing", () => {
  const missing = '"/srv/data/marker" does not exist';
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "begin", report: report({ missing }), boot: true }).done();
  for (let i = 0; i < 200; i++) life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
  strictEqual(life.state.reason, missing);
  // Not by a person's word either: it would make the empty folder the good copy.
  life.on({ type: "command", command: "prim", full: false, by: "test" });
  life.on({ type: "tick" });
  strictEqual(life.state.role, "WAIT");
  life.on({ type: "report", report: report() });
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
});

Deno.test("step() that could not take over says why it waits", () => {
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" });
  life.on({ type: "begin", report: report(), boot: true });
  life.on({ type: "peer", verdict: "lost" }).done();
  strictEqual(life.state.role, "ALONE");
  const error =
    'Cannot take address "10.0.0.9/24": another machine answers for it';
  life.on({
    type: "performed",
    plan: life.state.plan!.number,
    failed: { action: "take-addresses", error },
  });
  strictEqual(life.state.role, "WAIT");
  ok(view(life.state).reason?.includes(error));
  life.done();
  ok(view(life.state).reason?.includes(error), "also while it pauses");
});

Deno.test("step() goes on trying for an address that nobody lets it have: a switch may boot slower than the servers", () => {
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" });
  life.on({ type: "begin", report: report(), boot: true });
  life.on({ type: "peer", verdict: "lost" }).done();
  const failed = { action: "take-addresses", error: "no interface has it" };
  for (let tries = 1; tries <= 10; tries++) {
    while (life.state.role !== "ALONE") {
      ok(life.at < tries * 30_000, `try ${tries} never comes`);
      if (life.state.plan === null) life.on({ type: "tick" });
      else life.done();
    }
    const { number } = life.state.plan!;
    life.on({ type: "performed", plan: number, failed });
    strictEqual(life.state.record.goal, "run");
  }
});

Deno.test("step() whose yield failed half-way stops the primary's services nevertheless", () => {
  const life = new Life({ goal: "run", lastRole: "PRIM", cameFrom: null });
  const serving = report({ phase: "primary", session: "lost" });
  life.on({ type: "begin", report: serving, boot: false });
  const other = peer({ role: "ALONE", status: "Ready", phase: "primary" });
  life.on({ type: "heard", view: other });
  strictEqual(life.state.plan?.name, "yield");
  life.on({
    type: "performed",
    plan: life.state.plan.number,
    failed: { action: "replicator idle", error: "it does not run" },
  });
  strictEqual(life.state.role, "WAIT");
  const leaves = life.actions.find((action) => action.do === "run");
  ok(leaves?.do === "run");
  ok(
    leaves.actions.some((action) =>
      action.do === "script" && action.script === "stop_prim"
    ),
  );
});

/** What the stop scripts of the plan that was just begun are told. */
function told(life: Life): string | undefined {
  const plan = life.actions.find((action) => action.do === "run");
  ok(plan?.do === "run", "a plan was begun");
  const words = plan.actions.flatMap((action) =>
    action.do === "script" && action.script.startsWith("stop")
      ? [action.action]
      : []
  );
  deepStrictEqual(new Set(words).size, 1);
  return words[0];
}

Deno.test("step() that fails beside a peer that is heard, or alone, leaves what runs on both nodes", () => {
  const failing = readySecond().on({
    type: "report",
    report: report({ phase: "idle", fault: "input/output error" }),
  });
  strictEqual(failing.state.role, "WAIT");
  strictEqual(told(failing), "stopstart");

  const alone = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" });
  const failed = { action: "replicator primary", error: "no space left" };
  alone.on({ type: "performed", plan: alone.state.plan!.number, failed });
  strictEqual(alone.state.role, "WAIT");
  strictEqual(told(alone), "stopstart");
});

Deno.test("step() that leaves because the other node may serve tells scripts to stop all", () => {
  const life = readySecond();
  life.state = {
    ...life.state,
    config: { ...life.state.config, failover: false },
  };
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(told(life), "stopwait");
});

Deno.test("step() that gives up hands over at once, and stops the rest by force afterwards", () => {
  const life = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" });
  const failed = { action: "script start_prim", error: "exit code 1" };
  life.on({ type: "performed", plan: life.state.plan!.number, failed });
  strictEqual(life.state.record.goal, "stop");
  strictEqual(told(life), "stopstart");
  // What did not stop is not asked to leave in order once more.
  const again = { action: "replicator idle", error: "busy" };
  life.on({ type: "performed", plan: life.state.plan!.number, failed: again });
  for (let tick = 0; tick < 100 && life.state.plan === null; tick++) {
    life.on({ type: "tick" });
  }
  strictEqual(told(life), "stopwait");

  const asked = new Life({ goal: "run", lastRole: "ALONE", cameFrom: "PRIM" })
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" }).done();
  asked.on({ type: "command", command: "stop", full: false, by: "test" });
  strictEqual(told(asked), "stop");
});
