/** The simulated surroundings of two nodes: one time, one lot, one network. Everything that happens is an entry in one queue. */

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

/** What a network does to datagrams, as shares of 1. */
export interface Weather {
  loss: number;
  /** Comes twice, the second time late. */
  twice: number;
  /** Overtaken by what was sent after it, up to `lateMs`. */
  late: number;
  lateMs: number;
}

export const FAIR: Weather = { loss: 0, twice: 0, late: 0.02, lateMs: 150 };

export class World {
  now = 0;
  /** What is noted is kept: only for a seed that is to be looked at. */
  recording = false;
  readonly weather: Weather = { ...FAIR };
  /** The first of two networks loses this share of all datagrams; the other one works. */
  firstLinkLoss = 0;
  /** cut[from]: nothing arrives from that node at the other one, on no network. */
  readonly cut: [boolean, boolean] = [false, false];
  /** The replication's connection only: a firewall, a switch's port. */
  dataCut = false;
  /** When `cut` or `dataCut` was last changed. */
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
    if (!this.recording) return;
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
      if (!before(entry, queue[parent]!)) break;
      queue[child] = queue[parent]!;
      child = parent;
    }
    queue[child] = entry;
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

  runFor(ms: number): void {
    this.runUntil(this.now + ms);
  }

  /** A heartbeat from a node to the other, over one of two networks: late, twice, or never. */
  datagram(from: 0 | 1, link: number, arrive: () => void): void {
    const { loss, twice, late, lateMs } = this.weather;
    if (this.cut[from] || this.chance(loss)) return;
    if (link === 0 && this.chance(this.firstLinkLoss)) return;
    const land = () => {
      if (!this.cut[from]) arrive();
    };
    this.later(this.between(0.2, this.chance(late) ? lateMs : 5), land);
    if (twice > 0 && this.chance(twice)) {
      this.later(this.between(0.2, lateMs), land);
    }
  }

  /** Whether a connection between the replicators lives: both ways. */
  connected(): boolean {
    return !this.cut[0] && !this.cut[1] && !this.dataCut;
  }

  #removeFirst(): void {
    const queue = this.#queue;
    const last = queue.pop()!;
    if (queue.length === 0) return;
    let parent = 0;
    for (;;) {
      let least = 2 * parent + 1;
      if (least >= queue.length) break;
      if (
        least + 1 < queue.length && before(queue[least + 1]!, queue[least]!)
      ) {
        least++;
      }
      if (!before(queue[least]!, last)) break;
      queue[parent] = queue[least]!;
      parent = least;
    }
    queue[parent] = last;
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.at !== right.at ? left.at < right.at : left.order < right.order;
}
