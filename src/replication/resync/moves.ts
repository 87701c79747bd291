/**
 * What happens to names while somebody walks over all of them: inodes that got another name may have gone from where he had not been
 * yet to where he had been already; inodes whose last name is gone need not be looked for.
 */
import type { Marks } from "../marks.ts";
import type { Volume } from "../volume.ts";
import { type Inode, key } from "./places.ts";

/** Remembered; more, and nothing is known any more. */
const MOST = 1 << 20;

export class Moves {
  /** Of each id whether it is a directory. */
  readonly #moved = new Map<Volume, Map<number, boolean>>();
  readonly #gone = new Map<Volume, Set<number>>();
  /** More moved than can be remembered: everything is to be walked over again. */
  overflowed = false;

  constructor(readonly volumes: readonly Volume[]) {}

  /** From here on, until `close`, it is told what happens to names. */
  watch(): void {
    for (const volume of this.volumes) {
      const moved = new Map<number, boolean>(), gone = new Set<number>();
      this.#moved.set(volume, moved);
      this.#gone.set(volume, gone);
      volume.onMove = (id, directory) => {
        if (moved.size < MOST) moved.set(id, directory);
        else this.overflowed = true;
      };
      volume.onGone = (id) => {
        if (gone.size < MOST) gone.add(id);
      };
    }
  }

  isGone({ volume, id }: Inode): boolean {
    return this.#gone.get(volume)?.has(id) ?? false;
  }

  /** A pass begins: what moved before it does not concern it. */
  forget(): void {
    for (const moved of this.#moved.values()) moved.clear();
    this.overflowed = false;
  }

  /** What moved is to be compared in the next pass; a directory with everything below. */
  mark(again: Marks, deep: Map<string, Inode>): void {
    for (const [volume, moved] of this.#moved) {
      for (const [id, directory] of moved) {
        if (directory) {
          again.names(volume.index, id, 0);
          deep.set(key({ volume, id }), { volume, id });
        } else again.tail(volume.index, id, 0, 0);
      }
    }
  }

  close(): void {
    for (const volume of this.volumes) volume.onMove = volume.onGone = null;
  }
}
