/**
 * Where goes what has no place any more, until the pass ends: moved files are found there again by their ids and cost no data. Our
 * folder on the volume itself, because no rename crosses file systems.
 */
import {
  E,
  errno,
  ErrnoError,
  errnoName,
  libc,
  Memory,
  SYS,
} from "../../system/libc.ts";
import { inoOf } from "../descriptor.ts";
import { listNames } from "../directory.ts";
import { openName } from "../inspect.ts";
import { HIDDEN } from "../name.ts";
import { IMMUTABLE, shown } from "../unreadable.ts";
import type { Volume } from "../volume.ts";
import { removeAll, removedHere } from "./remove_all.ts";

const memory = new Memory(8192);
const NAME = 0, OTHER = 4096;
/** Of renameat2. */
const NOREPLACE = 1;
const PURGATORY = "purgatory";

/**
 * Opens our folder `name` on the volume, made if need be. From the backing's descriptor, never by path: the path leads over another
 * mount of the same file system, and no rename crosses from one mount to another.
 */
function openHidden(volume: Volume, name: string): number {
  const fd = volume.hidden(name);
  if (fd < 0) throw cannotOpen(volume, name, -fd);
  return fd;
}

function cannotOpen(volume: Volume, name: string, error: number): Error {
  return new ErrnoError(
    `Cannot open "${volume.path}/${HIDDEN}/${name}"`,
    error,
  );
}

/** Removes what is in it; how many names. Where there is no such folder none is made: that would change the time of the directory above. */
function* emptied(volume: Volume): Generator<void, number> {
  const path = new TextEncoder().encode(`${HIDDEN}/${PURGATORY}`);
  const fd = volume.walk(path);
  if (fd === -E.NOENT) return 0;
  if (fd < 0) throw cannotOpen(volume, PURGATORY, -fd);
  try {
    return yield* removeAll(fd);
  } finally {
    libc.close(fd);
  }
}

function isFull(error: number): boolean {
  return error === E.NOSPC || error === E.DQUOT;
}

/** Whether `name` is another inode than the one that was taken as `id`. */
function isOther(
  purgatory: number,
  id: number,
  directory: number,
  name: Uint8Array,
): boolean {
  const [one, two] = [
    openName(purgatory, bytes(id)),
    openName(directory, name),
  ];
  const other = one >= 0 && two >= 0 && inoOf(one) !== inoOf(two);
  for (const fd of [one, two]) if (fd >= 0) libc.close(fd);
  return other;
}

const bytes = (id: number) => new TextEncoder().encode(String(id));

export class Purgatory {
  readonly #folders = new Map<Volume, number>();
  #banished = 0;
  /** Ids of two inodes. */
  readonly #twins = new Set<number>();

  constructor(readonly volumes: readonly Volume[]) {}

  /** Takes `name` out of its directory; false: it stays. */
  *take(
    volume: Volume,
    directory: number,
    name: Uint8Array,
    id: number,
  ): Generator<void, boolean> {
    const purgatory = this.#folder(volume);
    // A disk so full that it takes no folder: what would be moved costs its data again, but there is room for it then.
    if (purgatory === null) return yield* removedHere(directory, name);
    // A second hard link of the same inode gets another name there, it is not needed.
    const beside = () => `${id}.${++this.#banished}`;
    let moved = !this.#twins.has(id) &&
      this.#banish(directory, name, purgatory, String(id));
    if (!moved && (this.#twins.has(id) || errno() === E.EXIST)) {
      // A copy that somebody made with all attributes: which one was meant nobody knows, its data comes from the source.
      if (!this.#twins.has(id) && isOther(purgatory, id, directory, name)) {
        this.#twins.add(id);
        this.#banish(purgatory, bytes(id), purgatory, beside());
      }
      moved = this.#banish(directory, name, purgatory, beside());
    }
    return moved ||
      (isFull(errno()) ? yield* removedHere(directory, name) : false);
  }

  /** Puts what was banished under `id`, if it is there, at `name` in `directory`. */
  give(
    volume: Volume,
    id: number,
    directory: number,
    name: Uint8Array,
  ): boolean {
    const purgatory = this.#isBeingRemoved ? null : this.#folder(volume);
    if (purgatory === null) return false;
    return Number(
      libc.renameat2(
        SYS.renameat2,
        purgatory,
        memory.string(String(id), OTHER),
        directory,
        memory.string(name, NAME),
        1,
      ),
    ) === 0;
  }

  /** Removes what no listing of this pass has claimed, in parts. */
  *empty(): Generator<void, void> {
    this.close();
    for (const volume of this.volumes) yield* emptied(volume);
    this.#isBeingRemoved = false;
    this.#twins.clear();
  }

  /** Ends what it has open; what is in it stays. */
  close(): void {
    this.#shrinking?.return();
    this.#shrinking = null;
    for (const fd of this.#folders.values()) libc.close(fd);
    this.#folders.clear();
  }

  /**
   * A full disk must not keep the copy from becoming smaller: what would go at the end of the pass goes now, a part a call. For the
   * rest of the pass nothing of it is given back, for it may be half removed. False: nothing is left.
   */
  shrink(): boolean {
    this.#isBeingRemoved = true;
    this.#shrinking ??= this.#remove();
    if (!this.#shrinking.next().done) return true;
    this.#shrinking = null;
    return false;
  }

  #shrinking: Generator<void, void> | null = null;
  #isBeingRemoved = false;

  *#remove(): Generator<void, void> {
    for (const volume of this.volumes) {
      // What the last step has removed may be just enough.
      if ((yield* emptied(volume)) > 0) yield;
    }
  }

  #banish(from: number, name: Uint8Array, to: number, as: string): boolean {
    return Number(
      libc.renameat2(
        SYS.renameat2,
        from,
        memory.string(name, NAME),
        to,
        memory.string(as, OTHER),
        NOREPLACE,
      ),
    ) === 0;
  }

  /** Null: the disk is too full for it. */
  #folder(volume: Volume): number | null {
    const known = this.#folders.get(volume);
    if (known !== undefined) return known;
    const fd = volume.hidden(PURGATORY);
    if (isFull(-fd)) return null;
    if (fd < 0) throw cannotOpen(volume, PURGATORY, -fd);
    this.#folders.set(volume, fd);
    return fd;
  }
}

/** Why a name cannot be moved aside, and what to do. */
const MOVES_NOT: { readonly [code: number]: string } = {
  [E.PERM]: IMMUTABLE,
  [E.EXIST]:
    "another one of this name was moved there before; rename that one, and both are kept",
};

/**
 * Moves everything that stands in the directories into a dated folder beside: data that is not the cluster's is never overwritten.
 * `announce` hears of the folders before anything moves; where there is nothing, of none. What was cut off goes on under the same name.
 */
export function setAside(
  volumes: readonly Volume[],
  name: string,
  announce: (folders: readonly string[]) => void,
): void {
  const top = new Uint8Array(0);
  const moves = volumes.map((volume) => ({
    volume,
    path: `${volume.path}/${HIDDEN}/${name}`,
    names: listNames(volume.backing).filter((each) =>
      !volume.leavesOut(top, each) &&
      new TextDecoder().decode(each) !== "lost+found"
    ),
  })).filter(({ names }) => names.length > 0);
  if (moves.length === 0) return;
  announce(moves.map(({ path }) => path));
  for (const { volume, path, names } of moves) {
    const folder = openHidden(volume, name);
    for (const each of names) {
      const target = memory.string(each, NAME);
      if (
        Number(
          libc.renameat2(
            SYS.renameat2,
            volume.backing,
            target,
            folder,
            target,
            // What was moved before, and somebody has put in its place since, is another one.
            NOREPLACE,
          ),
        ) !== 0
      ) {
        const code = errno();
        libc.close(folder);
        const why = MOVES_NOT[code];
        throw new Error(
          `Cannot move "${shown(volume, each)}" to "${path}": ${
            errnoName(code)
          }${why ? `: ${why}` : ""}`,
        );
      }
    }
    libc.close(folder);
  }
}
