/** The simulated surroundings of two nodes: one clock, one lot, one network. Everything that happens is an entry in one queue. */

/** mulberry32: small, fast, the same on every machine. */
export function lots(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class World {
  now = 0;
  /** Chance that a datagram is lost. */
  loss = 0;
  /** cut[from]: nothing arrives from that node at the other one. */
  readonly cut: [boolean, boolean] = [false, false];
  /** When `cut` was last changed. */
  cutAt = -Infinity;
  readonly journal: string[] = [];
  readonly #random: () => number;
  readonly #queue: Entry[] = [];
  #order = 0;
  #tickets = 0;

  constructor(readonly seed: number) {
    this.#random = lots(seed);
  }

  random(): number {
    return this.#random();
  }

  between(low: number, high: number): number {
    return low + this.#random() * (high - low);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!;
  }

  /** A number that was never given before. */
  ticket(): number {
    return ++this.#tickets;
  }

  note(text: string): void {
    this.journal.push(`${(this.now / 1000).toFixed(3).padStart(9)}  ${text}`);
  }

  later(ms: number, run: () => void): void {
    const entry = { at: this.now + ms, order: this.#order++, run };
    // A binary heap by time, then by order.
    const queue = this.#queue;
    queue.push(entry);
    let child = queue.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(queue[child]!, queue[parent]!)) break;
      [queue[child], queue[parent]] = [queue[parent]!, queue[child]!];
      child = parent;
    }
  }

  runUntil(end: number): void {
    for (;;) {
      const first = this.#queue[0];
      if (first === undefined || first.at > end) break;
      this.#removeFirst();
      this.now = first.at;
      first.run();
    }
    this.now = end;
  }

  /** A datagram from a node to the other: late, or never. */
  datagram(from: 0 | 1, arrive: () => void): void {
    if (this.cut[from] || this.chance(this.loss)) return;
    this.later(this.between(0.2, this.chance(0.02) ? 150 : 5), () => {
      if (!this.cut[from]) arrive();
    });
  }

  /** Whether a connection between the nodes lives: both ways. */
  connected(): boolean {
    return !this.cut[0] && !this.cut[1];
  }

  #removeFirst(): void {
    const queue = this.#queue;
    const last = queue.pop()!;
    if (queue.length === 0) return;
    queue[0] = last;
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < queue.length && before(queue[child]!, queue[least]!)) {
          least = child;
        }
      }
      if (least === parent) return;
      [queue[least], queue[parent]] = [queue[parent]!, queue[least]!];
      parent = least;
    }
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.at !== right.at ? left.at < right.at : left.order < right.order;
}
