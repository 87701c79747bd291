/**
 * For the log: what anybody can bring about as often as he likes. Without a limit a stranger's requests would rotate everything else
 * out of it.
 */

/** The same trouble is told again after so long. */
const AGAIN_MS = 5 * 60_000;

export class Seldom {
  readonly #log: (line: string) => void;
  readonly #now: () => number;
  #told = { trouble: "", at: -Infinity };
  #more = 0;

  constructor(log: (line: string) => void, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
  }

  /** `trouble`: what counts as the same, where the line itself holds words of whoever brought it about. */
  say(line: string, trouble = line): void {
    const now = this.#now();
    if (trouble === this.#told.trouble && now - this.#told.at < AGAIN_MS) {
      this.#more++;
      return;
    }
    const more = this.#more > 0
      ? ` (${this.#more} more like the one before it are not told)`
      : "";
    this.#told = { trouble, at: now };
    this.#more = 0;
    this.#log(`${line}${more}`);
  }
}
