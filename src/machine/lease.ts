/** Until when a primary may serve, because the other node surely leaves it alone so long. Pure. */
import type { Command } from "../replication/control.ts";
import { witnessOf } from "./arbiter.ts";
import { nobodyClaims } from "./claim.ts";
import { command, isPrimary, peerView, type State, type Turn } from "./turn.ts";

/** Of the peer's time-out, so that this node has stopped before the other one begins, whatever their clocks' rates. */
const LEASE_SHARE = 0.85;
/** A lease that has run out may be renewed by what waits in the queue. */
const SLACK_MS = 150;
/** Of a shorter time-out: after the guard's, and before the other node begins. */
const SLACK_SHARE = 0.075;
/** The same after this process was stopped: the peer's words need a moment to arrive. */
const AWAKE_MS = 700;
/** Both ends of a new acquaintance need a few heartbeats before the first lease can arrive. */
const FIRST_LEASE_MS = 3_000;
/** Of no time-out longer. */
const ABSENT_MS = 1_000;
/** Nor shorter, whatever an older peer says: a node that takes every tick for an absence would never decide. */
const LEAST_ABSENT_MS = 250;
/** The replicator is told a later end of its lease when it is so much later. */
const LEASE_STEP_MS = 100;

/** Of a time-out. */
export function leaseLasts(timeoutMs: number): number {
  return timeoutMs * LEASE_SHARE;
}

/** The shorter one: a lease must have ended before the impatient node begins. */
export function timeoutOf({ config, peerTimeoutMs }: State): number {
  return Math.min(config.timeoutMs ?? 2_100, peerTimeoutMs ?? Infinity);
}

/**
 * This node did nothing for so long that the peer may have gone on without it: what it knew of itself must be heard again. A third of a
 * time-out may have passed since its last heartbeat.
 */
export function absentMs(state: State): number {
  const half = timeoutOf(state) / 2;
  return Math.min(ABSENT_MS, Math.max(LEAST_ABSENT_MS, half));
}

/** Until when the peer surely leaves this primary alone: it has heard it, or the witness has. */
export function leaseUntil(state: State): number {
  return Math.max(state.peerUntil, state.witnessUntil);
}

/** The same as data for a plan; null: nothing limits it. */
export function leaseOf(state: State): number | null {
  const limited = witnessOf(state) !== null && !nobodyClaims(state);
  return limited ? leaseUntil(state) : null;
}

/** A command of a plan whose scripts took their time: the lease that it was made with has been renewed since. */
export function atPresent(what: Command, state: State): Command {
  if (what.command !== "primary" || what.until === undefined) return what;
  const { until: _, ...rest } = what;
  const until = leaseOf(state);
  return until === null ? rest : { ...rest, until };
}

export function peerHeardUs({ state }: Turn, sentAt: number | undefined): void {
  if (sentAt === undefined) return;
  const until = sentAt + leaseLasts(timeoutOf(state));
  state.peerUntil = Math.max(state.peerUntil, until);
}

/** Something that was served here as PRIM is still served: also on its way out, which may take its scripts minutes. */
export function servesAsPrimary(state: State): boolean {
  const { config, plan, record, report, role } = state;
  if (role === "PRIM") return true;
  if (state.silent !== null) return record.lastRole === "PRIM";
  if (role !== "WAIT" || record.lastRole !== "PRIM") return false;
  // Its mount may be gone before its address and its services are: where writes hang it goes first.
  if (plan?.name === "leave" && isPrimary(state.scripts)) return true;
  return config.mirrored ? report?.phase === "primary" : plan?.name === "fence";
}

/** Whether somebody else may be entitled to go on when the lease ends. Who leaves may have given up its own claim already. */
function isBound(state: State): boolean {
  if (witnessOf(state) === null || !servesAsPrimary(state)) return false;
  return state.role === "WAIT" || !nobodyClaims(state);
}

/** The other node may be primary by now, for all that this one knows. */
export function leaseRanOut(turn: Turn): boolean {
  const { state, at } = turn;
  if (!isBound(state) || leaseUntil(state) > at) {
    const inOrder = state.role !== "WAIT" || state.plan?.name === "leave";
    if (inOrder) state.mustNotServeSince = null;
    return false;
  }
  // An agent that has come back has been heard by nobody yet. Its replicator keeps the end that the last one told it.
  const { listensSince } = state;
  const first = listensSince === null || at - listensSince < FIRST_LEASE_MS;
  if (leaseUntil(state) === 0 && first) return false;
  state.mustNotServeSince ??= at;
  const slack = at - state.awakeAt < AWAKE_MS
    ? AWAKE_MS
    : Math.min(SLACK_MS, timeoutOf(state) * SLACK_SHARE);
  return at - state.mustNotServeSince > slack;
}

/**
 * Why what still serves here on its way out must not any more; null: it may. Without a witness nobody tells it but the other node, or
 * that this one stood still for longer than that one waits.
 */
export function succeededWhileLeaving(turn: Turn): string | null {
  const { state, at } = turn;
  const { peer: name } = state.config;
  if (leaseRanOut(turn)) {
    return `neither ${name} nor the witness has heard this node in time`;
  }
  if (!state.addresses && state.report?.phase !== "primary") return null;
  const peer = peerView(state);
  if (peer !== null && isPrimary(peer.role)) return `${name} is ${peer.role}`;
  return state.unsure && servesAsPrimary(state) && at - state.awakeAt > AWAKE_MS
    ? `this node stood still, and ${name} has not heard it since`
    : null;
}

/** The replicator must know by itself when to stop: this process may be stopped while that one goes on. */
export function tellLease(turn: Turn): void {
  const { state } = turn;
  const bound = servesAsPrimary(state) && witnessOf(state) !== null &&
    state.report?.phase === "primary";
  if (!bound) {
    if (state.role === "PRIM" && state.toldUntil !== null) {
      command(turn, { command: "lease", until: null });
    }
    state.toldUntil = null;
    return;
  }
  const until = leaseUntil(state);
  if (until <= 0) return;
  if (state.toldUntil !== null && until < state.toldUntil + LEASE_STEP_MS) {
    return;
  }
  state.toldUntil = until;
  command(turn, { command: "lease", until });
}
