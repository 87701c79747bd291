/**
 * May this node go on without its peer? Two nodes cannot vote, so a third party or the peer itself must say so. Pure.
 *
 * With a witness three things entitle, and each excludes that the other node goes on as well:
 * - the witness: this node was the first to set the epoch after the one that both had agreed on (`claim`);
 * - the peer's own word: it holds no claim any more, and this node does; or it has answered this very request (`shutOut`);
 * - a person.
 * Whoever heeds another arbiter than the witness that the other node named last, or none, goes on only by that node's own word or a
 * person's: the witness may have let the other one go on.
 */
import { type Arbiter, witnessOf } from "./arbiter.ts";
import { nobodyClaims, untoldAlone } from "./claim.ts";
import type { ModuleView } from "./state.ts";
import { alive, isPrimary, type State, type Turn } from "./turn.ts";
import { granted, grantedThere, isSetBack } from "./witness_word.ts";

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

/** One echo is lost now and then; three in a row are an answer. */
const PING_ROUNDS = 3;
/** A person who forces is not kept waiting for a witness that is away. */
const FORCE_MS = 3_000;

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
  if (state.otherWitness !== null && !force) {
    return besideAnother(turn, peer, { bid, id: state.otherWitness });
  }
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
  const free = nobodyClaims(state) && state.peerWitness === id;
  if (state.role === "PRIM" && free && !alive(state)) {
    return { may: "yes", claim, untold: true };
  }
  if (!bid) return { may: "later", pending: true, reason: "" };
  askPeer(turn, peer);
  if (force) state.forced = true;
  if (retired) {
    return force ? forcedYes(state, at) : {
      may: "no",
      reason:
        `the witness is being removed, and nothing else says that ${state.config.peer} has stopped; ${
          ifOff(state)
        }`,
    };
  }
  return witnessWord(turn, { force, peer });
}

/** Both are asked at every event for as long as this node bids: its arbiter, and a peer that is heard to stand back. */
function askPeer({ state, at }: Turn, peer: ModuleView | null): void {
  state.bidding = true;
  state.bidSince ??= at;
  if (peer !== null && !isPrimary(state.role)) {
    state.shutOut ??= `${state.identity?.current ?? ""}/${at}`;
  }
}

/** The peer heeds a witness, and this node another one or none. */
function besideAnother(
  turn: Turn,
  peer: ModuleView | null,
  { bid, id }: { readonly bid: boolean; readonly id: string },
): Permission {
  const { state } = turn;
  const { node, peer: name } = state.config;
  if (peer !== null && peersWord(state, peer, id)) {
    return witnessOf(state) === null
      ? { may: "yes", claim: undefined, untold: false }
      : { may: "yes", claim: state.record.claim, untold: true };
  }
  if (!bid) return { may: "later", pending: true, reason: "" };
  askPeer(turn, peer);
  if (peer !== null) {
    return {
      may: "later",
      pending: true,
      reason: `waits for the word of ${name}`,
    };
  }
  const reason =
    `${name} may have gone on by its witness, which ${node} does not heed: say "hakit witness add" again on ${name} when both run; ${
      ifOff(state)
    }`;
  // No lease ends what a primary holds here, and the other node may be taking the address.
  return state.role === "PRIM"
    ? { may: "no", reason }
    : { may: "later", pending: false, reason };
}

/** The peer has given up what would let it go on, and this node has not; or it has answered this node's request. */
function peersWord(state: State, peer: ModuleView, id: string): boolean {
  const { claim } = state.record;
  if (state.shutOut !== null && peer.outdated === state.shutOut) {
    // Without a witness it has answered because it heeds this node's: see besideAnother().
    return peer.role === "SECOND" || peer.witness === id ||
      peer.witness === undefined;
  }
  const away = peer.role === "STOP" || peer.role === "WAIT";
  // Beside another witness a claim says nothing. Who was ALONE may be let go on without one, who asks by this node's answer.
  const mayStay = state.otherWitness === id
    ? peer.lastRole !== "ALONE" && peer.shutOut === null
    : claim !== undefined;
  return away && peer.witness === id && mayStay &&
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
          `the witness ${address} hears ${config.peer} as primary: it serves, and nothing is down; mend the links between the nodes, ${config.node} then follows by itself`,
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
        ? `waits for ${config.peer} or the witness ${address}, which both do not answer; ${
          ifOff(state)
        }`
        : `waits for the word of ${config.peer}, or of the witness ${address}; ${
          ifOff(state)
        }`,
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
        `the witness ${address} remembers nothing of ${config.module} (a new disk?), and ${config.peer} does not answer; ${
          ifOff(state)
        }`,
    };
  }
  const told = entry.epoch !== record.claim && !untoldAlone(record);
  if (told || isSetBack(state)) {
    return notEntitled(state);
  }
  return {
    may: "later",
    pending: true,
    reason:
      `${config.peer} may still be primary for a moment, says the witness`,
  };
}

/** What a person can say where this node waits in the role that it has. */
function ifOff({ config: { module, node, peer }, role }: State): string {
  const first = role === "WAIT"
    ? ""
    : `"hakit stop ${module} --node ${node}", then `;
  return `if ${peer} is surely off (look): ${first}"hakit prim ${module} --node ${node}"; what only ${peer} wrote is then set aside`;
}

function notEntitled(state: State): Permission {
  return {
    may: "no",
    reason: `${state.config.peer} may have gone on alone; ${ifOff(state)}`,
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
  const { node, peer } = state.config;
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
      } answers, so ${node} seems to be cut off; it goes on when ${peer} is heard; ${
        ifOff(state)
      }`,
    };
  }
  return {
    may: "later",
    pending: answered !== null,
    reason: answered === null
      ? `no ping of ${addresses.join(", ")} can be sent from ${node}; ${
        ifOff(state)
      }`
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
