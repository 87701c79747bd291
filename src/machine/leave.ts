/** The ways out of a role: an orderly stop, a failure, a wait. All end in WAIT with nothing mounted and no address held. Pure. */
import { giveUpClaim } from "./claim.ts";
import { leaseUntil } from "./lease.ts";
import {
  finishPlan,
  type LeaveOptions,
  leavePlan,
  letGoPlan,
} from "./plans.ts";
import { hangs } from "./stall.ts";
import type { Role } from "./state.ts";
import {
  enter,
  isPrimary,
  log,
  peerView,
  run,
  type State,
  type Turn,
} from "./turn.ts";

/** A failed retry of leaving waits this long: a busy mount needs a moment, not a storm of kills. */
const AGAIN_MS = 3_000;
/** After a failure of the module the peer gets this long to take over, and the replicator to start anew. */
const BACKOFF_MS = 2_000;
/** What is looked for again need not be looked for all the time. */
const OUTSIDE_MS = 5_000;

/** What a module's scripts are told of a leave. */
type Told = "stop" | "stopwait" | "stopstart";

interface Leaving {
  /** What scripts are told; default: `tellScripts`. */
  readonly action?: Told;
  /** The other node serves, or may: what runs here is not asked to stop but taken away. */
  readonly succeeded?: boolean;
}

/** Leaves the present role for WAIT. */
export function leave(
  turn: Turn,
  why: string,
  { succeeded = mayBeSucceeded(turn.state), action }: Leaving = {},
): void {
  const { state } = turn;
  const from = state.role;
  const told = action ?? tellScripts(state, succeeded);
  const hung = hangs(state) !== null;
  if (succeeded || hung) state.mustNotServeSince ??= turn.at;
  // A yield that failed half-way is over as a plan, but the primary's services may run still.
  const cutShort = state.plan !== null ||
    (from === "SECOND" && isPrimary(state.scripts));
  if (handsOver(turn)) giveUpClaim(turn);
  if (from !== "WAIT") enter(turn, "WAIT", why);
  // What follows is known when nothing runs here any more: it may be that only a person can say.
  if (state.record.goal === "run") {
    state.reason = `${why}; what runs here is stopped first`;
    state.pending = true;
  }
  if (hung) return run(turn, "let-go", letGoPlan());
  const roles = from === "WAIT" ? state.scripts : from;
  go(turn, roles, options(state, told, cutShort));
}

/** It stood still, or its agent has just come back: it has not heard yet whether the other node has gone on. */
function mayBeSucceeded(state: State): boolean {
  return state.unsure || state.role === "PRIM" && leaseUntil(state) === 0;
}

/**
 * "stop": a person's, who has time. "stopstart": a failure here, beside a peer that is heard: what runs on both nodes is well and
 * stays. "stopwait": the other node serves, or may without this one knowing, and may start here what ran there.
 */
function tellScripts(state: State, succeeded: boolean): Told {
  if (state.record.goal === "stop") return "stop";
  if (succeeded || state.mustNotServeSince !== null) return "stopwait";
  // Nobody but this node itself goes on with what an ALONE one served.
  return state.role === "ALONE" || peerView(state) !== null
    ? "stopstart"
    : "stopwait";
}

function go(turn: Turn, from: Role, options: LeaveOptions): void {
  run(turn, options.fenced ? "fence" : "leave", leavePlan(from, options));
}

/**
 * Who leaves while the other node can go on says so in its record: that one need not ask anybody else then. Not where this node's disk is
 * sick: the record may lie on the same one, and nothing would be told before it is written.
 */
function handsOver({ state, at }: Turn): boolean {
  const peer = peerView(state);
  const sick = hangs(state) !== null || (state.report?.fault ?? null) !== null;
  if (peer === null || sick) return false;
  if (state.role === "SECOND") return isPrimary(peer.role);
  // A peer that has not heard this node lately may not hear this either: then both stay entitled, and the witness decides.
  return state.role === "PRIM" && peer.role === "SECOND" &&
    leaseUntil(state) > at && peer.claim !== undefined &&
    peer.claim === state.record.claim;
}

function options(state: State, action: string, all: boolean): LeaveOptions {
  return {
    action,
    all,
    replicator: state.report !== null,
    stuck: state.report?.session === "lost",
    fenced: state.mustNotServeSince !== null,
  };
}

/** Leaving did not succeed: everything is stopped again, by force too, until nothing is mounted. */
export function leaveAgain(turn: Turn): void {
  const { state } = turn;
  // What should be asked to leave has been: there is no time for it twice.
  const action = state.record.goal === "stop"
    ? "stopwait"
    : tellScripts(state, false);
  go(turn, "WAIT", options(state, action, true));
}

/** It stops in order, and must not serve meanwhile. */
export function hasten(turn: Turn, why: string): void {
  log(turn, "error", `Fenced while it stops: ${why}`);
  turn.state.mustNotServeSince ??= turn.at;
  leaveAgain(turn);
}

export function leaveFailed(turn: Turn, what: string): void {
  const { state } = turn;
  state.retryAt = turn.at + AGAIN_MS;
  // What a person asked for meanwhile is not done when it may be much later.
  state.intent = null;
  const reason = `could not let go of the data yet (${what}); tried again`;
  // Once, not with every try.
  if (state.reason !== reason) log(turn, "error", reason);
  state.reason = reason;
}

export function finish(turn: Turn): void {
  run(turn, "finish", finishPlan());
}

/**
 * The module failed here. A peer that is up to date takes over as soon as this node is in WAIT; otherwise it is started
 * again here, so many times a day. What comes from outside and ends by itself (a switch that boots slower than the servers, a machine
 * that holds the address) does not count: nobody is there to start the module again.
 */
export function failed(
  turn: Turn,
  what: string,
  { counts = true }: { readonly counts?: boolean } = {},
): void {
  const { state } = turn;
  state.retryAt = turn.at + (counts ? BACKOFF_MS : OUTSIDE_MS);
  state.oldFault = state.report?.fault ?? null;
  log(turn, "error", `Failed as ${state.role}: ${what}`);
  if (!counts || !tooOften(turn, what)) leave(turn, what);
}

/** Full stop, then it starts as its data allows: a peer that is up to date is quicker. */
export function stopStart(turn: Turn, why: string): void {
  turn.state.retryAt = turn.at + BACKOFF_MS;
  leave(turn, why, { action: "stopstart" });
}

/** Counts one more restart; beyond the limit the module is stopped here, and true is the answer. */
export function tooOften(turn: Turn, what: string): boolean {
  const { state } = turn;
  const { maximum, periodMs } = state.config.restarts;
  state.failures = [
    ...state.failures.filter((at) => at > turn.at - periodMs),
    turn.at,
  ];
  if (periodMs === 0 || state.failures.length <= maximum) return false;
  giveUp(
    turn,
    `failed ${state.failures.length} times in ${
      inWords(periodMs)
    }, last: ${what}; start it again when the cause is gone: "hakit start ${state.config.module}"`,
    "it fails too often here",
  );
  return true;
}

function inWords(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} hours`;
  return ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${ms / 1000} s`;
}

/** Stops the module here for good and says why; the peer takes over if it can. */
export function giveUp(
  turn: Turn,
  reason: string,
  why = isPrimary(turn.state.role) ? "its service does not start" : reason,
): void {
  const { state } = turn;
  state.record = { ...state.record, goal: "stop" };
  state.intent = null;
  log(turn, "error", `Stopped: ${reason}`);
  // The peer waits for the data. What else runs here goes with the end, when it has been handed over.
  leave(turn, why, { action: "stopstart" });
  state.reason = reason;
}
