/** One at a time, in the order of asking: what each comes to is the affair of whoever asked. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** How many have not ended, the one that is at work included. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Does `work` when all that were asked for before have ended. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#last.then(work).finally(() => this.#waiting--);
    // The next one must not fail because this one did.
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** All that were asked for so far have ended, however. */
  async ended(): Promise<void> {
    await this.#last;
  }
}
