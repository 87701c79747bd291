/**
 * One machine's monotonic clock (CLOCK_BOOTTIME): its own begin, its own rate, and leaps ahead, as after a suspend. It never goes
 * back, but with the machine's power it begins anew: no time of an earlier boot means anything.
 */
import type { World } from "./world.ts";

export class Clock {
  readonly #world: World;
  readonly #rate: number;
  #zero = 0;
  #ahead: number;

  /** `rate` 1.01: an hour of the world is 36 s more here. */
  constructor(world: World, { rate = 1, ahead = 0 } = {}) {
    this.#world = world;
    this.#rate = rate;
    this.#ahead = ahead;
  }

  get now(): number {
    return (this.#world.now - this.#zero) * this.#rate + this.#ahead;
  }

  /** Runs something after so many milliseconds of this clock. */
  later(ms: number, run: () => void): void {
    this.#world.later(ms / this.#rate, run);
  }

  leap(ms: number): void {
    this.#ahead += ms;
  }

  /** The machine has booted: some seconds have passed until anything of ours runs. */
  reboot(): void {
    this.#zero = this.#world.now;
    this.#ahead = 3_000;
  }
}
