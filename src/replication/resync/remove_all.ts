/**
 * Removes everything that stands in a folder of ours, in parts: a tree of millions takes minutes, and whoever is silent so long is
 * taken for dead. A directory's directories are moved up first: no depth costs descriptors, and it may be left off anywhere.
 */
import {
  AT,
  E,
  errno,
  ErrnoError,
  libc,
  Memory,
  O,
  SYS,
} from "../../system/libc.ts";
import { procPath } from "../descriptor.ts";
import { readEntries } from "../directory.ts";
import { openName } from "../inspect.ts";

/** Names after which others have their turn. */
const A_TURN = 512;
const NOREPLACE = 1;
const memory = new Memory(8192);
const NAME = 0, OTHER = 4096;

/** `folder`: an O_PATH descriptor. How many names were removed; throws where one cannot be. */
export function* removeAll(folder: number): Generator<void, number> {
  let removed = 0, moved = 0;
  /** Empties the directory behind `fd`; what is deep goes to the folder. */
  function* empty(fd: number): Generator<void, void> {
    const flags = O.RDONLY | O.DIRECTORY | O.NOATIME | O.CLOEXEC;
    const directory = libc.open(procPath(fd), flags, 0);
    if (directory < 0) {
      throw new ErrnoError("Cannot open what is to be removed");
    }
    try {
      // Names that were removed while it was read may have hidden others.
      for (let seen = true; seen;) {
        seen = false;
        libc.lseek(directory, 0n, 0);
        let entries = readEntries(directory);
        while (entries.length > 0) {
          for (const { name, dots } of entries) {
            if (dots) continue;
            seen = true;
            if (!remove(fd, name)) yield* descend(fd, name);
            if (++removed % A_TURN === 0) yield;
          }
          entries = readEntries(directory);
        }
      }
    } finally {
      libc.close(directory);
    }
  }
  function* descend(fd: number, name: Uint8Array): Generator<void, void> {
    if (fd !== folder) {
      while (!moveUp(fd, name, folder, `up-${++moved}`));
      return;
    }
    const child = openName(fd, name);
    if (child < 0) {
      throw new ErrnoError("Cannot open what is to be removed", -child);
    }
    try {
      yield* empty(child);
    } finally {
      libc.close(child);
    }
    if (!remove(fd, name)) {
      throw new ErrnoError("Cannot remove a directory", E.NOTEMPTY);
    }
  }
  yield* empty(folder);
  return removed;
}

/** Removes one name with everything below, where it stands; false: it stays. */
export function* removedHere(
  directory: number,
  name: Uint8Array,
): Generator<void, boolean> {
  try {
    if (remove(directory, name)) return true;
    const child = openName(directory, name);
    if (child < 0) return child === -E.NOENT;
    try {
      yield* removeAll(child);
    } finally {
      libc.close(child);
    }
    return remove(directory, name);
  } catch (error) {
    if (error instanceof ErrnoError) return false;
    throw error;
  }
}

/** False: it is a directory that is not empty. */
function remove(fd: number, name: Uint8Array): boolean {
  const at = memory.string(name, NAME);
  if (libc.unlinkat(fd, at, 0) === 0) return true;
  const error = errno();
  if (error === E.NOENT) return true;
  if (error !== E.ISDIR && error !== E.PERM) throw failure(name, error);
  if (libc.unlinkat(fd, at, AT.REMOVEDIR) === 0) return true;
  const code = errno();
  if (code === E.NOTEMPTY || code === E.EXIST) return false;
  throw failure(name, code === E.NOTDIR ? error : code);
}

/** False: there is something of that name. */
function moveUp(
  fd: number,
  name: Uint8Array,
  folder: number,
  as: string,
): boolean {
  const from = memory.string(name, NAME), to = memory.string(as, OTHER);
  if (
    Number(libc.renameat2(SYS.renameat2, fd, from, folder, to, NOREPLACE)) === 0
  ) return true;
  const error = errno();
  if (error === E.EXIST) return false;
  throw failure(name, error);
}

function failure(name: Uint8Array, error: number): ErrnoError {
  return new ErrnoError(
    `Cannot remove "${new TextDecoder().decode(name)}"`,
    error,
  );
}
