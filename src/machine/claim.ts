/**
 * The claim: the epoch in which a node's record entitles it to go on alone. A node that stands back gives it up in its record before it
 * says so: it could not win at the witness afterwards. Pure.
 */
import { compare } from "../replication/identity.ts";
import { type Arbiter, unlike, witnessOf } from "./arbiter.ts";
import type { Permission } from "./permission.ts";
import type { ModuleView, Record } from "./state.ts";
import { log, type State, type Turn } from "./turn.ts";

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

/**
 * Before the witness was heard for the first time nobody is entitled by it, so the primary is to all. The peer must say so too: a removal
 * of the witness that only this node has heard of leaves the other one's claim standing.
 */
export function nobodyClaims({ record, peerClaim }: State): boolean {
  return record.claim === undefined && peerClaim === null;
}

/** It was ALONE by the peer's word and is so on record: the witness has only not heard of it. */
export function untoldAlone(record: Record): boolean {
  return record.lastRole === "ALONE" && record.untold === true;
}

/** A node that does not serve is asked to stand back. Of two that ask at once the second one of the list gives way. */
export function answerAsk(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  // Without a witness on either node one that waits promises nothing: its data may be newer than that of whoever asks.
  if (witnessOf(state) === null && state.otherWitness === null) return;
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

/** Another arbiter from now on: a claim is worth something only at the witness that it is from. */
export function changeArbiter(turn: Turn, arbiter: Arbiter): void {
  const { state } = turn;
  const before = witnessOf(state);
  state.arbiter = arbiter;
  state.otherWitness = unlike(arbiter, state.otherWitness ?? undefined);
  const after = witnessOf(state);
  const same = before?.id === after?.id && !after?.retired;
  if (same) return;
  giveUpClaim(turn);
  state.seen = null;
  state.witnessUntil = 0;
  const name = after === null ? arbiter.kind : `witness ${after.address}`;
  log(turn, "info", `Arbiter: ${name}${after?.retired ? ", retired" : ""}`);
}
