/** Role SECOND: follows the primary, answers when it is shut out, takes over when it may. Pure. */
import { witnessOf } from "./arbiter.ts";
import { giveUpClaim, kept } from "./claim.ts";
import { good } from "./copies.ts";
import { leaseOf } from "./lease.ts";
import { permission } from "./permission.ts";
import { failed, leave } from "./leave.ts";
import { primPlan, secondPlan } from "./plans.ts";
import type { ModuleView } from "./state.ts";
import {
  alive,
  command,
  enter,
  GRACE_MS,
  hasLetGo,
  isPrimary,
  log,
  peerView,
  run,
  type State,
  type Turn,
} from "./turn.ts";
import { becomeAlone, keepsAside } from "./waiting.ts";

/**
 * The replicator has so long to record that this copy is behind; applications wait for it at the primary. Without that record the
 * promise holds all the same: `synced` is gone, and no restart of this agent or machine brings it back without the primary's word.
 * What is on disk only tells a person more, should both nodes die.
 */
const OUTDATE_MS = 1_000;
/** Two secondaries without a primary: one of a broken swap. Longer than a swap's moment between the two. */
const NOBODY_MS = 8_000;
/** A request to change places that the primary did not take up is forgotten. */
const ASKED_MS = 5_000;

export function secondary(turn: Turn): void {
  const { state } = turn;
  const peer = peerView(state);
  answerShutOut(turn, peer);
  if (state.swap === "asked" && turn.at - state.swapSince > ASKED_MS) {
    state.swap = null;
    log(turn, "warning", `${state.config.peer} did not take up the swap`);
  }

  // The hand-over is done. Said any longer, it would be taken for the next one: the peer would promote itself in the middle of it.
  if (state.swap === "released" && peer !== null && isPrimary(peer.role)) {
    state.swap = null;
  }

  const fault = state.report?.fault ?? null;
  if (fault !== null && fault !== state.oldFault) {
    return failed(turn, fault);
  }
  if (fault === null) state.oldFault = null;

  const end = endOfPrimary(turn, peer);
  if (end === "swap") return becomePrim(turn);
  if (end !== null) return succeed(turn, peer, end);
  if (state.bidSince !== null) state.reason = null;
  follow(turn);
}

/** Why there is no primary any more; "swap": it handed over; null: there is one, or it is not certain that there is none. */
function endOfPrimary(turn: Turn, peer: ModuleView | null): string | null {
  const { state } = turn;
  const { config } = state;
  if (!alive(state)) {
    if (state.peer.verdict === "lost") return `no heartbeat of ${config.peer}`;
    // An agent that came back as SECOND and has heard nothing yet.
    return turn.at - state.since > GRACE_MS
      ? `${config.peer} was not heard`
      : null;
  }
  const stays = turn.at - Math.max(state.since, state.peer.roleSince);
  if (peer === null) {
    return state.peer.view === null && stays > GRACE_MS
      ? `${config.peer} does not have the module`
      : null;
  }
  switch (peer.role) {
    case "STOP":
    case "WAIT":
      return hasLetGo(peer)
        ? `${config.peer} ${peer.goal === "stop" ? "was stopped" : "left"}`
        : null;
    case "SECOND":
      if (peer.swap === "released" && mayTakeOver(state)) return "swap";
      return stays > NOBODY_MS ? "neither node is primary" : null;
    case "ALONE":
    case "PRIM":
      return null;
    default:
      return peer.role satisfies never;
  }
}

function mayTakeOver(state: State): boolean {
  if (!state.config.mirrored) return state.synced;
  return state.synced && state.identity !== null && good(state.identity);
}

function succeed(turn: Turn, peer: ModuleView | null, why: string): void {
  const { state } = turn;
  if (!mayTakeOver(state)) {
    return leave(turn, `${why}, and this copy is not up to date`);
  }
  if (!state.config.failover) {
    leave(turn, `${why}, and failover is off`);
    return;
  }
  const word = permission(turn, peer);
  switch (word.may) {
    case "yes":
      return becomeAlone(turn, { cameFrom: "SECOND", why, word });
    case "later": {
      const reason = `${why}: ${word.reason}`;
      if (!word.pending && state.reason !== reason) {
        log(turn, "warning", reason);
      }
      state.reason = reason;
      return;
    }
    case "no":
      if (state.arbiter.kind === "witness") giveUpClaim(turn);
      return leave(turn, `${why}, and ${word.reason}`);
    default:
      return word satisfies never;
  }
}

function becomePrim(turn: Turn): void {
  const { state } = turn;
  enter(turn, "PRIM", `${state.config.peer} has handed over`);
  state.record = {
    goal: "run",
    lastRole: "PRIM",
    cameFrom: null,
    ...kept(state.record),
  };
  state.scripts = "PRIM";
  run(turn, "become-prim", primPlan(leaseOf(state)));
}

/**
 * The primary lost its session to this node and wants to go on alone. It may do so once this copy can never take over by itself,
 * which must be on disk here before it is said.
 */
function answerShutOut(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  const asks = peer !== null &&
    (isPrimary(peer.role) ||
      // Two secondaries of a broken swap, neither of them primary: one gives way.
      (peer.role === "SECOND" &&
        (state.shutOut === null || state.config.nodeIndex === 1)));
  const token = asks ? peer.shutOut : null;
  if (token === null) {
    // Kept while the primary is silent: it may have heard the answer.
    if (peer !== null) state.outdated = null;
    return;
  }
  if (state.outdated === token) return;
  if (state.synced) {
    state.synced = false;
    log(turn, "warning", `${state.config.peer} goes on without this copy`);
  }
  if (state.asked?.token !== token) state.asked = { token, at: turn.at };
  state.shutOut = null;
  giveUpClaim(turn);
  const { report } = state;
  const recorded = report !== null && !report.identity.upToDate;
  const hangs = turn.at - state.asked.at >= OUTDATE_MS;
  if (recorded || hangs) {
    state.outdated = token;
    if (!recorded) {
      log(
        turn,
        "warning",
        "The replicator does not record that this copy is behind: it is not used before it is level again",
      );
    }
  } else if (report !== null && turn.at >= state.outdateAt) {
    state.outdateAt = turn.at + 1_000;
    command(turn, { command: "outdate" });
  }
}

/** Keeps the replicator listening: one that died and was started again is idle. */
function follow(turn: Turn): void {
  const { state } = turn;
  if (state.plan !== null || state.report === null) return;
  if (state.report.phase === "secondary" || turn.at < state.retryAt) return;
  state.retryAt = turn.at + 2_000;
  run(
    turn,
    "become-second",
    secondPlan({ yield: keepsAside(state), full: false }),
  );
}

/** The primary's word arrived: is this copy now one that may take over, or no longer? */
export function judgeSync(turn: Turn, view: ModuleView | null): void {
  const { state } = turn;
  if (state.role !== "SECOND" || view === null) return;
  if (view.role === "ALONE") giveUpClaim(turn);
  if (!state.config.mirrored) {
    if (isPrimary(view.role) && state.plan === null) {
      state.synced = true;
      if (view.role === "PRIM") adopt(turn, view);
    }
    return;
  }
  const mirrored = state.report?.session === "mirrored";
  // Only a primary whose record says PRIM cannot start alone behind our back after both nodes died.
  if (
    mirrored && view.role === "PRIM" && view.shutOut === null &&
    state.identity !== null && good(state.identity)
  ) {
    state.synced = true;
    if (view.identity.current === state.identity.current) adopt(turn, view);
  }
  // Whatever the last report of a replicator says that may stand still: what was written alone is not here.
  if (isOrWasAlone(view)) state.synced = false;
}

/** Of a node that has left, its record tells: it says PRIM before anybody may rely on this copy again. */
function isOrWasAlone({ role, lastRole }: ModuleView): boolean {
  const left = role === "STOP" || role === "WAIT";
  return role === "ALONE" || (left && lastRole === "ALONE");
}

/** What entitles the primary at the witness entitles its level secondary, too. */
function adopt({ state }: Turn, view: ModuleView): void {
  const witness = witnessOf(state);
  if (witness === null || witness.retired || view.witness !== witness.id) {
    return;
  }
  if (view.claim === undefined || view.claim === state.record.claim) return;
  state.record = { ...state.record, claim: view.claim };
}
