/** What failover rules ask for: their orders, and wait(). All count as restarts, so that a rule cannot turn a module for ever. Pure. */
import { restartServices } from "./command.ts";
import type { RuleOrder } from "./event.ts";
import { giveUp, leave, stopStart, tooOften } from "./leave.ts";
import {
  mirrored,
  startSwap,
  swapRefusal,
  unreachableThere,
} from "./primary.ts";
import { log, peerView, type PlanName, type State, type Turn } from "./turn.ts";

export interface Fired {
  readonly rule: string;
  readonly order: RuleOrder;
  readonly reason: string;
}

/** In a role and not on the way to another: only then do resources speak of what is, and not of a change that is under way. */
export function atRest(state: State): boolean {
  return state.begun && state.role !== "STOP" && state.role !== "WAIT" &&
    state.plan === null && state.swap === null;
}

export type Activity = "none" | "pre" | "prim" | "second";

/** Which checkers look now: those of a role do so only between changes, as a service that is being started is no dead one. */
export function activity(state: State): Activity {
  if (state.role === "STOP" || state.record.goal === "stop") return "none";
  const still = state.plan === null || STILL.includes(state.plan.name);
  const stays = state.swap === null || state.swap === "asked";
  if (state.role === "WAIT" || !still || !stays) return "pre";
  return state.role === "SECOND" ? "second" : "prim";
}

/** Plans beside which the services of the role go on. */
const STILL: readonly PlanName[] = [
  "alone-to-primary",
  "primary-to-alone",
  "second-scripts",
  "resume",
];

export function obeyRule(turn: Turn, { rule, order, reason }: Fired): void {
  const { state } = turn;
  if (!atRest(state)) return;
  const no = refusal(state, order);
  if (no !== null) {
    const text = `${order} by rule ${rule} (${reason}) is not done: ${no}`;
    // The rule fires as long as its cause is there: said once.
    if (state.refused !== text) log(turn, "warning", text);
    state.refused = text;
    return;
  }
  log(turn, "error", `${order} called by rule ${rule}: ${reason}`);
  if (order === "stop") {
    giveUp(
      turn,
      `rule ${rule}: ${reason}; start it again when the cause is gone: "hakit start ${state.config.module}"`,
      reason,
    );
    return;
  }
  if (tooOften(turn, reason)) return;
  switch (order) {
    case "restart":
      return restartServices(turn);
    case "stopstart":
      return stopStart(turn, reason);
    case "swap":
      return startSwap(turn);
    default:
      return order satisfies never;
  }
}

/** A swap moves the service away from the node whose rule fired, never to it. */
function refusal(state: State, order: RuleOrder): string | null {
  if (order !== "swap") return null;
  if (!state.config.failover) return "failover is off";
  if (state.role !== "PRIM") return `this node is ${state.role}, not PRIM`;
  const { peer } = state.config;
  if (peerView(state)?.failover === false) return `failover is off on ${peer}`;
  // It would not begin, and must not count: what broke a link has broken the mirror, too, for a moment.
  if (!mirrored(state)) return "the mirror is not whole";
  return swapRefusal(state) ?? unreachableThere(state);
}

/** wait(): whatever runs here leaves, as soon as no change is under way. True: it does. */
export function heldBack(turn: Turn): boolean {
  const { state } = turn;
  if (state.blocked === null || state.blocked.pending) return false;
  if (!atRest(state)) return false;
  const { reason } = state.blocked;
  log(turn, "error", `wait called by a rule: ${reason}`);
  if (!tooOften(turn, reason)) leave(turn, reason, { action: "stopwait" });
  return true;
}
