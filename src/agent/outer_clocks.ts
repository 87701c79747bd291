/**
 * Time that this machine's own clock did not count. A virtual machine that is paused from outside (its host's storage is full, a
 * snapshot, an operator) goes on as if nothing had been: CLOCK_BOOTTIME stood still with it, so that silence and absence look short.
 * Two clocks went on: the hardware's, and the wall clock once the hypervisor's tools or NTP have set it right.
 */
import { now } from "../system/clock.ts";

/** A hardware clock tells whole seconds. */
const NOISE_MS = 1_150;
/** A look that took longer says nothing exact. */
const SLOW_MS = 100;
const RTC = "/sys/class/rtc/rtc0/since_epoch";

export class OuterClocks {
  /** How far each was before this machine's own clock, at the last look. */
  readonly #before = new Map<() => number | null, number>();

  constructor(
    readonly now: () => number,
    /** Milliseconds; null: there is no such clock. */
    readonly clocks: readonly (() => number | null)[],
  ) {}

  /** Milliseconds that have passed outside since the last look, and not here; 0: none. Somebody who sets the time looks the same. */
  look(): number {
    return Math.max(0, ...this.clocks.map((clock) => this.#grown(clock)));
  }

  #grown(clock: () => number | null): number {
    const begin = this.now(), time = clock();
    if (time === null || this.now() - begin > SLOW_MS) return 0;
    const ahead = time - begin, before = this.#before.get(clock);
    this.#before.set(clock, ahead);
    const grown = before === undefined ? 0 : ahead - before;
    return grown > NOISE_MS ? grown : 0;
  }
}

function hardware(): number | null {
  try {
    return Number(Deno.readTextFileSync(RTC)) * 1000;
  } catch {
    return null;
  }
}

export function outerClocks(): OuterClocks {
  return new OuterClocks(now, [
    ...hardware() === null ? [] : [hardware],
    () => Date.now(),
  ]);
}
