/**
 * Up to which change both nodes have everything on their disks. A mark goes when it is on both: one that only the peer has durable is
 * still a place where this copy would be the older one, should this node crash after it has gone on alone. Of one session. Pure.
 */

/** What is told of the disks: each has everything up to a number. */
export interface Durable {
  readonly here?: number;
  readonly there?: number;
  /** What the peer's disk had when it kept the tide. */
  readonly tide?: number;
}

export class Settled {
  #here = -1;
  #there = -1;
  /** What the peer's disk had when the tide was kept that it must come back with; Infinity: a peer without tides. */
  #tide = Infinity;

  note(up: Durable): void {
    this.#here = up.here ?? this.#here;
    this.#there = up.there ?? this.#there;
    this.#tide = up.tide ?? this.#tide;
  }

  /** Marks up to this number go. */
  get upTo(): number {
    return Math.min(this.#here, this.#there, this.#tide);
  }
}
