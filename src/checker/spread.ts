/** A second between two: starting a program takes a small server so long. */
const APART_MS = 1_000;

/**
 * How long the first look of each check waits, ms, in their order: all begin in the same moment, when the service has just started
 * and needs the processors itself. Half an interval at most, so that nothing is seen much later than it says; not at all where the
 * start may wait for what it sees.
 */
export function firstLooks(
  checks: readonly { readonly interval: number; readonly when: string }[],
): number[] {
  let position = 0;
  return checks.map(({ interval, when }) =>
    when === "pre" ? 0 : Math.min(APART_MS * position++, interval / 2)
  );
}
