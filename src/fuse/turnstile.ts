/** Lets answers to changes through one after the other, some milliseconds apart: while a resync has to catch up with their applications. */

/** What a loop that was busy may make up for at once. */
const CATCH_UP_MS = 50;

export class Turnstile {
  /** As many as the kernel has requests under way. */
  #held: (() => void)[] = [];
  #nextAt = 0;

  constructor(
    /** Between two answers; 0: none waits. */
    readonly gapMs: () => number,
    readonly now: () => number,
  ) {}

  /** Answers are to go through `pass`. */
  get closed(): boolean {
    return this.holds || this.gapMs() > 0;
  }

  get holds(): boolean {
    return this.#held.length > 0;
  }

  pass(answer: () => void): void {
    if (!this.closed) return answer();
    this.#held.push(answer);
    this.turn();
  }

  /** Lets through those whose time has come. */
  turn(): void {
    if (!this.holds) return;
    const gap = this.gapMs(), now = this.now();
    let through = 0;
    this.#nextAt = Math.max(this.#nextAt, now - CATCH_UP_MS);
    while (
      through < this.#held.length && (gap === 0 || this.#nextAt <= now)
    ) {
      this.#held[through++]!();
      this.#nextAt += gap;
    }
    this.#held = this.#held.slice(through);
  }
}
