/** The ways out of a role: an orderly stop, a failure, a wait. All end in WAIT with nothing mounted and no address held. Pure. */
import { finishPlan, type LeaveOptions, leavePlan } from "./plans.ts";
import {
  DAY_MS,
  enter,
  isPrimary,
  log,
  MAXIMUM_RESTARTS,
  run,
  type State,
  type Turn,
} from "./turn.ts";

/** A failed retry of leaving waits this long: a busy mount needs a moment, not a storm of kills. */
const AGAIN_MS = 3_000;
/** After a failure of the module the peer gets this long to take over, and the replicator to start anew. */
const BACKOFF_MS = 2_000;

/** Leaves the present role for WAIT. */
export function leave(turn: Turn, why: string): void {
  const { state } = turn;
  const from = state.role;
  const cutShort = state.plan !== null;
  if (from !== "WAIT") enter(turn, "WAIT", why);
  const roles = from === "WAIT" ? state.scripts : from;
  run(turn, "leave", leavePlan(roles, options(state, cutShort)));
}

function options(state: State, all: boolean): LeaveOptions {
  const action = state.record.goal === "stop" ? "stop" : "stopwait";
  return {
    action,
    all,
    replicator: state.report !== null,
    stuck: state.report?.session === "lost",
  };
}

/** Leaving did not succeed: everything is stopped again, by force too, until nothing is mounted. */
export function leaveAgain(turn: Turn): void {
  run(turn, "leave", leavePlan("WAIT", options(turn.state, true)));
}

export function leaveFailed(turn: Turn, what: string): void {
  const { state } = turn;
  state.retryAt = turn.at + AGAIN_MS;
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
 * again here, so many times a day.
 */
export function failed(turn: Turn, what: string): void {
  const { state } = turn;
  state.failures = [
    ...state.failures.filter((at) => at > turn.at - DAY_MS),
    turn.at,
  ];
  state.retryAt = turn.at + BACKOFF_MS;
  state.oldFault = state.report?.fault ?? null;
  log(turn, "error", `Failed as ${state.role}: ${what}`);
  if (state.failures.length > MAXIMUM_RESTARTS) {
    giveUp(
      turn,
      `failed ${state.failures.length} times in 24 hours, last: ${what}; start it again when the cause is gone: "hakit start ${state.config.module}"`,
    );
    return;
  }
  leave(turn, what);
}

/** Stops the module here for good and says why; the peer takes over if it can. */
export function giveUp(turn: Turn, reason: string): void {
  const { state } = turn;
  state.record = { ...state.record, goal: "stop" };
  state.intent = null;
  log(turn, "error", `Stopped: ${reason}`);
  leave(turn, isPrimary(state.role) ? "its service does not start" : reason);
  state.reason = reason;
}
