/** How fast this machine is: a slow one stands still for seconds when it has much to do, and must not be taken for dead then. */
import { command } from "../system/command.ts";
import { now } from "../system/clock.ts";

/** hakit begins within 0.05 s on a machine of today, 0.3 s on a small one of ten years ago, several seconds in emulation. */
const SLOW_MS = 1_000;
const TRIES = 3;
const LIMIT_MS = 120_000;

export interface Pace {
  readonly processors: number;
  /** What a start of hakit takes, in the best of some tries: what else runs here does not count. */
  readonly startMs: number;
}

/** `program`: this hakit, as a command. */
export async function measurePace(program: readonly string[]): Promise<Pace> {
  let startMs = Infinity;
  // The first one may have to read its file from the disk.
  for (let tries = 0; tries < TRIES && startMs > SLOW_MS / 4; tries++) {
    const begun = now();
    // One that takes longer than its limit says enough.
    await command([...program, "version"], { timeoutMs: LIMIT_MS })
      .catch(() => {});
    startMs = Math.min(startMs, now() - begun);
  }
  return { processors: navigator.hardwareConcurrency, startMs };
}

/** The detection time for a machine to which the default gives too little, and why; null: the default will do. */
export function detectionFor(
  { processors, startMs }: Pace,
): { readonly detection: string; readonly why: string } | null {
  if (startMs > SLOW_MS) {
    return { detection: "10s", why: "This machine is slow" };
  }
  return processors < 2
    ? { detection: "5s", why: "This machine has one processor" }
    : null;
}
