/** How far a resync is, as the source counts it. */
import type { ResyncProgress } from "../control.ts";

export class Progress {
  /** Compared or copied so far, and all there is to do as far as known. */
  bytesDone = 0;
  bytesTotal = 0;
  /** Data that was read and hashed. */
  bytesCompared = 0;
  /** Data that travelled. */
  bytesSent = 0;
  /** Applications are slowed down until it has caught up: it is not, by the bandwidth cap. */
  slows = false;
  stage: ResyncProgress["stage"] = "names";
  readonly startedAt: number;

  constructor(readonly now: () => number) {
    this.startedAt = now();
  }

  get report(): ResyncProgress {
    const seconds = Math.max(0.001, (this.now() - this.startedAt) / 1000);
    const rate = this.bytesDone / seconds;
    const left = Math.max(0, this.bytesTotal - this.bytesDone);
    return {
      stage: this.stage,
      bytesDone: this.bytesDone,
      bytesTotal: Math.max(this.bytesTotal, this.bytesDone),
      bytesSent: this.bytesSent,
      bytesPerSecond: Math.round(rate),
      secondsLeft: rate > 0 && this.stage !== "names"
        ? Math.ceil(left / rate)
        : null,
    };
  }
}
