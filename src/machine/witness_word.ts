/** What the witness is asked, and what its answers mean for this node's claim. Pure. */
import type { Answer } from "../witness/protocol.ts";
import type { Ask } from "../witness/register.ts";
import { witnessOf } from "./arbiter.ts";
import { untoldAlone } from "./claim.ts";
import { leaseLasts, timeoutOf } from "./lease.ts";
import { isPrimary, type State, type Turn } from "./turn.ts";

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
      if ((later || isSetBack(state)) && !state.forced) return base;
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
    const until = askedAt + leaseLasts(ask.leaseMs);
    state.witnessUntil = Math.max(state.witnessUntil, until);
  }
  if (entry === null) return;
  if (state.role === "ALONE" && granted(state, seen)) {
    const { untold: _, ...told } = record;
    state.record = { ...told, claim: entry.epoch };
    return;
  }
  // Both are level in it, says whoever made it. Its maker may not have had the answer; and who holds the claim just before it has not
  // stood back since, so nobody has gone on without it: the maker may be dead before it told this node. Who holds a still older one is
  // set back to an old copy of its disk: it was stood back, and has forgotten it.
  if (entry.holder !== null) return;
  const own = state.role === "PRIM" && sharing(state) &&
    entry.by === config.nodeIndex;
  const follows = own
    ? entry.epoch > (record.claim ?? 0)
    : entry.epoch === next(record);
  if (follows) state.record = { ...record, claim: entry.epoch };
}

/**
 * The witness names this node, and means the present: an entry from the last time it was ALONE proves nothing once it was level again,
 * as the other node then holds the same epoch.
 */
export function granted(
  { config, record }: State,
  { entry, set }: NonNullable<State["seen"]>,
): boolean {
  if (entry?.holder !== config.nodeIndex) return false;
  if (set) return true;
  if (record.lastRole === "ALONE" && !record.untold) {
    // Of a later one its record would know: this is a record that was set back to an old copy of its disk.
    return entry.epoch <= (next(record) ?? Infinity);
  }
  // Set by this node, and the answer was lost.
  return entry.epoch === next(record);
}

/**
 * Both nodes were level in an epoch that this record cannot know of: one that leads there would name it. So it was set back to an old copy
 * of its disk, and who was ALONE by it is that no more.
 */
export function isSetBack({ record, seen }: State): boolean {
  const entry = seen?.entry ?? null;
  const last = next(record);
  return entry !== null && entry.holder === null && last !== null &&
    entry.epoch > last;
}

/** The epoch that is set by who holds this claim; null: it holds none. */
function next({ claim }: State["record"]): number | null {
  return claim === undefined ? null : claim + 1;
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
  const { module, node, peer } = state.config;
  return `the witness ${witness.address} has let ${peer} go on alone; ${node} follows when it hears it; if ${peer} is off and will not come back: "hakit prim ${module} --node ${node}"`;
}

/** Whether the witness says that this primary has been overtaken. */
export function deposed(state: State): boolean {
  const entry = state.seen?.entry;
  const { claim, untold } = state.record;
  if (entry?.holder !== other(state.config.nodeIndex)) return false;
  if (claim === undefined || untold) return false;
  // An equal epoch is from before both were level: whoever goes on from there sets a later one.
  if (state.role === "PRIM") return !sharing(state) && entry.epoch !== claim;
  return entry.epoch > claim;
}

/** PRIM, level with a peer that hears it now: the two of them together may say what holds. */
function sharing(state: State): boolean {
  const level = state.config.mirrored
    ? state.report?.session === "mirrored"
    : state.peer.view?.role === "SECOND";
  return level && state.peerUntil > state.lastAt &&
    state.peerWitness === witnessOf(state)?.id;
}

function other(index: 0 | 1): 0 | 1 {
  return index === 0 ? 1 : 0;
}
