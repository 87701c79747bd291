/** Role WAIT: on the way up, on the way down, or blocked with a reason. Pure. */
import { aloneRecord, answerAsk } from "./claim.ts";
import { good } from "./copies.ts";
import { type Permission, permission } from "./permission.ts";
import { finish, hasten, leaveAgain } from "./leave.ts";
import { succeededWhileLeaving } from "./lease.ts";
import { alonePlan, secondPlan } from "./plans.ts";
import { compare } from "../replication/identity.ts";
import {
  enter,
  isPrimary,
  log,
  peerView,
  run,
  type State,
  type Turn,
} from "./turn.ts";
import type { Blocked } from "./event.ts";
import type { ModuleView } from "./state.ts";
import { startVerdict } from "./verdict.ts";

/** What a person asked for waits so long for a replicator: on a slow server, busy with everything else that starts, it may need a minute. */
const START_MS = 5 * 60_000;

export function waiting(turn: Turn): void {
  const { state } = turn;
  answerAsk(turn, peerView(state));
  // What it does in order may take minutes, and the other node does not wait for that.
  if (state.plan?.name === "leave") {
    const why = succeededWhileLeaving(turn);
    if (why !== null) return hasten(turn, why);
  }
  if (state.plan !== null || turn.at < state.retryAt) return;
  if (stillHolds(state)) return leaveAgain(turn);
  if (state.record.goal === "stop") return finish(turn);
  if (state.blocked !== null) return refuse(turn, state.blocked);
  // A node that has never had the data may follow all the same: what it is to hold comes from the peer.
  const missing = state.report?.missing;
  const newHere = state.report?.identity.current === null;
  if (missing && !(newHere && state.intent?.kind !== "prim")) {
    return refuse(turn, { reason: missing, pending: false });
  }
  const strange = state.report?.strange;
  // Whoever has everything copied from the other node loses nothing by it. To declare the good copy what stands where a disk is not
  // mounted must be meant, with a word of its own.
  const { intent } = state;
  const meant = intent?.kind === "prim" ? intent.otherFolder : intent?.full;
  if (strange && !meant) {
    return refuse(turn, { reason: strange, pending: false });
  }
  const verdict = startVerdict(state, turn.at - state.since);
  if (state.intent !== null) {
    if (!state.config.mirrored || state.report !== null) return intended(turn);
    if (turn.at - state.intent.at > START_MS) state.intent = null;
  }
  switch (verdict.start) {
    case "alone": {
      const word = permission(turn, peerView(state));
      if (word.may === "yes") return becomeAlone(turn, { ...verdict, word });
      const pending = word.may === "later" && word.pending;
      return wait(turn, { reason: word.reason, pending });
    }
    case "second":
      return becomeSecond(turn, { why: verdict.why, full: false });
    case "wait":
      return wait(turn, verdict);
    default:
      return verdict satisfies never;
  }
}

/** Asked for once, refused once: the person who asked sees why, and the other node may serve by the time at which the cause is gone. */
function refuse(turn: Turn, cause: Blocked): void {
  if (!cause.pending) turn.state.intent = null;
  wait(turn, cause);
}

function wait(turn: Turn, { reason, pending }: Blocked): void {
  const { state } = turn;
  if (!pending && state.reason !== reason) {
    log(turn, "warning", `WAIT: ${reason}`);
  }
  state.reason = reason;
  state.pending = pending;
}

/** Something of a former role is still in place here. */
export function stillHolds(state: State): boolean {
  const mounted = state.report !== null && state.report.phase !== "idle";
  return state.addresses || mounted;
}

/** `hakit prim`, `primforce`, `second`: once the way is free. */
function intended(turn: Turn): void {
  const { state } = turn;
  const intent = state.intent!;
  const peer = peerView(state);
  if (intent.kind === "second") {
    state.intent = null;
    becomeSecond(turn, { why: "asked for", full: intent.full });
    return;
  }
  if (peer !== null && isPrimary(peer.role)) {
    state.intent = null;
    log(turn, "error", `Not primary: ${state.config.peer} is ${peer.role}`);
    return;
  }
  const word = permission(turn, peer, { force: true });
  if (word.may === "later") return wait(turn, word);
  state.intent = null;
  if (word.may === "no") {
    log(turn, "error", `Not primary: ${word.reason}`);
    return wait(turn, { reason: word.reason, pending: false });
  }
  becomeAlone(turn, {
    cameFrom: "PRIM",
    why: "asked for",
    word,
    force: { full: intent.full || !surelyNewest(state, peer) },
  });
}

/**
 * Whether this copy is the newest anyway. If not, or if nobody knows, a person's word must outlive the moment: the copy becomes a
 * new generation, so that a newer one that turns up later is told apart (and kept aside) instead of taking over.
 */
function surelyNewest(state: State, peer: ModuleView | null): boolean {
  if (state.identity === null || state.identity.current === null) return true;
  if (peer === null || peer.phase === "absent") {
    return state.record.lastRole === "ALONE" && good(state.identity);
  }
  const { kind } = compare(state.identity, peer.identity);
  return kind === "equal" || kind === "mine-newer";
}

export interface AloneOptions {
  readonly cameFrom: "PRIM" | "SECOND";
  readonly why: string;
  readonly word: Permission & { readonly may: "yes" };
  /** Declares this copy the good one. */
  readonly force?: { readonly full: boolean };
}

/** WAIT or SECOND → ALONE. The record says so before anything is mounted. */
export function becomeAlone(turn: Turn, options: AloneOptions): void {
  const { state } = turn;
  const from = state.role === "SECOND" ? "SECOND" : "WAIT";
  state.oldFault = state.report?.fault ?? null;
  enter(turn, "ALONE", options.why);
  state.record = aloneRecord(options.cameFrom, options.word);
  state.scripts = "ALONE";
  run(
    turn,
    "become-alone",
    alonePlan(from, options.force ? { force: options.force } : {}),
  );
}

/** WAIT → SECOND. */
function becomeSecond(
  turn: Turn,
  options: { readonly why: string; readonly full: boolean },
): void {
  const { state } = turn;
  state.oldFault = state.report?.fault ?? null;
  enter(turn, "SECOND", options.why);
  state.record = { goal: "run", lastRole: "SECOND", cameFrom: null };
  run(
    turn,
    "become-second",
    secondPlan({ yield: keepsAside(state), full: options.full }),
  );
}

/** Whether this copy holds something that the primary's lacks: it is kept aside before it is overwritten. */
export function keepsAside(state: State): boolean {
  const peer = peerView(state);
  if (peer === null || state.identity === null) return false;
  const { kind } = compare(state.identity, peer.identity);
  return kind === "diverged" || kind === "mine-newer";
}
