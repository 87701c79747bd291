const LEAST_MS = 100;
const MOST_MS = 300;

/**
 * How often the agent looks at its clocks, ms: adds at most this to what it times. 100 with the default detection time; where that
 * is longer, because the machine is slow, each look costs more, too. `timeoutMs`: the shorter one of both nodes, as leases go by it.
 */
export function tickMs(timeoutMs: number): number {
  return Math.min(MOST_MS, Math.max(LEAST_MS, Math.round(timeoutMs / 21)));
}
