/**
 * The identity of a module's data, as DRBD's generation identifiers: which state of the data this copy is, and which one the peer
 * had when the copies parted. Persisted by the replicator, shown to the agents, compared by `compare()`. Pure.
 */
export interface Identity {
  /** Generation of this copy; null: this node has never held data of the cluster. */
  readonly current: string | null;
  /** Generation that the peer had when this node went on alone: the dirty map counts from there. Null: nothing differs. */
  readonly bitmap: string | null;
  /** Older generations, newest first, at most 8. */
  readonly history: readonly string[];
  /** This copy holds every acknowledged write as far as this node can know. Only such a copy may become primary by itself. */
  readonly upToDate: boolean;
  /** False from the first change of a resync until its durable end: half copied, never promoted but by primforce. */
  readonly consistent: boolean;
  /** Set while the copies are mirrored, cleared by an orderly end: still set at start means that this node crashed. */
  readonly connected: boolean;
  /** Highest inode-id epoch used; the next primary starts above both nodes' values. */
  readonly epoch: number;
}

/** What two identities mean for each other, seen from `mine`. */
export type Comparison =
  /** Both copies are the same generation and no region is in doubt. */
  | { readonly kind: "equal" }
  /** Same generation, but both nodes died while mirrored: what was in flight is unknown, everything is compared by hash. */
  | { readonly kind: "equal-after-crash" }
  /** Mine is newer; `full` when the dirty map cannot name the difference. */
  | { readonly kind: "mine-newer"; readonly full: boolean }
  | { readonly kind: "theirs-newer"; readonly full: boolean }
  /** Both went on alone from the same generation (`related`), or nothing is in common. */
  | { readonly kind: "diverged"; readonly related: boolean }
  /** Neither has data. */
  | { readonly kind: "both-empty" };

export const EMPTY: Identity = {
  current: null,
  bitmap: null,
  history: [],
  upToDate: false,
  consistent: true,
  connected: false,
  epoch: 0,
};

/** Compares two identities by generations only; time stamps decide nothing (DRBD 9 handshake table). */
export function compare(mine: Identity, theirs: Identity): Comparison {
  if (mine.current === null && theirs.current === null) {
    return { kind: "both-empty" };
  }
  if (theirs.current === null) return { kind: "mine-newer", full: true };
  if (mine.current === null) return { kind: "theirs-newer", full: true };
  // A half-copied node has no data to speak for: the other one is the source, whatever the generations say.
  if (!mine.consistent && theirs.consistent) {
    return { kind: "theirs-newer", full: true };
  }
  if (mine.consistent && !theirs.consistent) {
    return { kind: "mine-newer", full: true };
  }
  if (mine.current === theirs.current) {
    if (mine.bitmap !== null && theirs.bitmap === null) {
      return { kind: "mine-newer", full: false };
    }
    if (theirs.bitmap !== null && mine.bitmap === null) {
      return { kind: "theirs-newer", full: false };
    }
    if (mine.connected && theirs.connected) {
      return { kind: "equal-after-crash" };
    }
    return { kind: "equal" };
  }
  const mineFollows = mine.bitmap === theirs.current;
  const theirsFollows = theirs.bitmap === mine.current;
  if (mineFollows !== theirsFollows) {
    return { kind: mineFollows ? "mine-newer" : "theirs-newer", full: false };
  }
  if (mine.bitmap !== null && mine.bitmap === theirs.bitmap) {
    return { kind: "diverged", related: true };
  }
  const mineKnows = mine.history.includes(theirs.current);
  const theirsKnows = theirs.history.includes(mine.current);
  if (mineKnows !== theirsKnows) {
    return { kind: mineKnows ? "mine-newer" : "theirs-newer", full: true };
  }
  return { kind: "diverged", related: false };
}
