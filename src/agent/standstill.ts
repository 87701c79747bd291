/** Notices that this process, or its whole machine, stood still and goes on: ticks come all the time otherwise. */
import { ABSENT_MS, CATCH_UP_MS } from "../machine/turn.ts";
import { sleep } from "../system/clock.ts";

const LOOK_MS = 20;

export class Standstill {
  readonly #now: () => number;
  #heardAt: number;
  #awakeAt = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
    this.#heardAt = now();
  }

  /** An event has come. */
  heard(): void {
    const at = this.#now();
    if (at - this.#heardAt > ABSENT_MS) this.#awakeAt = at;
    this.#heardAt = at;
  }

  /**
   * Resolves when it did not stand still, or what waited for it has been read and `inDoubt` says that nothing hangs on who has heard it
   * since.
   */
  async over(inDoubt: () => boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (this.#catchesUp() || inDoubt())) {
      await sleep(LOOK_MS, signal);
    }
  }

  #catchesUp(): boolean {
    const at = this.#now();
    return at - this.#heardAt > ABSENT_MS || at - this.#awakeAt < CATCH_UP_MS;
  }
}
