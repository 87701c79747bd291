/**
 * The identity of a module's data, as DRBD's generation identifiers: which state of the data this copy is, and which one the peer
 * had when the copies parted. Persisted by the replicator, shown to the agents, compared by `compare()`. Pure.
 */
import type { Excluded } from "./exclusions.ts";
import { fits, type Tide } from "./tide.ts";

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
  /** Highest inode-id epoch used; the next primary starts above both nodes' values, and above what its directories remember: see epoch.ts. */
  readonly epoch: number;
  /** What was excluded from mirroring when the copies were level last; absent: nothing. */
  readonly excluded?: Excluded | undefined;
  /**
   * The mirrored directories for which all of the above counts: marks name them by their place in this list. Absent: the ones that are
   * configured; empty: nobody knows what differs, as when another list was in use since the copies were level last.
   */
  readonly directories?: readonly string[] | undefined;
  /** How far it has come within its generation: see tide.ts. Absent: not known (mirrored now, or a node of before there were tides). */
  readonly tide?: Tide | undefined;
}

/**
 * What `bitmap` becomes, beside a new `current`, when a node that is alone is about to differ from its peer. Null: nobody else can have
 * the present generation.
 */
export function partedFrom(
  { current, bitmap }: Identity,
  peer: {
    /** It was told to take the present generation for its own, and may have. */
    readonly told: boolean;
    /** The same of a process before this one, which crashed; or it had told the peer nothing. */
    readonly toldBefore: boolean;
  },
): string | null {
  if (bitmap === null || peer.told) return current;
  // A peer that has taken it is found in the history, and compared as a whole.
  return peer.toldBefore ? bitmap : null;
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
  /**
   * Both went on alone from the same generation (`related`), or nothing is in common. `unnamed`: no set of marks names what only the
   * losing side has.
   */
  | {
    readonly kind: "diverged";
    readonly related: boolean;
    readonly unnamed?: true;
  }
  /** Neither has data. */
  | { readonly kind: "both-empty" };

/**
 * The older generations of the one that begins now. Only of a `whole` copy is what it was before a part: one that is half made, or that
 * stands in another folder, lacks what those generations had, and with them in its history a good copy of theirs would pass for an older
 * one, to be overwritten with nothing kept aside.
 */
export function descent(
  { current, history }: Identity,
  { whole }: { readonly whole: boolean },
): readonly string[] {
  if (!whole) return [];
  return current === null ? history : [current, ...history].slice(0, 8);
}

export const EMPTY: Identity = {
  current: null,
  bitmap: null,
  history: [],
  upToDate: false,
  consistent: true,
  connected: false,
  epoch: 0,
};

/** One row of the table: of two identities to which it applies, what they mean for each other. */
export interface Row {
  /** Shown by the coverage report; each has a scenario of this name. */
  readonly name: string;
  applies(mine: Identity, theirs: Identity): boolean;
  readonly means: Comparison;
}

/** A row that speaks of one side, and the same seen from the other node. */
function bothWays(
  name: string,
  applies: Row["applies"],
  means: { readonly full: boolean },
): readonly Row[] {
  return [
    { name: `mine ${name}`, applies, means: { kind: "mine-newer", ...means } },
    {
      name: `theirs ${name}`,
      applies: (mine, theirs) => applies(theirs, mine),
      means: { kind: "theirs-newer", ...means },
    },
  ];
}

/** `mine` is of the other one's generation, and of nothing later but what it has marked. */
function wentOnFrom(mine: Identity, theirs: Identity): boolean {
  return mine.current === theirs.current
    ? mine.bitmap !== null && theirs.bitmap === null
    : mine.bitmap === theirs.current && theirs.bitmap !== mine.current;
}

/** `mine` has been further on: everything of the other one's generation was here once. */
function isAhead(mine: Identity, theirs: Identity): boolean {
  return mine.history.includes(theirs.current!) &&
    !theirs.history.includes(mine.current!);
}

function bothWentOn(mine: Identity, theirs: Identity): boolean {
  return mine.bitmap !== null && mine.bitmap === theirs.bitmap;
}

/** `mine` is not what it was when it was last level with the other one: set back to a snapshot, or restored from a backup. */
export function isSetBack(mine: Identity, theirs: Identity): boolean {
  // None was ever kept by a node that was set up by a version of before there were tides: that says nothing.
  if (!mine.tide?.value || !theirs.tide?.value) return false;
  return mine.tide.value < theirs.tide.value && !fits(mine.tide, theirs.tide);
}

function wentOnSetBack(mine: Identity, theirs: Identity): boolean {
  return isSetBack(mine, theirs) &&
    (wentOnFrom(mine, theirs) || isAhead(mine, theirs) ||
      bothWentOn(mine, theirs));
}

const DIRTY = { full: false } as const;
const FULL = { full: true } as const;

/**
 * The generation decision table, as DRBD 9 has it: the first row that applies. Generations only; time stamps decide nothing. Rows
 * come in pairs, so that the two nodes never come to answers that do not fit (property test). Whether a resync is needed between
 * equal generations is not said here: that is for the marks, of which none may be left out (see SourceSession).
 */
export const TABLE: readonly Row[] = [
  {
    name: "neither has data",
    applies: (mine, theirs) => mine.current === null && theirs.current === null,
    means: { kind: "both-empty" },
  },
  ...bothWays(
    "has data",
    (mine, theirs) => mine.current !== null && theirs.current === null,
    FULL,
  ),
  // A half-copied node has no data to speak for: the other one is the source, whatever the generations say.
  ...bothWays(
    "is whole and the other half copied",
    (mine, theirs) => mine.consistent && !theirs.consistent,
    FULL,
  ),
  ...bothWays(
    "went on, and the other one was set back",
    (mine, theirs) => wentOnFrom(mine, theirs) && isSetBack(theirs, mine),
    FULL,
  ),
  {
    // What the other one has had since is in no marks: neither may be overwritten.
    name: "one went on after it was set back",
    applies: (mine, theirs) =>
      wentOnSetBack(mine, theirs) || wentOnSetBack(theirs, mine),
    means: { kind: "diverged", related: false, unnamed: true },
  },
  ...bothWays(
    "of the same generation, and the other one was set back",
    (mine, theirs) =>
      mine.current === theirs.current && isSetBack(theirs, mine),
    FULL,
  ),
  ...bothWays(
    "went on from the same generation, and has marks",
    (mine, theirs) =>
      mine.current === theirs.current && wentOnFrom(mine, theirs),
    DIRTY,
  ),
  {
    name: "the same generation, and both died while mirrored",
    applies: (mine, theirs) =>
      mine.current === theirs.current && mine.connected && theirs.connected,
    means: { kind: "equal-after-crash" },
  },
  {
    name: "the same generation",
    applies: (mine, theirs) => mine.current === theirs.current,
    means: { kind: "equal" },
  },
  ...bothWays(
    "went on alone from the other one's generation",
    wentOnFrom,
    DIRTY,
  ),
  {
    name: "both went on alone from the same generation",
    applies: bothWentOn,
    means: { kind: "diverged", related: true },
  },
  ...bothWays(
    "has been further on: the other one's generation is in its history",
    isAhead,
    FULL,
  ),
  {
    name: "nothing in common that tells them apart",
    applies: () => true,
    means: { kind: "diverged", related: false },
  },
];

export function rowOf(mine: Identity, theirs: Identity): Row {
  return TABLE.find((row) => row.applies(mine, theirs))!;
}

/** What two identities mean for each other: see TABLE. */
export function compare(mine: Identity, theirs: Identity): Comparison {
  return rowOf(mine, theirs).means;
}
