/** Is the peer there? Sans-io: told when something was heard and when its own clock ticked; never fires because it slept itself. */

export type PeerVerdict = "alive" | "late" | "lost" | "unknown";

export interface DetectorOptions {
  readonly periodMs: number;
  /** Silence after which the peer is lost. */
  readonly timeoutMs: number;
}

interface Deaf {
  readonly sleptMs: number;
  readonly slowMs: number;
}

const NOT_DEAF: Deaf = { sleptMs: 0, slowMs: 0 };

export class Detector {
  readonly #options: DetectorOptions;
  #heardAt: number | null = null;
  #tickedAt: number | null = null;
  #everyMs = 0;
  /** How long we were not listening since the peer was last heard: that silence was ours. */
  #deaf = NOT_DEAF;

  constructor(options: DetectorOptions) {
    this.#options = options;
  }

  heard(now: number): void {
    this.#heardAt = now;
    this.#deaf = NOT_DEAF;
  }

  /** Called every `everyMs`. A tick that comes late means that this process was late, and with it the messages that wait for it. */
  ticked(now: number, everyMs: number): void {
    this.#deaf = this.#deafUntil(now);
    this.#tickedAt = now;
    this.#everyMs = everyMs;
  }

  /** Who stood still for longer than a time-out may have lost what came, however long it was; who is slow all the time has not. */
  #deafUntil(now: number): Deaf {
    const { sleptMs, slowMs } = this.#deaf;
    const late = this.#lateMs(now);
    return late >= this.#options.timeoutMs
      ? { sleptMs: sleptMs + late, slowMs }
      : { sleptMs, slowMs: slowMs + late };
  }

  /** How late the next tick is, if it came now. */
  #lateMs(now: number): number {
    if (this.#tickedAt === null) return 0;
    const late = now - this.#tickedAt - this.#everyMs;
    // Small delays are the normal scheduling of a busy machine and must not add up to a longer time-out.
    return late > this.#options.periodMs / 2 ? late : 0;
  }

  /** How long the peer has been silent while we listened; null: never heard. */
  silenceMs(now: number): number | null {
    if (this.#heardAt === null) return null;
    // After a sleep somebody may ask before the tick that tells of it: a datagram that says nothing may have come first.
    const { sleptMs, slowMs } = this.#deafUntil(now);
    // What a slow thread gets to read it has heard: a machine that starves it for good must not keep a dead peer alive for good.
    const slow = Math.min(slowMs, this.#options.timeoutMs);
    return Math.max(0, now - this.#heardAt - sleptMs - slow);
  }

  verdict(now: number): PeerVerdict {
    const silence = this.silenceMs(now);
    if (silence === null) return "unknown";
    if (silence >= this.#options.timeoutMs) return "lost";
    // Two messages may be lost on the way without anybody being worried.
    return silence > 2.5 * this.#options.periodMs ? "late" : "alive";
  }
}
