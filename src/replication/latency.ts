/** How long something waited, as counts by upper bound: what a histogram of Prometheus is made of. Bounded; times are arguments. */

/** Milliseconds; what took longer than the last one is counted behind them. */
export const BOUNDS_MS = [
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1000, 2500, 5000, 10_000],
] as const;

export interface Waits {
  /** One for each bound, not summed up, and one for what took longer. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

export class Latency {
  readonly #counts: number[] = new Array(BOUNDS_MS.length + 1).fill(0);
  #sumMs = 0;

  add(ms: number): void {
    let at = 0;
    while (at < BOUNDS_MS.length && ms > BOUNDS_MS[at]!) at++;
    this.#counts[at]!++;
    this.#sumMs += ms;
  }

  get waits(): Waits {
    return { counts: [...this.#counts], sumMs: this.#sumMs };
  }
}

/**
 * The bound that `part` (0.99: 99 of 100) of what came between two looks did not exceed; null: nothing came. The last bound stands for
 * all beyond. `before` of another life (its counts are higher) counts as nothing.
 */
export function boundOf(
  now: Waits,
  before: Waits | null,
  part: number,
): number | null {
  const another = before === null ||
    now.counts.some((count, at) => count < (before.counts[at] ?? 0));
  const fresh = now.counts.map((count, at) =>
    another ? count : count - (before.counts[at] ?? 0)
  );
  const all = fresh.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let seen = 0;
  for (const [at, count] of fresh.entries()) {
    seen += count;
    if (seen >= all * part) {
      return BOUNDS_MS[Math.min(at, BOUNDS_MS.length - 1)]!;
    }
  }
  return BOUNDS_MS.at(-1)!;
}
