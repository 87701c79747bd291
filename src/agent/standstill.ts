/** Notices that this process, or its whole machine, stood still and goes on: ticks come all the time otherwise. */
import { CATCH_UP_MS } from "../machine/turn.ts";
import { sleep } from "../system/clock.ts";

const LOOK_MS = 20;

export class Standstill {
  readonly #now: () => number;
  readonly #absentMs: () => number;
  #heardAt: number;
  #awakeAt = -Infinity;

  /** `absentMs`: how long it is that counts, at present. */
  constructor(now: () => number, absentMs: () => number) {
    this.#now = now;
    this.#absentMs = absentMs;
    this.#heardAt = now();
  }

  /** An event has come. */
  heard(): void {
    const at = this.#now();
    if (at - this.#heardAt > this.#absentMs()) this.#awakeAt = at;
    this.#heardAt = at;
  }

  /** Somebody who counts what this clock does not has seen it. */
  stoodStill(): void {
    this.#awakeAt = this.#now();
  }

  /**
   * Resolves when it did not stand still, or what waited for it has been read and `inDoubt` says that nothing hangs on who has heard it
   * since.
   */
  async over(inDoubt: () => boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (this.catchesUp || inDoubt())) {
      await sleep(LOOK_MS, signal);
    }
  }

  /** It stood still, and what came meanwhile may not have been read yet. */
  get catchesUp(): boolean {
    const at = this.#now();
    return at - this.#heardAt > this.#absentMs() ||
      at - this.#awakeAt < CATCH_UP_MS;
  }
}
