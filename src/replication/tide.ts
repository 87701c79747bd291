/**
 * How far the two copies have come together, as a number that both nodes keep and that goes up while they are mirrored. Generations do
 * not change then: a machine that is set back to yesterday's snapshot, disks and all, has the generation of today, and what it lacks is
 * in no set of marks. Its tide is yesterday's.
 *
 *   primary   its disk has everything up to a: it keeps n + 1, tells SETTLED {a, n + 2}
 *   secondary its disk has everything up to b: it keeps n + 2, tells SETTLED {b, n + 2}
 *   primary   keeps n + 2
 *
 * n is odd, so that each knows what it holds. The two are never further apart than one, whichever dies when. A mark goes when the other node has kept a tide after its disk had
 * the change: whoever comes back with a tide that fits lacks nothing but what is marked. With each session a new level begins, which
 * the primary keeps (0) before the secondary (1): no tide of an earlier session fits any more. Pure.
 */
/** Tides of one level: more than two years of them. */
const LEVEL = 2 ** 24;
/** Whether copies that are the same by their generations, or follow from each other, are so as a whole. */
export function fits(one: number, other: number): boolean {
  const low = Math.min(one, other), high = Math.max(one, other);
  if (levelOf(low) === levelOf(high)) return high - low <= 1;
  return levelOf(high) - levelOf(low) === 1 && high % LEVEL === 0;
}

/** What a primary keeps before its peer becomes level with it; both keep the one after it then. */
export function nextLevel(mine: number, theirs: number): number {
  const begun = mine % LEVEL === 0 && levelOf(mine) > levelOf(theirs);
  return begun ? mine : (Math.max(levelOf(mine), levelOf(theirs)) + 1) * LEVEL;
}

/** Kept by a primary that does not know yet whether its peer has kept the one after it. */
export function isBegun(tide: number): boolean {
  return tide % 2 === 0;
}

function levelOf(tide: number): number {
  return Math.floor(tide / LEVEL);
}
