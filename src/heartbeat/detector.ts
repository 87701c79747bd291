/** Is the peer there? Sans-io: told when something was heard and when its own clock ticked; never fires because it slept itself. */

export type PeerVerdict = "alive" | "late" | "lost" | "unknown";

export interface DetectorOptions {
  readonly periodMs: number;
  /** Silence after which the peer is lost. */
  readonly timeoutMs: number;
}

export class Detector {
  readonly #options: DetectorOptions;
  #heardAt: number | null = null;
  #tickedAt: number | null = null;
  /** How long we were not listening since the peer was last heard: that silence was ours. */
  #deafMs = 0;

  constructor(options: DetectorOptions) {
    this.#options = options;
  }

  heard(now: number): void {
    this.#heardAt = now;
    this.#deafMs = 0;
  }

  /** Called every `everyMs`. A tick that comes late means that this process was late, and with it the messages that wait for it. */
  ticked(now: number, everyMs: number): void {
    if (this.#tickedAt !== null) {
      const late = now - this.#tickedAt - everyMs;
      // Small delays are the normal scheduling of a busy machine and must not add up to a longer time-out.
      if (late > this.#options.periodMs / 2) this.#deafMs += late;
    }
    this.#tickedAt = now;
  }

  /** How long the peer has been silent while we listened; null: never heard. */
  silenceMs(now: number): number | null {
    if (this.#heardAt === null) return null;
    return Math.max(0, now - this.#heardAt - this.#deafMs);
  }

  verdict(now: number): PeerVerdict {
    const silence = this.silenceMs(now);
    if (silence === null) return "unknown";
    if (silence >= this.#options.timeoutMs) return "lost";
    // Two messages may be lost on the way without anybody being worried.
    return silence > 2.5 * this.#options.periodMs ? "late" : "alive";
  }
}
