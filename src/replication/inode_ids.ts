/**
 * The ids that a primary gives, each once: those of its epoch, and when they come to an end those of the next one. That one is on the disk,
 * here and at the peer, well before its first id (epoch.ts).
 */
import { idBase } from "./epoch.ts";

/** Of one node in one epoch. */
const LIMIT = 2 ** 32;
/** So many are left when the next epoch is asked for: enough for the peer to be told meanwhile. */
const RESERVE = 2 ** 20;
/** Where it cannot be had (a full disk) it is asked for again after so many ids. */
const AGAIN = 1024;

export class InodeIds {
  readonly #limit: number;
  readonly #reserve: number;
  #epoch: number;
  #next: number | null = null;
  #given = 0;

  constructor(
    epoch: number,
    readonly nodeIndex: 0 | 1,
    /** A durable epoch above all that were used, of which the peer is told; null: not possible now. */
    readonly nextEpoch: () => number | null,
    { limit = LIMIT, reserve = RESERVE }: {
      readonly limit?: number;
      readonly reserve?: number;
    } = {},
  ) {
    this.#epoch = epoch;
    this.#limit = limit;
    this.#reserve = reserve;
  }

  give(): number {
    if (++this.#given === this.#limit) {
      this.#next ??= this.nextEpoch();
      // The process ends before an id is given twice: the peer goes on.
      if (this.#next === null) {
        throw new Error("Inode ids are used up, and no next epoch can be kept");
      }
      this.#epoch = this.#next;
      this.#next = null;
      this.#given = 1;
    }
    const over = this.#given - (this.#limit - this.#reserve);
    if (over >= 0 && over % AGAIN === 0) this.#next ??= this.nextEpoch();
    return idBase(this.#epoch, this.nodeIndex) + this.#given;
  }
}
