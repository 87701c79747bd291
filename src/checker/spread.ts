/** A second between two: starting a program takes a small server so long. */
const APART_MS = 1_000;

/**
 * How long the first look of each check waits, ms, in their order: all begin in the same moment, when the service has just started
 * and needs the processors itself. Half an interval at most, so that nothing is seen much later than it says.
 */
export function firstLooks(intervals: readonly number[]): number[] {
  return intervals.map((interval, position) =>
    Math.min(position * APART_MS, interval / 2)
  );
}
