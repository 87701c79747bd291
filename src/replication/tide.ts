/**
 * How far the two copies have come together, as a number that both nodes keep and that goes up while they are mirrored. Generations do
 * not change then: a machine that is set back to yesterday's snapshot, disks and all, has the generation of today, and what it lacks is
 * in no set of marks. Its tide is yesterday's.
 *
 *   primary   its disk has everything up to a: it keeps n + 1, tells SETTLED {a, n + 2}
 *   secondary its disk has everything up to b: it keeps n + 2, tells SETTLED {b, n + 2}
 *   primary   keeps n + 2
 *
 * n is odd, so that each knows what it holds. The two are never further apart than one, whichever dies when. A mark goes when the other
 * node has kept a tide after its disk had the change: whoever comes back with a tide that fits lacks nothing but what is marked. With
 * each session a new level begins, which the primary keeps (0) before the secondary (1): no tide of an earlier session fits any more,
 * but the one that the secondary came with, until it is level. Pure.
 */

/** Tides of one level: half a year of them. Then the next level begins by itself. */
const LEVEL = 2 ** 24;

export interface Tide {
  readonly value: number;
  /** Of the first one of a level, the tide that it follows. */
  readonly after?: number | undefined;
}

/** Whether copies that are the same by their generations, or follow from each other, are so as a whole. */
export function fits(one: Tide, other: Tide): boolean {
  const [low, high] = one.value < other.value ? [one, other] : [other, one];
  if (levelOf(low) === levelOf(high)) return isNext(low.value, high.value);
  return high.value % LEVEL === 0 && high.after !== undefined &&
    isNext(low.value, high.after);
}

function isNext(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1;
}

/** What a primary keeps before its peer, which comes with `theirs`, becomes level with it; both keep the one after it then. */
export function nextLevel(mine: Tide, theirs: Tide): Tide {
  const begun = mine.value % LEVEL === 0 && mine.after === theirs.value &&
    levelOf(mine) > levelOf(theirs);
  if (begun) return mine;
  const level = Math.max(levelOf(mine), levelOf(theirs)) + 1;
  return { value: level * LEVEL, after: theirs.value };
}

/** Kept by a primary that does not know yet whether its peer has kept the one after it. */
export function isBegun({ value }: Tide): boolean {
  return value % 2 === 0;
}

function levelOf({ value }: Tide): number {
  return Math.floor(value / LEVEL);
}
