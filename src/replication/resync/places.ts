/**
 * Where inodes stand by name on the source. A mark names an id; what has to be told of it needs a path. The kernel's inodes know
 * theirs, listings tell others, and after a restart one walk over all names finds the rest.
 */
import { S_IFDIR, S_IFMT, S_IFREG, STATX } from "../../fuse/abi.ts";
import { libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { inspect, openName } from "../inspect.ts";
import type { Marks } from "../marks.ts";
import { stat, statFd } from "../descriptor.ts";
import { DT_DIR, listEntries, listNames } from "../directory.ts";
import { readId } from "../id_xattr.ts";
import { ROOT, type Volume } from "../volume.ts";

/** Entries of a directory after which applications have their turn. */
export const ENTRIES_A_TURN = 1000;

export interface Found {
  readonly volume: Volume;
  readonly id: number;
  readonly path: Uint8Array;
}

export class Places {
  /** Where an id was seen, by `volume:id`. */
  readonly #paths = new Map<string, Uint8Array>();
  /** Moves of the volume when the walk for these marks began. */
  readonly #walked = new WeakMap<Marks, readonly number[]>();

  constructor(readonly volumes: readonly Volume[]) {}

  saw(found: Found): void {
    this.#paths.set(key(found), found.path);
  }

  seen(volume: Volume, id: number): Uint8Array | undefined {
    return this.#paths.get(`${volume.index}:${id}`);
  }

  /**
   * Where a marked inode is now. "gone": it has no name, nothing is to be copied. "moving": names changed while it was looked for,
   * it may have gone from where nobody had looked yet to where somebody already had: its mark must stay.
   */
  *locate(
    volume: Volume,
    id: number,
    marks: Marks,
  ): Generator<void, Found | "gone" | "moving"> {
    if (id === ROOT) return { volume, id, path: new Uint8Array(0) };
    const known = volume.get(id);
    const name = `${volume.index}:${id}`;
    const path = (known && volume.pathOf(known)) ?? this.#paths.get(name);
    if (path && this.#stands(volume, id, path)) return { volume, id, path };
    // Unlinked but open: nothing to copy.
    if (known) return "gone";
    let before = this.#walked.get(marks);
    if (!before) {
      before = this.volumes.map(({ moves }) => moves);
      this.#walked.set(marks, before);
      yield* this.#walkAll();
      const again = this.#paths.get(name);
      if (again && this.#stands(volume, id, again)) {
        return { volume, id, path: again };
      }
    }
    return before[volume.index] === volume.moves ? "gone" : "moving";
  }

  #stands(volume: Volume, id: number, path: Uint8Array): boolean {
    const fd = volume.walk(path);
    if (fd < 0) return false;
    const same = readId(fd) === id;
    libc.close(fd);
    return same;
  }

  /**
   * A file that has another number of links at the target: the directories with its names are listed again, and its data is
   * compared again, because one of its names was made as a copy. One walk over the directories finds them by inode number.
   */
  *findLinks(
    linked: readonly { readonly volume: Volume; readonly id: number }[],
    again: Marks,
  ): Generator<void, void> {
    for (const volume of this.volumes) {
      const numbers = new Set<number>();
      for (const { id } of linked.filter((each) => each.volume === volume)) {
        const known = volume.get(id);
        const path = known ? null : this.#paths.get(`${volume.index}:${id}`);
        const fd = known ? known.fd : path ? volume.walk(path) : -1;
        if (fd < 0) continue;
        if (statFd(fd) === 0 && readId(fd) === id) {
          numbers.add(getU64(stat.view, stat.at + STATX.ino));
          const mode = stat.view.getUint16(stat.at + STATX.mode, true);
          if ((mode & S_IFMT) === S_IFREG) {
            again.tail(volume.index, id, 0, 0);
          } else again.attributes(volume.index, id, 0);
        }
        if (!known) libc.close(fd);
      }
      if (numbers.size > 0) yield* this.#namesOf(volume, numbers, again);
    }
  }

  *#namesOf(
    volume: Volume,
    numbers: Set<number>,
    again: Marks,
  ): Generator<void, void> {
    const queue: Uint8Array[] = [new Uint8Array(0)];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const at = volume.walk(path);
      if (at < 0) continue;
      const id = path.length === 0 ? ROOT : readId(at);
      for (const entry of listEntries(at)) {
        if (volume.leavesOut(path, entry.name)) continue;
        if (entry.type === DT_DIR) queue.push(join(path, entry.name));
        else if (numbers.has(entry.ino) && id !== 0) {
          again.names(volume.index, id, 0);
        }
      }
      libc.close(at);
      yield;
    }
  }

  /** After a restart nobody knows where the marked ids are: one walk over all names finds them. */
  *#walkAll(): Generator<void, void> {
    for (const volume of this.volumes) {
      const queue: Uint8Array[] = [new Uint8Array(0)];
      for (let path = queue.pop(); path; path = queue.pop()) {
        const fd = volume.walk(path);
        if (fd < 0) continue;
        try {
          let looked = 0;
          for (const name of listNames(fd)) {
            if (++looked % ENTRIES_A_TURN === 0) yield;
            if (volume.leavesOut(path, name)) continue;
            const child = openName(fd, name);
            if (child < 0) continue;
            const entry = inspect(child, name, volume.newId);
            libc.close(child);
            if (!entry) continue;
            const below = join(path, name);
            this.#paths.set(`${volume.index}:${entry.id}`, below);
            if ((entry.mode & S_IFMT) === S_IFDIR) queue.push(below);
          }
        } finally {
          libc.close(fd);
        }
        yield;
      }
    }
  }
}

export function key(found: { readonly volume: Volume; readonly id: number }) {
  return `${found.volume.index}:${found.id}`;
}

export function join(path: Uint8Array, name: Uint8Array): Uint8Array {
  if (path.length === 0) return name;
  const joined = new Uint8Array(path.length + 1 + name.length);
  joined.set(path);
  joined[path.length] = 47;
  joined.set(name, path.length + 1);
  return joined;
}
