/** What a primary and a returning secondary have to level, by what each knows of its copy. Pure. */
import { type Excluded, takesBack } from "./exclusions.ts";
import {
  compare,
  type Comparison,
  type Identity,
  isSetBack,
} from "./identity.ts";
import { samePlaces } from "./terms.ts";

/** What one side says of its copy. */
export interface Side {
  readonly identity: Identity;
  /** It died while mirrored. */
  readonly doubt: boolean;
  /** It knows of places that may differ. */
  readonly marked: boolean;
  /** The resync that was under way: IdentityStore.resync. */
  readonly resync?: string | null;
}

export interface Plan {
  readonly mode: "none" | "dirty" | "full";
  /** What stands there is no copy of ours: it is moved away. */
  readonly aside: boolean;
  /** Both sides wrote alone: what the other one wrote is kept. */
  readonly diverged: boolean;
  /** The other side's journal names what may differ. */
  readonly journal: boolean;
  readonly relation: Comparison["kind"];
  /** It goes on where another one broke off. */
  readonly resumes: boolean;
}

export function planResync(
  mine: Side,
  theirs: Side & {
    /** Its operator wants everything to be compared. */
    readonly fresh: boolean;
    readonly journal: boolean;
    /** What stands there was restored from elsewhere. */
    readonly external?: boolean;
    /** Its state and its data are of one moment: see folder_tokens.ts. */
    readonly together?: boolean;
  },
  /** By the configuration of both: which directories are mirrored, and what of them is not. */
  { places, excluded }: {
    readonly places: readonly string[];
    readonly excluded: Excluded;
  },
): Plan | { readonly refused: "theirs-newer" | "both-empty" } {
  const relation = compare(mine.identity, theirs.identity);
  // Both died while mirrored: the journal of the one that was secondary names what may differ.
  const both = mine.doubt && theirs.doubt;
  const journal = both && theirs.journal;
  // Half copied, but by marks that are all here. Not after a crash of a primary whose marks were in memory.
  const resumes = !!mine.resync && mine.resync === theirs.resync &&
    !mine.doubt;
  let full = theirs.fresh, aside = false;
  for (const { identity } of [mine, theirs]) {
    // What was excluded until now is in no marks.
    full ||= takesBack(identity.excluded ?? [], excluded);
    // Nor is what stands in a directory that is new in the list; and marks of another list would name other directories.
    full ||= !samePlaces(identity.directories ?? places, places);
  }
  switch (relation.kind) {
    case "equal":
    case "equal-after-crash":
      full ||= both && !journal;
      break;
    case "mine-newer":
      full ||= (relation.full && !resumes) || (both && !journal);
      // That it is the older one only its tide says, which lies on another disk than the data: what stands there may be newer than both.
      aside = relation.full && theirs.identity.consistent && !theirs.together &&
        isSetBack(theirs.identity, mine.identity);
      break;
    case "diverged":
      full = true;
      aside = relation.unnamed || !related(mine.identity, theirs.identity);
      break;
    case "theirs-newer":
    case "both-empty":
      return { refused: relation.kind };
  }
  // What stands on a new node is not ours; what a resync that broke off left there is.
  aside ||= theirs.identity.current === null && theirs.identity.consistent &&
    !theirs.external;
  const marked = journal || resumes || theirs.marked || mine.marked;
  let mode: Plan["mode"] = marked ? "dirty" : "none";
  if (full || aside) mode = "full";
  const diverged = relation.kind === "diverged";
  return {
    mode,
    aside,
    diverged,
    journal,
    relation: relation.kind,
    resumes: resumes && mode === "dirty",
  };
}

/** Whether two copies have ever been the same. */
export function related(a: Identity, b: Identity): boolean {
  const of = (identity: Identity) =>
    new Set(
      [identity.current, identity.bitmap, ...identity.history].filter((id) =>
        id !== null
      ),
    );
  return !of(a).isDisjointFrom(of(b));
}
