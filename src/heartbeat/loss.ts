/** Which share of the heartbeats that the other node sent over one link in the last minute did not arrive. Sans-io. */

const WINDOW_MS = 60_000;
/** Between two samples: a window has a bounded number of them, whatever the period is. */
const SAMPLE_MS = 1_000;
/** Of fewer heartbeats a single one that is lost would look like a bad link. */
const LEAST = 20;

interface Sample {
  readonly at: number;
  /** By the sender's own count, since it began. */
  readonly sent: number;
  readonly arrived: number;
}

export class Loss {
  #life: string | null = null;
  #arrived = 0;
  #samples: Sample[] = [];
  #latest: Sample | null = null;

  /** One arrived, of which its sender says that it is the `sent`th of its `life` on this link. */
  heard({ life, sent }: { life: string; sent: number }, now: number): void {
    if (life !== this.#life) {
      // Another life counts anew.
      this.#life = life;
      this.#samples = [];
    }
    this.#arrived += 1;
    this.#latest = { at: now, sent, arrived: this.#arrived };
    const last = this.#samples.at(-1);
    if (last && now - last.at < SAMPLE_MS) return;
    this.#samples.push(this.#latest);
    while (now - this.#samples[0]!.at > WINDOW_MS) this.#samples.shift();
  }

  /** Null: too few were sent to say. */
  get percent(): number | null {
    const [first] = this.#samples, latest = this.#latest;
    if (!first || !latest) return null;
    const sent = latest.sent - first.sent;
    if (sent < LEAST) return null;
    const arrived = latest.arrived - first.arrived;
    return Math.max(0, Math.round(1000 * (1 - arrived / sent)) / 10);
  }
}
