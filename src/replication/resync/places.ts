/**
 * Where inodes stand by name on the source. A mark names an id; what has to be told of it needs a path. The kernel's inodes know
 * theirs; after a restart one walk over all names finds those that are asked for, and remembers no others.
 */
import { S_IFMT, S_IFREG, STATX } from "../../fuse/abi.ts";
import { ErrnoError, libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { stat, statFd, statMode } from "../descriptor.ts";
import { DT_DIR, listEntries } from "../directory.ts";
import { readId } from "../id_xattr.ts";
import { openName } from "../inspect.ts";
import type { Marks } from "../marks.ts";
import { InodeNumbers } from "./inode_numbers.ts";
import { joinPath } from "../name.ts";
import { isGone, unreadable } from "../unreadable.ts";
import { ROOT, type Volume } from "../volume.ts";

/** Entries of a directory after which applications have their turn. */
export const ENTRIES_A_TURN = 1000;
/** For one of these a whole directory may be looked through. */
const INODES_A_TURN = 20;
const TOP = new Uint8Array(0);

export interface Inode {
  readonly volume: Volume;
  readonly id: number;
}
export interface Found extends Inode {
  readonly path: Uint8Array;
}

/**
 * Where each of some inodes is now, by `key`. "gone": it has no name, nothing is to be copied. "moving": names changed while it was
 * looked for, it may have gone from where nobody had looked yet to where somebody already had: its mark must stay.
 */
export function* locate(
  inodes: readonly Inode[],
): Generator<void, Map<string, Found | "gone" | "moving">> {
  const places = new Map<string, Found | "gone" | "moving">();
  const unknown = new Map<Volume, Set<number>>();
  let looked = 0;
  for (const { volume, id } of inodes) {
    if (++looked % INODES_A_TURN === 0) yield;
    const known = volume.get(id);
    const path = known && volume.pathNearby(known);
    // Null: unlinked but open, nothing to copy. Many whose last known name is gone are found by one walk, not by one each.
    if (path !== undefined) {
      places.set(key({ volume, id }), path ? { volume, id, path } : "gone");
    } else {
      const ids = unknown.get(volume);
      if (ids) ids.add(id);
      else unknown.set(volume, new Set([id]));
    }
  }
  for (const [volume, ids] of unknown) {
    const { moves } = volume, numbers = new InodeNumbers();
    yield* eachName(volume, (path, directory, { name }) => {
      const fd = openName(directory, name);
      const id = fd < 0 ? fd : readId(fd), wanted = ids.has(id);
      const other = wanted && statFd(fd) === 0 && !numbers.notes(id);
      if (fd >= 0) libc.close(fd);
      if (!wanted) {
        return id < 0 ? gone(volume, joinPath(path, name), id) : void 0;
      }
      // The mark is of one of two: everything will be compared.
      if (other) volume.onTwin?.();
      places.set(key({ volume, id }), {
        volume,
        id,
        path: joinPath(path, name),
      });
    });
    const missing = moves === volume.moves ? "gone" : "moving";
    for (const id of ids) {
      const name = key({ volume, id });
      if (!places.has(name)) places.set(name, missing);
    }
  }
  return places;
}

/**
 * Files that have another number of links at the target: the directories with their names are listed again, and their data is
 * compared again, because one of the names was made as a copy. One walk over all names finds them.
 */
export function* findLinks(
  linked: readonly Inode[],
  again: Marks,
): Generator<void, void> {
  for (const volume of new Set(linked.map((each) => each.volume))) {
    const numbers = new Set<number>(), ids = new Set<number>();
    for (const { id } of linked.filter((each) => each.volume === volume)) {
      const known = volume.get(id);
      if (known && statFd(known.fd) === 0) {
        numbers.add(getU64(stat.view, stat.at + STATX.ino));
        compareAgain(volume, id, again);
      } else if (!known) ids.add(id);
    }
    if (numbers.size + ids.size === 0) continue;
    const { moves } = volume, missing = new Set(ids);
    yield* eachName(volume, (path, directory, { name, ino, type }) => {
      if (type === DT_DIR) return;
      let here = numbers.has(ino);
      if (!here && ids.size > 0) {
        const fd = openName(directory, name);
        const id = fd < 0 ? fd : readId(fd);
        here = ids.has(id) && statFd(fd) === 0;
        if (here) {
          compareAgain(volume, id, again);
          missing.delete(id);
        }
        if (fd >= 0) libc.close(fd);
        if (id < 0) return gone(volume, joinPath(path, name), id);
      }
      if (!here) return;
      const parent = path.length === 0 ? ROOT : readId(directory);
      if (parent < 0) return gone(volume, path, parent);
      if (parent !== 0) again.names(volume.index, parent, 0);
    });
    // Perhaps they went to where the walk had been: told again by the target when their attributes have come once more.
    if (moves === volume.moves) continue;
    for (const id of missing) again.attributes(volume.index, id, 0);
  }
}

/** The one in `stat`. */
function compareAgain(volume: Volume, id: number, again: Marks): void {
  if ((statMode() & S_IFMT) === S_IFREG) again.tail(volume.index, id, 0, 0);
  else again.attributes(volume.index, id, 0);
}

/** What could not be looked at (-errno) for another reason is there, and its mark must not be dropped. */
function gone(volume: Volume, path: Uint8Array, looked: number): void {
  if (!isGone(-looked)) throw unreadable(volume, path, -looked);
}

/** Calls `look` for each name, with its directory's path and O_PATH descriptor. */
export function* eachName(
  volume: Volume,
  look: (
    path: Uint8Array,
    directory: number,
    entry: {
      readonly name: Uint8Array;
      readonly ino: number;
      readonly type: number;
    },
  ) => void,
): Generator<void, void> {
  const queue: Uint8Array[] = [TOP];
  for (let path = queue.pop(); path; path = queue.pop()) {
    const directory = volume.walk(path);
    if (directory < 0) {
      gone(volume, path, directory);
      continue;
    }
    try {
      let looked = 0;
      for (const entry of listEntries(directory)) {
        if (++looked % ENTRIES_A_TURN === 0) yield;
        if (volume.leavesOut(path, entry.name)) continue;
        if (entry.type === DT_DIR) queue.push(joinPath(path, entry.name));
        look(path, directory, entry);
      }
    } catch (error) {
      // Of the listing; removed while it was read, it has no names.
      if (!(error instanceof ErrnoError)) throw error;
      gone(volume, path, -error.code);
    } finally {
      // A session that ends in the middle too.
      libc.close(directory);
    }
    yield;
  }
}

export function key({ volume, id }: Inode): string {
  return `${volume.index}:${id}`;
}
