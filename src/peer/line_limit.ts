/** How often the log hears of strangers: a few at once, then one a minute with the number of the others. Pure. */
export class LineLimit {
  #tokens: number;
  #at = 0;
  #suppressed = 0;

  constructor(
    readonly options: { readonly burst: number; readonly everyMs: number },
  ) {
    this.#tokens = options.burst;
  }

  /** A line may be written now: how many were left out before it. Null: leave this one out. */
  take(now: number): number | null {
    const { burst, everyMs } = this.options;
    const earned = Math.floor((now - this.#at) / everyMs);
    if (earned > 0) {
      this.#tokens = Math.min(burst, this.#tokens + earned);
      this.#at = now;
    }
    if (this.#tokens === 0) {
      this.#suppressed++;
      return null;
    }
    this.#tokens--;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    return suppressed;
  }
}
