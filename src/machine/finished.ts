/** What follows a plan that has ended, well or not. Pure. */
import { SCRIPTS } from "./action.ts";
import { kept } from "./claim.ts";
import { wantRun } from "./command.ts";
import { cancelSwap } from "./primary.ts";
import { failed, giveUp, leave, leaveAgain, leaveFailed } from "./leave.ts";
import { secondScripts } from "./plans.ts";
import {
  enter,
  isPrimary,
  log,
  peerView,
  type Plan,
  run,
  type Turn,
} from "./turn.ts";

/** An address that another machine uses is asked for again so often. */
const ADDRESS_AGAIN_MS = 5_000;

export interface Failure {
  readonly action: string;
  readonly error: string;
}

export function finished(
  turn: Turn,
  plan: Plan,
  failure: Failure | null,
): void {
  const { state } = turn;
  state.plan = null;
  if (failure === null && plan.addressesAfter !== null) {
    state.addresses = plan.addressesAfter;
  }
  const what = failure === null ? "" : `${failure.action}: ${failure.error}`;
  switch (plan.name) {
    case "clean":
    case "leave":
    case "fence":
      if (failure !== null) leaveFailed(turn, what);
      else if (plan.name !== "clean") state.scripts = "STOP";
      return;
    case "let-go":
      if (failure !== null) leaveFailed(turn, what);
      else leaveAgain(turn);
      return;
    case "prestart":
      // The address may be held still: waiting sees to it before anything else.
      if (failure !== null) giveUp(turn, what);
      return;
    case "finish":
      if (failure !== null) log(turn, "error", `While stopping: ${what}`);
      state.scripts = "STOP";
      stopped(turn);
      return;
    case "become-alone":
    case "become-prim":
    case "swap-back":
    case "complete":
    case "restart":
      if (failure === null) return;
      // A secondary's service is not worth the mirror.
      if (state.role === "SECOND") complain(turn, what);
      else if (isScript(failure)) giveUp(turn, what);
      else failed(turn, what, { counts: !isOutside(failure) });
      return;
    case "become-second":
      if (failure !== null) {
        failed(turn, what, { counts: !isOutside(failure) });
      } else bringSecondScripts(turn);
      return;
    case "yield":
      // The mount could not be left: as WAIT it is tried until it can, then this node comes back as SECOND.
      if (failure !== null) leave(turn, what, { succeeded: true });
      else bringSecondScripts(turn);
      return;
    case "resume":
      // Whoever uses the address may go: until then this node is not ready, and it is tried again.
      if (failure === null) {
        state.addressProblem = null;
        return;
      }
      // All but the address is as it should be.
      state.record = { ...state.record, settled: true };
      state.addressesDue = isPrimary(state.role);
      state.addressAt = turn.at + ADDRESS_AGAIN_MS;
      // Said once: it may be so for days.
      if (state.addressProblem !== what) complain(turn, what);
      state.addressProblem = what;
      return;
    case "second-scripts":
    case "primary-to-alone":
    case "alone-to-primary":
      // Data and service are not worth less for it: a person looks, the role stays.
      if (failure !== null) complain(turn, what);
      return;
    case "swap-release":
      if (failure !== null) {
        log(turn, "error", what);
        cancelSwap(turn);
      } else handOver(turn);
      return;
    default:
      return plan.name satisfies never;
  }
}

function complain(turn: Turn, what: string): void {
  log(turn, "error", what);
  if (turn.state.role === "SECOND") turn.state.reason = what;
}

/** Scripts are the module author's: another try would fail the same way. Data and addresses are worth another try. */
function isScript(failure: Failure): boolean {
  return SCRIPTS.some((name) => failure.action.includes(name));
}

/** An address that another machine holds; a full disk, which has room again when somebody makes some: nothing that is broken here. */
function isOutside({ action, error }: Failure): boolean {
  return action === "take-addresses" ||
    /no space left|quota exceeded/i.test(error);
}

function stopped(turn: Turn): void {
  const { state } = turn;
  const { reason } = state;
  enter(turn, "STOP", "everything is stopped");
  state.reason = reason;
  // `start` was said while the last scripts of a stop were running.
  if (state.record.goal === "run") wantRun(turn);
}

function bringSecondScripts(turn: Turn): void {
  const { state } = turn;
  const actions = secondScripts(state.scripts);
  state.scripts = "SECOND";
  if (actions.length > 0) run(turn, "second-scripts", actions);
}

/** PRIM → SECOND in a swap: nothing runs here any more; the peer takes over when it hears "released". */
function handOver(turn: Turn): void {
  const { state } = turn;
  enter(turn, "SECOND", `hands over to ${state.config.peer}`);
  // Both were level and both stay entitled, or the new primary alone is.
  const both = peerView(state)?.claim === state.record.claim;
  state.record = {
    goal: "run",
    lastRole: "SECOND",
    cameFrom: null,
    ...(both ? kept(state.record) : {}),
  };
  state.swap = "released";
  state.swapSince = turn.at;
  // Everything that was ever acknowledged is here: should the peer die now, this node may go on.
  state.synced = true;
  state.scripts = "PRIM";
}
