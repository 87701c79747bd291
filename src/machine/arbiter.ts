/**
 * May this node go on without its peer? Two nodes cannot vote, so a third party or the peer itself must say so. Pure.
 *
 * With a witness three things entitle, and each excludes that the other node goes on as well:
 * - the witness: this node was the first to set the epoch after the one that both had agreed on (`claim`);
 * - the peer's own word: it holds no claim any more, and this node does; or it has answered this very request (`shutOut`);
 * - a person.
 * A node that stands back gives up its claim in its record before it says so: it could not win at the witness afterwards.
 */
import { compare } from "../replication/identity.ts";
import type { Answer } from "../witness/protocol.ts";
import type { Ask } from "../witness/register.ts";
import type { ModuleView, Record } from "./state.ts";
import { alive, command, isPrimary, log } from "./turn.ts";
import type { State, Turn } from "./turn.ts";

export type Arbiter =
  | { readonly kind: "none" }
  /** Addresses that both nodes reach as long as their network works: says who is cut off, excludes nothing. */
  | { readonly kind: "ping"; readonly addresses: readonly string[] }
  | {
    readonly kind: "witness";
    readonly id: string;
    readonly address: string;
    /** Being removed: nobody asks it any more, and nobody goes on alone without the peer's word until both have forgotten it. */
    readonly retired: boolean;
  };

export const NO_ARBITER: Arbiter = { kind: "none" };

export type Permission =
  | {
    readonly may: "yes";
    readonly claim: number | undefined;
    readonly untold: boolean;
  }
  /** `pending`: it will be answered without a person. */
  | {
    readonly may: "later";
    readonly reason: string;
    readonly pending: boolean;
  }
  | { readonly may: "no"; readonly reason: string };

/** Of the peer's time-out, so that this node has stopped before the other one begins, whatever their clocks' rates. */
const LEASE_SHARE = 0.85;
/** A lease that has run out may be renewed by what waits in the queue. */
const SLACK_MS = 150;
/** The same after this process was stopped: the peer's words need a moment to arrive. */
const AWAKE_MS = 700;
/** Both ends of a new acquaintance need a few heartbeats before the first lease can arrive. */
const FIRST_LEASE_MS = 3_000;
/** The replicator is told a later end of its lease when it is so much later. */
const LEASE_STEP_MS = 100;
/** One echo is lost now and then; three in a row are an answer. */
const PING_ROUNDS = 3;
/** A person who forces is not kept waiting for a witness that is away. */
const FORCE_MS = 3_000;

export function witnessOf(state: State) {
  return state.arbiter.kind === "witness" ? state.arbiter : null;
}

/** The rules ask anew after every event: what is not wanted any more is not asked any more. */
export function beginAsking({ state }: Turn): void {
  state.bidding = false;
}

export function endAsking({ state }: Turn): void {
  // It has what it wanted: asked once more it would set an epoch for nothing.
  if (state.role === "ALONE") state.bidding = false;
  if (state.bidding) return;
  state.bidSince = null;
  state.unanswered = 0;
  state.forced = false;
  if (!isPrimary(state.role)) state.shutOut = null;
}

/** Whether this node may go on alone now; asks whoever must be asked. Call it at every event for as long as it is wanted. */
export function permission(
  turn: Turn,
  peer: ModuleView | null,
  { bid = true, force = false }: {
    /** false: only look whether the peer's word is enough. */
    readonly bid?: boolean;
    /** A person's word. */
    readonly force?: boolean;
  } = {},
): Permission {
  const { state, at } = turn;
  const { claim } = state.record;
  switch (state.arbiter.kind) {
    case "none":
      return { may: "yes", claim: undefined, untold: false };
    case "ping":
      return force || alive(state)
        ? { may: "yes", claim: undefined, untold: false }
        : pinged(turn);
    case "witness":
      break;
    default:
      return state.arbiter satisfies never;
  }
  const { id, retired } = state.arbiter;
  if (peer !== null && peersWord(state, peer, id)) {
    return { may: "yes", claim, untold: true };
  }
  // Before the witness has been heard for the first time the secondary is entitled to nothing, so the primary is to all.
  if (
    state.role === "PRIM" && claim === undefined && state.peerWitness === id
  ) {
    if (!alive(state)) return { may: "yes", claim, untold: true };
  }
  if (!bid) return { may: "later", pending: true, reason: "" };
  state.bidding = true;
  state.bidSince ??= at;
  if (force) state.forced = true;
  if (peer !== null && !isPrimary(state.role)) {
    state.shutOut ??= `${state.identity?.current ?? ""}/${at}`;
  }
  if (retired) {
    return force ? forcedYes(state, at) : {
      may: "no",
      reason:
        "the witness is being removed, and nothing else says that the other node has stopped",
    };
  }
  return witnessWord(turn, { force, peer });
}

/** The peer has given up what would let it go on, and this node has not; or it has answered this node's request. */
function peersWord(state: State, peer: ModuleView, id: string): boolean {
  const { claim } = state.record;
  if (state.shutOut !== null && peer.outdated === state.shutOut) {
    return peer.role === "SECOND" || peer.witness === id;
  }
  const away = peer.role === "STOP" || peer.role === "WAIT";
  return away && peer.witness === id && claim !== undefined &&
    peer.claim === undefined && !peer.addresses &&
    peer.phase !== "primary";
}

function witnessWord(
  turn: Turn,
  { force, peer }: {
    readonly force: boolean;
    readonly peer: ModuleView | null;
  },
): Permission {
  const { state, at } = turn;
  const { config, record } = state;
  const { address } = witnessOf(state)!;
  const { seen } = state;
  // A renewal that left while the loop was held up answers another question.
  const fresh = seen !== null && seen.bid && seen.askedAt >= state.bidSince!
    ? seen
    : null;
  const entitled = record.claim !== undefined || untoldAlone(record);
  if (force) {
    if (fresh !== null && granted(state, fresh)) {
      return { may: "yes", claim: fresh.entry!.epoch, untold: false };
    }
    if (fresh !== null && fresh.leasedMs > 0) {
      return {
        may: "no",
        reason:
          `the witness ${address} hears ${config.peer} as primary; stop it there first`,
      };
    }
    return forcedYes(state, at);
  }
  if (fresh === null) {
    if (!entitled && peer === null) return notEntitled(state);
    return {
      may: "later",
      pending: at - state.bidSince! < FORCE_MS,
      reason: peer === null
        ? `waits for ${config.peer} or the witness ${address}, which both do not answer; if ${config.peer} is not primary: "hakit prim ${config.module}"`
        : `waits for the word of ${config.peer}, or of the witness ${address}; if ${config.peer} is not primary: "hakit prim ${config.module}"`,
    };
  }
  const { entry } = fresh;
  if (entitled && granted(state, fresh)) {
    return { may: "yes", claim: entry!.epoch, untold: false };
  }
  const there = grantedThere(state);
  if (there !== null) return { may: "no", reason: there };
  if (!entitled) {
    return peer === null ? notEntitled(state) : {
      may: "later",
      pending: true,
      reason: `waits for the word of ${config.peer}`,
    };
  }
  if (entry === null) {
    return {
      may: "no",
      reason:
        `the witness ${address} remembers nothing of ${config.module} (a new disk?), and ${config.peer} does not answer; if it is not primary: "hakit prim ${config.module}"`,
    };
  }
  if (entry.epoch !== record.claim && !untoldAlone(record)) {
    return notEntitled(state);
  }
  return {
    may: "later",
    pending: true,
    reason:
      `${config.peer} may still be primary for a moment, says the witness`,
  };
}

/**
 * The witness names this node, and means the present: an entry from the last time it was ALONE proves nothing once it was level again,
 * as the other node then holds the same epoch.
 */
function granted(
  { config, record }: State,
  { entry, set }: NonNullable<State["seen"]>,
): boolean {
  if (entry?.holder !== config.nodeIndex) return false;
  if (set || (record.lastRole === "ALONE" && !record.untold)) return true;
  // Set by this node, and the answer was lost.
  return record.claim !== undefined && entry.epoch > record.claim;
}

function notEntitled({ config }: State): Permission {
  return {
    may: "no",
    reason:
      `this node was not entitled to go on without ${config.peer}, which may have gone on; if it has not: "hakit prim ${config.module}"`,
  };
}

function forcedYes(state: State, at: number): Permission {
  if (at - state.bidSince! < FORCE_MS) {
    return {
      may: "later",
      pending: true,
      reason: "tells the witness that this node goes on",
    };
  }
  return { may: "yes", claim: undefined, untold: true };
}

/** It was ALONE by the peer's word and is so on record: the witness has only not heard of it. */
function untoldAlone(record: Record): boolean {
  return record.lastRole === "ALONE" && record.untold === true;
}

function pinged(turn: Turn): Permission {
  const { state, at } = turn;
  state.bidding = true;
  state.bidSince ??= at;
  const { addresses } = state.arbiter as Arbiter & { kind: "ping" };
  if (state.pinged === null || state.pinged.askedAt < state.bidSince) {
    return {
      may: "later",
      pending: true,
      reason: `pings ${addresses.join(", ")}`,
    };
  }
  const { module, peer } = state.config;
  const { answered } = state.pinged;
  if (answered === true) {
    return { may: "yes", claim: undefined, untold: false };
  }
  if (state.unanswered >= PING_ROUNDS) {
    // It does not go on when a ping is answered: the other node may be primary by then.
    return {
      may: "no",
      reason: `neither ${peer} nor ${
        addresses.join(" nor ")
      } answers, so this node seems to be cut off; it goes on when ${peer} is heard, or if ${peer} is not primary by "hakit prim ${module}"`,
    };
  }
  return {
    may: "later",
    pending: answered !== null,
    reason: answered === null
      ? `no ping of ${
        addresses.join(", ")
      } can be sent from here; if ${peer} is not primary: "hakit stop ${module}", then "hakit prim ${module}"`
      : `pings ${addresses.join(", ")}`,
  };
}

/** A round that began before the bid, or could not be sent, is no silence. */
export function heardPing(
  { state }: Turn,
  { askedAt, answered }: {
    readonly askedAt: number;
    readonly answered: boolean | null;
  },
): void {
  state.pinged = { askedAt, answered };
  const counts = state.bidSince !== null && askedAt >= state.bidSince;
  if (counts && answered === false) state.unanswered += 1;
}

/** Why this node waits, when the witness has let the other one go on; null: it has not. */
export function grantedThere(state: State): string | null {
  const witness = witnessOf(state);
  const entry = state.seen?.entry;
  if (witness === null || entry?.holder !== other(state.config.nodeIndex)) {
    return null;
  }
  // An entry from before both were level again: neither has gone on since.
  if (entry.epoch === state.record.claim) return null;
  const { module, peer } = state.config;
  return `the witness ${witness.address} has let ${peer} go on alone; this node follows when it hears it; if ${peer} will not come back: "hakit prim ${module}"`;
}

/** What goes into the record of a node that goes on alone. */
export function aloneRecord(
  cameFrom: "PRIM" | "SECOND",
  { claim, untold }: Permission & { readonly may: "yes" },
): Record {
  return {
    goal: "run",
    lastRole: "ALONE",
    cameFrom,
    ...(claim === undefined ? {} : { claim }),
    ...(untold ? { untold } : {}),
  };
}

/** The claim as a part of a new record. */
export function kept({ claim }: Record): { readonly claim?: number } {
  return claim === undefined ? {} : { claim };
}

/** This node can never go on alone any more by what it holds. Persisted before it is told, as every record is. */
export function giveUpClaim({ state }: Turn): void {
  if (state.record.claim === undefined && !state.record.untold) return;
  const { claim: _, untold: __, ...record } = state.record;
  state.record = record;
}

/** A node that does not serve is asked to stand back. Of two that ask at once the second one of the list gives way. */
export function answerAsk(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  // Without a witness a node that waits promises nothing: its data may be newer than that of whoever asks.
  if (witnessOf(state) === null) return;
  const token = peer?.shutOut ?? null;
  if (token === null) {
    if (peer !== null) state.outdated = null;
    return;
  }
  if (state.shutOut !== null && state.config.nodeIndex === 0) return;
  if (state.outdated !== token && mayBeNewer(state, peer!)) return;
  state.shutOut = null;
  state.bidding = false;
  giveUpClaim(turn);
  state.outdated = token;
}

/** This node went on alone and may have acknowledged what the other one lacks: then it is not the one to stand back. */
function mayBeNewer(state: State, peer: ModuleView): boolean {
  if (!state.config.mirrored || state.record.lastRole === null) return false;
  if (state.identity === null || peer.phase === "absent") {
    return state.record.lastRole === "ALONE";
  }
  const { kind } = compare(state.identity, peer.identity);
  return kind === "mine-newer" || kind === "diverged";
}

/** The witness' answer, taken for what it says of this node's own claim. */
export function heardWitness(
  turn: Turn,
  { askedAt, answer }: { readonly askedAt: number; readonly answer: Answer },
): void {
  const { state, at } = turn;
  const { config, record } = state;
  const { ask, verdict } = answer;
  if (witnessOf(state) === null || ask.module !== config.module) return;
  if (state.seen !== null && askedAt < state.seen.askedAt) return;
  const { entry, leasedMs } = verdict;
  const set = ask.want === "set" && ask.alone && verdict.done;
  const bid = ask.want === "look" || ask.alone;
  const seen = { entry, askedAt, at, leasedMs, bid, set };
  state.seen = seen;
  if (
    ask.want === "renew" && verdict.done && isPrimary(state.role) &&
    ask.expect === record.claim
  ) {
    const until = askedAt + ask.leaseMs * LEASE_SHARE;
    state.witnessUntil = Math.max(state.witnessUntil, until);
  }
  if (entry === null) return;
  if (state.role === "ALONE" && granted(state, seen)) {
    const { untold: _, ...told } = record;
    state.record = { ...told, claim: entry.epoch };
    return;
  }
  // The answer to the one that made it was lost; nobody else can have been told of this epoch.
  const mine = entry.by === config.nodeIndex && entry.holder === null;
  const fresh = state.role === "PRIM" && sharing(state);
  if (!mine || (record.claim ?? (fresh ? 0 : Infinity)) >= entry.epoch) return;
  state.record = { ...record, claim: entry.epoch };
}

/** PRIM, level with a peer that hears it now: the two of them together may say what holds. */
function sharing(state: State): boolean {
  const level = state.config.mirrored
    ? state.report?.session === "mirrored"
    : state.peer.view?.role === "SECOND";
  return level && state.peerUntil > state.lastAt &&
    state.peerWitness === witnessOf(state)?.id;
}

/** What the witness is to be asked now; null: nothing. */
export function ask(state: State): Ask | null {
  const witness = witnessOf(state);
  if (witness === null || witness.retired || !state.begun) return null;
  const { config, record, seen } = state;
  const { claim } = record;
  const epoch = seen?.entry?.epoch ?? 0;
  const base: Ask = {
    module: config.module,
    want: "look",
    expect: 0,
    floor: claim ?? 0,
    alone: false,
    heedLease: true,
    leaseMs: timeoutOf(state),
  };
  if (state.bidding) {
    if (state.forced || untoldAlone(record)) {
      if (seen === null) return base;
      // What the witness decided after this node's time is not for this node to undo: only a person may.
      const later = grantedThere(state) !== null && epoch > (claim ?? 0);
      if (later && !state.forced) return base;
      return { ...base, want: "set", expect: epoch, alone: true };
    }
    if (claim === undefined) return base;
    return { ...base, want: "set", expect: claim, alone: true };
  }
  if (state.role === "ALONE") {
    const known = claim !== undefined && !record.untold &&
      seen?.entry !== null;
    if (known) return { ...base, want: "renew", expect: claim };
    if (seen === null) return base;
    return {
      ...base,
      want: "set",
      expect: epoch,
      alone: true,
      heedLease: false,
    };
  }
  if (state.role === "PRIM") {
    const { entry } = seen ?? { entry: null };
    const shared = entry !== null && entry.holder === null &&
      entry.epoch === claim;
    if (seen !== null && !shared && sharing(state)) {
      return { ...base, want: "set", expect: epoch };
    }
    if (claim !== undefined) return { ...base, want: "renew", expect: claim };
  }
  return base;
}

/** The shorter one: a lease must have ended before the impatient node begins. */
function timeoutOf({ config, peerTimeoutMs }: State): number {
  return Math.min(config.timeoutMs ?? 2_100, peerTimeoutMs ?? Infinity);
}

/** Until when the peer surely leaves this primary alone: it has heard it, or the witness has. */
export function leaseUntil(state: State): number {
  return Math.max(state.peerUntil, state.witnessUntil);
}

/** The same as data for a plan; null: nothing limits it. */
export function leaseOf(state: State): number | null {
  const limited = witnessOf(state) !== null &&
    state.record.claim !== undefined;
  return limited ? leaseUntil(state) : null;
}

export function peerHeardUs({ state }: Turn, sentAt: number | undefined): void {
  if (sentAt === undefined) return;
  const until = sentAt + timeoutOf(state) * LEASE_SHARE;
  state.peerUntil = Math.max(state.peerUntil, until);
}

/** PRIM only: the other node may be primary by now, for all that this one knows. */
export function leaseRanOut(turn: Turn): boolean {
  const { state, at } = turn;
  const bound = state.role === "PRIM" && witnessOf(state) !== null &&
    state.record.claim !== undefined;
  if (!bound || leaseUntil(state) > at) {
    state.ranOutSince = null;
    return false;
  }
  // An agent that has come back has been heard by nobody yet. Its replicator keeps the end that the last one told it.
  const { listensSince } = state;
  const first = listensSince === null || at - listensSince < FIRST_LEASE_MS;
  if (leaseUntil(state) === 0 && first) return false;
  state.ranOutSince ??= at;
  const slack = at - state.awakeAt < AWAKE_MS ? AWAKE_MS : SLACK_MS;
  return at - state.ranOutSince > slack;
}

/** The replicator must know by itself when to stop: this process may be stopped while that one goes on. */
export function tellLease(turn: Turn): void {
  const { state } = turn;
  const bound = state.role === "PRIM" && witnessOf(state) !== null &&
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

/** Whether the witness says that this primary has been overtaken. */
export function deposed(state: State): boolean {
  const entry = state.seen?.entry;
  if (!entry || entry.holder !== other(state.config.nodeIndex)) return false;
  if (state.role === "PRIM") {
    return !sharing(state) && state.record.claim !== undefined;
  }
  return state.record.untold !== true && state.record.claim !== undefined &&
    entry.epoch > state.record.claim;
}

/** Another arbiter from now on: a claim is worth something only at the witness that it is from. */
export function changeArbiter(turn: Turn, arbiter: Arbiter): void {
  const { state } = turn;
  const before = witnessOf(state);
  state.arbiter = arbiter;
  const after = witnessOf(state);
  const same = before?.id === after?.id && !after?.retired;
  if (same) return;
  giveUpClaim(turn);
  state.seen = null;
  state.witnessUntil = 0;
  const name = after === null ? arbiter.kind : `witness ${after.address}`;
  log(turn, "info", `Arbiter: ${name}${after?.retired ? ", retired" : ""}`);
}

function other(index: 0 | 1): 0 | 1 {
  return index === 0 ? 1 : 0;
}
