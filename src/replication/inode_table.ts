/**
 * Inodes that the kernel (or the primary) remembers and nobody uses: 40 to 52 bytes each, without a descriptor, without an object
 * that the garbage collector would visit. Linear hashing: it grows by one bucket at a time, no insertion waits for a
 * rehash of millions. Ids and parents are below 2^53. Pure.
 */

export interface InodeRecord {
  readonly id: number;
  readonly lookups: number;
  readonly boundIn: number;
  readonly parent: number;
  /** Type bits of its mode (S_IFMT). */
  readonly type: number;
  readonly attributesChanged: boolean;
  /** 0 to 255. */
  readonly handleType: number;
  readonly handle: Uint8Array;
}

/** Records, or buckets, in one piece of memory. */
const PIECE = 1 << 14;
/** Words of 32 bits of a record; the handle follows. */
const ID = 0, NEXT = 2, LOOKUPS = 3, BOUND = 4, PARENT = 5, KIND = 7;
const HANDLE = 8;
const CHANGED = 1 << 16;
const TWO32 = 2 ** 32;

export class InodeTable {
  readonly #words: number;
  #records: Uint32Array[] = [];
  /** Head of each bucket's chain: number of a record plus one, 0 at its end. */
  #buckets: Uint32Array[] = [new Uint32Array(PIECE)];
  #bucketCount = 1;
  /** Buckets when the present round of splitting began: a power of two. */
  #round = 1;
  /** Records ever used; those given back are chained from `free`. */
  #top = 0;
  #free = 0;
  #size = 0;

  /** `handleSize`: bytes of a handle, at most. */
  constructor(handleSize: number) {
    this.#words = HANDLE + Math.ceil(handleSize / 4);
  }

  get size(): number {
    return this.#size;
  }

  /** Memory taken; what was removed is used again, not given back. */
  get bytes(): number {
    return (this.#records.length * this.#words + this.#buckets.length) *
      PIECE * 4;
  }

  has(id: number): boolean {
    return this.#find(id) !== 0;
  }

  get(id: number): InodeRecord | undefined {
    const found = this.#find(id);
    if (found === 0) return undefined;
    const words = this.#piece(found), at = this.#at(found);
    const kind = words[at + KIND]!;
    return {
      id,
      lookups: words[at + LOOKUPS]!,
      boundIn: words[at + BOUND]!,
      parent: words[at + PARENT]! + words[at + PARENT + 1]! * TWO32,
      type: (kind & 0xff) << 8,
      attributesChanged: (kind & CHANGED) !== 0,
      handleType: kind >>> 8 & 0xff,
      handle: new Uint8Array(
        words.slice(at + HANDLE, at + this.#words).buffer,
      ),
    };
  }

  /** Session in which the peer was told this id; 0 for one that is not here. */
  boundIn(id: number): number {
    const found = this.#find(id);
    return found === 0 ? 0 : this.#piece(found)[this.#at(found) + BOUND]!;
  }

  /** Takes `count` from the lookups; whether none is left. */
  forget(id: number, count: number): boolean {
    const found = this.#find(id);
    if (found === 0) return false;
    const words = this.#piece(found), at = this.#at(found) + LOOKUPS;
    words[at] = Math.max(0, words[at]! - count);
    return words[at] === 0;
  }

  /** Adds a record whose id is not here yet. */
  add(record: InodeRecord): void {
    const place = this.#take();
    const words = this.#piece(place), at = this.#at(place);
    words[at + ID] = record.id >>> 0;
    words[at + ID + 1] = Math.floor(record.id / TWO32);
    words[at + LOOKUPS] = record.lookups;
    words[at + BOUND] = record.boundIn;
    words[at + PARENT] = record.parent >>> 0;
    words[at + PARENT + 1] = Math.floor(record.parent / TWO32);
    words[at + KIND] = record.type >>> 8 & 0xff | record.handleType << 8 |
      (record.attributesChanged ? CHANGED : 0);
    new Uint8Array(
      words.buffer,
      (at + HANDLE) * 4,
      (this.#words - HANDLE) * 4,
    ).set(record.handle.subarray(0, (this.#words - HANDLE) * 4));
    this.#chain(this.#bucketOf(record.id), place);
    if (++this.#size > this.#bucketCount) this.#split();
  }

  /** Whether it was here. */
  remove(id: number): boolean {
    const bucket = this.#bucketOf(id);
    let before = 0, place = this.#head(bucket);
    while (place !== 0 && this.#idOf(place) !== id) {
      before = place;
      place = this.#piece(place)[this.#at(place) + NEXT]!;
    }
    if (place === 0) return false;
    const next = this.#piece(place)[this.#at(place) + NEXT]!;
    if (before === 0) this.#setHead(bucket, next);
    else this.#piece(before)[this.#at(before) + NEXT] = next;
    this.#piece(place)[this.#at(place) + NEXT] = this.#free;
    this.#free = place;
    this.#size--;
    return true;
  }

  clear(): void {
    this.#records = [];
    this.#buckets = [new Uint32Array(PIECE)];
    this.#bucketCount = this.#round = 1;
    this.#top = this.#free = this.#size = 0;
  }

  #find(id: number): number {
    let place = this.#head(this.#bucketOf(id));
    while (place !== 0 && this.#idOf(place) !== id) {
      place = this.#piece(place)[this.#at(place) + NEXT]!;
    }
    return place;
  }

  /** A free record's number plus one. */
  #take(): number {
    if (this.#free !== 0) {
      const place = this.#free;
      this.#free = this.#piece(place)[this.#at(place) + NEXT]!;
      return place;
    }
    if (this.#top === this.#records.length * PIECE) {
      this.#records.push(new Uint32Array(PIECE * this.#words));
    }
    return ++this.#top;
  }

  #piece(place: number): Uint32Array {
    return this.#records[(place - 1) >>> 14]!;
  }
  #at(place: number): number {
    return ((place - 1) & (PIECE - 1)) * this.#words;
  }
  #idOf(place: number): number {
    const words = this.#piece(place), at = this.#at(place);
    return words[at + ID]! + words[at + ID + 1]! * TWO32;
  }

  #head(bucket: number): number {
    return this.#buckets[bucket >>> 14]![bucket & (PIECE - 1)]!;
  }
  #setHead(bucket: number, place: number): void {
    this.#buckets[bucket >>> 14]![bucket & (PIECE - 1)] = place;
  }
  #chain(bucket: number, place: number): void {
    this.#piece(place)[this.#at(place) + NEXT] = this.#head(bucket);
    this.#setHead(bucket, place);
  }

  #bucketOf(id: number): number {
    const hash = mix(id);
    // Buckets that this round has split already are told apart by one more bit.
    const wide = hash & (this.#round * 2 - 1);
    return wide < this.#bucketCount ? wide : hash & (this.#round - 1);
  }

  /** One bucket more: it takes its half of the one whose turn it is. */
  #split(): void {
    if (this.#bucketCount === this.#buckets.length * PIECE) {
      this.#buckets.push(new Uint32Array(PIECE));
    }
    const from = this.#bucketCount - this.#round;
    let place = this.#head(from);
    this.#setHead(from, 0);
    this.#bucketCount++;
    while (place !== 0) {
      const next = this.#piece(place)[this.#at(place) + NEXT]!;
      this.#chain(this.#bucketOf(this.#idOf(place)), place);
      place = next;
    }
    if (this.#bucketCount === this.#round * 2) this.#round *= 2;
  }
}

/** Ids count up from a few bases: their bits are spread. */
function mix(id: number): number {
  let hash = (id >>> 0) ^ Math.imul(Math.floor(id / TWO32), 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 16, 0x7feb352d);
  hash = Math.imul(hash ^ hash >>> 15, 0x846ca68b);
  return (hash ^ hash >>> 16) >>> 0;
}
