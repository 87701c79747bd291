/**
 * A file is mirrored or excluded, with all its names. Where `exclude` was changed since the copies were level, some may have names on
 * both sides of the border: that is refused with the name of one. What lies on one side with all names loses the id that it had on
 * the other, and gets a new one when it is looked at.
 */
import { S_IFDIR, S_IFMT, STATX } from "../fuse/abi.ts";
import { errno, ErrnoError, libc } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import { stat, statFd, statMode } from "./descriptor.ts";
import { DT_DIR, listEntries } from "./directory.ts";
import { readId, removeId } from "./id_xattr.ts";
import { openName } from "./inspect.ts";
import { OWN } from "./inode.ts";
import { isHidden, joinPath } from "./name.ts";
import type { Volume } from "./volume.ts";

/** Entries of a directory after which the loop has its turn. */
const ENTRIES_A_TURN = 1000;

interface Linked {
  readonly path: Uint8Array;
  readonly names: number;
  seen: number;
}

/** `before`: something was excluded until now. Throws where a file has names on both sides. */
export function* settleBorder(
  volume: Volume,
  before: boolean,
): Generator<void, void> {
  const linked = new Map<number, Linked>();
  const strange: Uint8Array[] = [];
  const queue: { readonly path: Uint8Array; readonly own: boolean }[] = [];
  queue.push({ path: new Uint8Array(0), own: false });
  for (let at = queue.pop(); at; at = queue.pop()) {
    const fd = volume.walk(at.path);
    if (fd < 0) continue;
    try {
      let looked = 0;
      for (const { name, type } of [...listEntries(fd)]) {
        if (++looked % ENTRIES_A_TURN === 0) yield;
        if (at.path.length === 0 && isHidden(name)) continue;
        const own = at.own || volume.leavesOut(at.path, name);
        const path = joinPath(at.path, name);
        if (type === DT_DIR) {
          queue.push({ path, own });
        } else if (own || before) {
          const file = look(fd, name);
          if (!file) continue;
          if (own) count(linked, file, path);
          if (file.id !== 0 && (file.id >= OWN) !== own) strange.push(path);
        }
      }
    } finally {
      libc.close(fd);
    }
  }
  for (const { path, names, seen } of linked.values()) {
    if (seen === names) continue;
    throw new Error(
      `Cannot exclude "${
        new TextDecoder().decode(path)
      }" of "${volume.path}": the file has another name (hard link) that is mirrored; remove one of the two`,
    );
  }
  for (const path of strange) {
    const fd = volume.walk(path);
    if (fd < 0) continue;
    // Another name of it was here before.
    const error = readId(fd) === 0 || removeId(fd) === 0 ? 0 : errno();
    libc.close(fd);
    if (error) throw new ErrnoError(`Cannot prepare "${volume.path}"`, error);
  }
}

interface File {
  readonly id: number;
  readonly ino: number;
  readonly names: number;
}

/** A file with several names; null: anything else. */
function look(directory: number, name: Uint8Array): File | null {
  const fd = openName(directory, name);
  if (fd < 0) return null;
  const id = readId(fd);
  const stands = statFd(fd) === 0 && (statMode() & S_IFMT) !== S_IFDIR;
  libc.close(fd);
  const names = stat.view.getUint32(stat.at + STATX.nlink, true);
  const ino = getU64(stat.view, stat.at + STATX.ino);
  return stands && names > 1 ? { id, ino, names } : null;
}

function count(
  linked: Map<number, Linked>,
  { ino, names }: File,
  path: Uint8Array,
): void {
  const known = linked.get(ino);
  if (known) known.seen++;
  else linked.set(ino, { path, names, seen: 1 });
}
