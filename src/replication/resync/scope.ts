/** What a walk over names is to compare. Pure. */
import type { Mark, Marks } from "../marks.ts";

export interface Scope {
  /** Of one inode; null: nothing. */
  of(volume: number, id: number): Mark | null;
  /** Everything is to be compared: the target may lack whole directories. */
  readonly everything: boolean;
}

/** Names, attributes and all data. */
const ALL: Mark = {
  names: 0,
  attributes: 0,
  chunks: new Map(),
  tail: 0,
  tailSequence: 0,
};

export const EVERYTHING: Scope = { of: () => ALL, everything: true };

export function scopeOf(marks: Marks): Scope {
  return {
    of: (volume, id) => marks.whole(volume, id) ?? null,
    everything: false,
  };
}

export function hasData(mark: Mark): boolean {
  return mark.chunks.size > 0 || mark.tail !== Infinity;
}
