/** What is done to come from one role to another, in the order that users of such products know. Pure: lists, no decisions. */
import type { PlanAction, ScriptName } from "./action.ts";
import type { Role } from "./state.ts";

interface Way {
  readonly current: Role;
  readonly next: Role;
  readonly action: string;
}

function script(
  name: ScriptName,
  way: Way,
  options: { readonly force?: boolean } = {},
): PlanAction {
  return { do: "script", script: name, force: options.force ?? false, ...way };
}

/** Stop scripts run twice: a request, then by force for what did not obey. */
function twice(name: ScriptName, way: Way): PlanAction[] {
  return [script(name, way), script(name, way, { force: true })];
}

const RELEASE: PlanAction = { do: "release-addresses" };
const TAKE: PlanAction = { do: "take-addresses" };
/** At once, whatever they do: to stop them takes longer than the peer waits. The stop scripts let them go on, without data by then. */
const FREEZE: PlanAction = { do: "freeze-services" };
const IDLE: PlanAction = { do: "replicator", command: { command: "idle" } };
/** Whoever still uses the data is frozen, killed, or hangs in a write that nobody will answer: waiting for them to leave is no use. */
const CUT: PlanAction = {
  do: "replicator",
  command: { command: "idle", atOnce: true },
};
/** The other node serves, or may any moment: not one more answer from here, by whatever address. */
const LET_GO: readonly PlanAction[] = [RELEASE, FREEZE, CUT];

/** STOP → WAIT. An address may be left from an agent that died: it goes first. */
export function prestartPlan(): PlanAction[] {
  const way: Way = { current: "STOP", next: "WAIT", action: "start" };
  return [RELEASE, script("transition", way), script("prestart", way)];
}

/** Nothing of this module may be left over on a node where it does not run. */
export function cleanPlan(): PlanAction[] {
  return [RELEASE, IDLE];
}

/** WAIT → ALONE, or SECOND → ALONE (failover). `force`: this copy is declared the good one first. */
export function alonePlan(
  from: "WAIT" | "SECOND",
  options: { readonly force?: { readonly full: boolean } } = {},
): PlanAction[] {
  const way: Way = { current: from, next: "ALONE", action: "start" };
  // A person's word is told from the automaton's own: nobody else has excluded then that the other node goes on.
  const told = options.force ? "prim" : "start";
  const serve: PlanAction[] = [
    { do: "replicator", command: { command: "primary", alone: true } },
    TAKE,
    script("transition", { ...way, action: told }),
  ];
  if (from === "SECOND") {
    return [script("stop_second", way), ...serve, script("start_prim", way)];
  }
  const force: PlanAction[] = options.force
    ? [{
      do: "replicator",
      command: { command: "force", full: options.force.full },
    }]
    : [];
  return [
    ...force,
    ...serve,
    script("start_both", way),
    script("start_prim", way),
    script("start_sec", way),
  ];
}

/** SECOND → PRIM by swap: writes wait until the old primary is connected as secondary. */
export function primPlan(until: number | null = null): PlanAction[] {
  const way: Way = { current: "SECOND", next: "PRIM", action: "start" };
  return [
    script("stop_sec", way),
    script("stop_second", way),
    serve(until),
    TAKE,
    script("transition", way),
    script("start_prim", way),
  ];
}

/**
 * Served before the peer is connected: only while it surely waits for this node. What the plan does after that and how long it takes is
 * not limited here: the lease's end breaks it off (leaseRanOut), and where the agent does not the guard takes it away (ward.ts).
 */
function serve(until: number | null): PlanAction {
  const lease = until === null ? {} : { until };
  return {
    do: "replicator",
    command: { command: "primary", alone: false, ...lease },
  };
}

/** The data's side of becoming SECOND; its scripts are a plan of their own, whose failure does not cost the mirror. */
export function secondPlan(
  options: { readonly yield: boolean; readonly full: boolean },
): PlanAction[] {
  return [
    RELEASE,
    {
      do: "replicator",
      command: {
        command: "secondary",
        ...(options.yield ? { yield: true } : {}),
        ...(options.full ? { full: true } : {}),
      },
    },
  ];
}

/** Scripts of a new SECOND by where it comes from. */
export function secondScripts(current: Role): PlanAction[] {
  const way: Way = { current, next: "SECOND", action: "start" };
  switch (current) {
    case "SECOND":
      return [];
    case "ALONE":
      return [script("transition", way), script("start_second", way)];
    case "PRIM":
      return [
        script("transition", way),
        script("start_second", way),
        script("start_sec", way),
      ];
    default:
      return [
        script("transition", way),
        script("start_both", way),
        script("start_second", way),
        script("start_sec", way),
      ];
  }
}

/**
 * The loser of a split brain, or a primary that stood still and was succeeded: it ends like in a power cut, because to stop in order
 * takes seconds, in which clients of the node's own address would read what is no more. What it alone wrote is kept aside then.
 */
export function yieldPlan(current: "ALONE" | "PRIM"): PlanAction[] {
  const way: Way = { current, next: "SECOND", action: "stop" };
  return [
    ...LET_GO,
    ...twice("stop_prim", way),
    { do: "replicator", command: { command: "secondary", yield: true } },
  ];
}

export function aloneToPrimaryPlan(): PlanAction[] {
  const way: Way = { current: "ALONE", next: "PRIM", action: "start" };
  return [script("stop_sec", way), script("transition", way)];
}

export function primaryToAlonePlan(): PlanAction[] {
  const way: Way = { current: "PRIM", next: "ALONE", action: "start" };
  return [script("transition", way), script("start_sec", way)];
}

/** The old primary's first half of a swap: afterwards nobody serves until the other takes over. */
export function swapReleasePlan(): PlanAction[] {
  const way: Way = { current: "PRIM", next: "SECOND", action: "stop" };
  return [...twice("stop_prim", way), RELEASE, IDLE];
}

/** A swap that cannot go on: serve again here. */
export function swapBackPlan(
  options: { readonly alone: boolean; readonly until?: number | null },
): PlanAction[] {
  const next: Role = options.alone ? "ALONE" : "PRIM";
  const way: Way = { current: "PRIM", next, action: "start" };
  return [
    options.alone
      ? { do: "replicator", command: { command: "primary", alone: true } }
      : serve(options.until ?? null),
    TAKE,
    script("start_prim", way),
  ];
}

export interface LeaveOptions {
  readonly action: string;
  /** A plan was cut short, so everything that might run is stopped. */
  readonly all: boolean;
  /** Whether there is a replicator to be commanded: one that died serves nothing, and the peer must not wait for its successor. */
  readonly replicator: boolean;
  /** Writes wait for a peer that will not answer: whoever writes hangs in the kernel, where no signal reaches it, until the mount is gone. */
  readonly stuck: boolean;
  /** The peer serves or may take over any moment: clients must not find this node any more. */
  readonly fenced: boolean;
}

/** From a disk that hangs: what needs no disk, and then the other node may go on. What else there is to stop may wait for the disk. */
export function letGoPlan(): PlanAction[] {
  return [...LET_GO];
}

/** Any role → WAIT. */
export function leavePlan(
  from: Role,
  options: LeaveOptions,
): PlanAction[] {
  const way: Way = { current: from, next: "WAIT", action: options.action };
  const primary = from === "ALONE" || from === "PRIM" || options.all;
  const secondary = from === "SECOND" || options.all;
  const sec = from === "ALONE" || from === "SECOND" || options.all;
  const both = primary || secondary;
  return [
    ...(options.fenced ? [RELEASE, FREEZE] : []),
    ...((options.fenced || options.stuck) && options.replicator ? [CUT] : []),
    ...(sec ? [script("stop_sec", way)] : []),
    ...(primary ? twice("stop_prim", way) : []),
    ...(secondary ? [script("stop_second", way)] : []),
    ...(both ? twice("stop_both", way) : []),
    RELEASE,
    ...(options.replicator ? [IDLE] : []),
    ...(both ? [script("transition", way)] : []),
  ];
}

/** WAIT → STOP: whatever is left goes by force. */
export function finishPlan(): PlanAction[] {
  const way: Way = { current: "WAIT", next: "STOP", action: "stop" };
  const force = { force: true };
  return [
    script("stop_sec", way, force),
    script("stop_prim", way, force),
    script("stop_second", way, force),
    script("stop_both", way, force),
    script("poststop", way),
    script("transition", way),
  ];
}

/** Services anew, data and address untouched: no failover. */
export function restartPlan(role: "ALONE" | "PRIM" | "SECOND"): PlanAction[] {
  const way: Way = { current: role, next: role, action: "restart" };
  switch (role) {
    case "ALONE":
      return [
        script("stop_sec", way),
        ...twice("stop_prim", way),
        ...twice("stop_both", way),
        script("start_both", way),
        script("start_prim", way),
        script("start_sec", way),
      ];
    case "PRIM":
      return [
        ...twice("stop_prim", way),
        ...twice("stop_both", way),
        script("start_both", way),
        script("start_prim", way),
      ];
    case "SECOND":
      return [
        script("stop_sec", way),
        script("stop_second", way),
        ...twice("stop_both", way),
        script("start_both", way),
        script("start_second", way),
        script("start_sec", way),
      ];
    default:
      return role satisfies never;
  }
}

/** An agent that came back to a replicator that went on serving: addresses are taken again, scripts are not run. */
export function resumePlan(): PlanAction[] {
  return [TAKE];
}

/**
 * The same when the last agent died in the middle of a plan: what should run is started, whether it runs already or not. A replicator
 * that was about to leave says that it is primary until it has: services may not be started on a folder that is no longer mirrored.
 */
export function completePlan(
  role: "ALONE" | "PRIM",
  until: number | null,
): PlanAction[] {
  const way: Way = { current: role, next: role, action: "start" };
  return [
    role === "ALONE"
      ? { do: "replicator", command: { command: "primary", alone: true } }
      : serve(until),
    TAKE,
    script("start_both", way),
    script("start_prim", way),
    ...(role === "ALONE" ? [script("start_sec", way)] : []),
  ];
}
