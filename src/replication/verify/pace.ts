/** Keeps work to a number of bytes per second. Pure: the clock is the caller's. */
export class Pace {
  #debt = 0;
  #at: number;

  /** `rate` 0: no limit. */
  constructor(public rate: number, now: number) {
    this.#at = now;
  }

  /** So much was done. */
  take(bytes: number): void {
    if (this.rate > 0) this.#debt += bytes;
  }

  /** More was done than the time allowed; what was not done earlier is saved for a quarter of a second at most. */
  ahead(now: number): boolean {
    if (this.rate === 0) return false;
    const earned = (now - this.#at) / 1000 * this.rate;
    this.#at = now;
    this.#debt = Math.max(-this.rate / 4, this.#debt - earned);
    return this.#debt > 0;
  }
}
