/** A module on one of two nodes, for tests of the automaton and of who asks it. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { EMPTY } from "../src/replication/identity.ts";
import type { Report } from "../src/replication/control.ts";
import type { Action } from "../src/machine/action.ts";
import type { Event } from "../src/machine/event.ts";
import type { ModuleView, Record } from "../src/machine/state.ts";
import { initial, type State, step, view } from "../src/machine/step.ts";
import { RESTARTS } from "../src/machine/turn.ts";

export function config(nodeIndex: 0 | 1 = 0) {
  const names = ["one", "two"] as const;
  return {
    module: "app",
    node: names[nodeIndex],
    peer: names[1 - nodeIndex]!,
    nodeIndex,
    failover: true,
    mirrored: true,
    restarts: RESTARTS,
    home: "anywhere",
  } as const;
}

export const WITNESS = {
  kind: "witness",
  id: "w",
  address: "10.0.0.3",
  retired: false,
} as const;

export const GOOD = { ...EMPTY, current: "g1", upToDate: true };

export function report(change: Partial<Report> = {}): Report {
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

export const SECOND: Record = {
  goal: "run",
  lastRole: "SECOND",
  cameFrom: null,
};
export const PRIM: Record = { ...SECOND, lastRole: "PRIM" };
export const ALONE: Record = {
  goal: "run",
  lastRole: "ALONE",
  cameFrom: "PRIM",
};

/** What the other node says of itself. */
export function peer(change: Partial<ModuleView>): ModuleView {
  return {
    ...view(initial(config(1), PRIM)),
    identity: GOOD,
    ...change,
  };
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K>
  : never;

/** Feeds events one after the other, 50 ms apart. */
export class Life {
  state: State;
  at = 1000;
  actions: readonly Action[] = [];

  constructor(record: Record) {
    this.state = initial(config(), record);
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

/** A secondary that has heard its primary while it was mirrored. */
export function readySecond(): Life {
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

/** What the stop scripts of the plan that was just begun are told. */
export function told(life: Life): string | undefined {
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
