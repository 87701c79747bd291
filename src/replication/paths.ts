/**
 * Where an inode stands by name. The system tells it for a descriptor as long as the name lives that it was opened by; for the rest
 * the directory where it was seen last is looked through, and at worst all of them.
 */
import { STATX } from "../fuse/abi.ts";
import { equalBytes } from "../system/bytes.ts";
import { ErrnoError, libc } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import { inoOf, readPath, stat, statFd } from "./descriptor.ts";
import { DT_DIR, listEntries, namesOfIno } from "./directory.ts";
import { readId } from "./id_xattr.ts";
import type { Inode } from "./inode.ts";
import { isHidden, joinPath } from "./name.ts";
import { isGone } from "./unreadable.ts";
import type { Volume } from "./volume.ts";

/** A name was looked for, and may stand in a directory that this disk does not show. */
export class NotShown extends ErrnoError {
  /** `directory`: its id, or of the nearest one above it that can be opened: there the way to it is compared. */
  constructor(readonly directory: number, code: number) {
    super("Cannot look for a name", code);
  }
}

export class Paths {
  /** `base`: the system's path of the volume's root. */
  constructor(
    readonly volume: Pick<Volume, "root" | "walk" | "get">,
    readonly base: Uint8Array,
  ) {}

  /** Path of an inode below the root, as bytes; null when it has no name any more, or none that the system can tell. Throws NotShown. */
  of(inode: Inode): Uint8Array | null {
    const path = this.nearby(inode);
    return path === undefined ? this.#search(inode, inoOf(inode.fd)) : path;
  }

  /** The same where the system tells it, or the directory in which it was seen last; undefined: all names would have to be looked at. */
  nearby(inode: Inode): Uint8Array | null | undefined {
    if (inode === this.volume.root) return new Uint8Array(0);
    const path = readPath(inode.fd);
    const base = this.base.length === 1 ? 0 : this.base.length;
    // Null: longer than a page. One that was opened by its handle has no path when the kernel has dropped its name from memory ("/").
    const told = path && path.length > base + 1
      ? path.subarray(base + 1)
      : null;
    // The kernel marks a name that is gone; a living file may end in these words too, so it is looked at.
    if ((!told || endsWith(told, DELETED)) && statFd(inode.fd) === 0) {
      const nlink = stat.view.getUint32(stat.at + STATX.nlink, true);
      const ino = getU64(stat.view, stat.at + STATX.ino);
      if (told && this.#stands(inode, told)) return told;
      if (nlink === 0 || inode.orphan) return null;
      return this.#inParent(inode, ino) ?? undefined;
    }
    return told;
  }

  /** Whether the system tells a name of what is behind `fd` that is not gone. */
  isTold(fd: number): boolean {
    const path = readPath(fd);
    return path !== null && path.length > this.base.length + 1 &&
      !endsWith(path, DELETED);
  }

  /** Whether the inode stands at `path`; its descriptor is then one that has this name. */
  #stands(inode: Inode, path: Uint8Array): boolean {
    const fd = this.volume.walk(path);
    if (fd < 0) return false;
    const same = readId(fd) === inode.id;
    libc.close(same ? inode.fd : fd);
    if (same) inode.fd = fd;
    return same;
  }

  /** A name of an inode in the directory where it was last seen. */
  #inParent(inode: Inode, ino: number): Uint8Array | null {
    const parent = inode.parent === 0
      ? undefined
      : this.volume.get(inode.parent);
    if (!parent?.isDirectory) return null;
    const above = this.nearby(parent);
    if (!above) return null;
    try {
      for (const name of namesOfIno(parent.fd, ino)) {
        const path = joinPath(above, name);
        if (this.#stands(inode, path)) return path;
      }
    } catch (error) {
      // Whoever has to know looks everywhere, and comes to this directory once more.
      if (!(error instanceof ErrnoError)) throw error;
    }
    return null;
  }

  /**
   * A name of an inode whose known name is gone while another hard link lives: one walk over all names, by the inode numbers that
   * the directories tell. Rare (a session that begins after such an unlink), and the name found is remembered by its descriptor. A
   * directory that cannot be read matters only where the name stands in none of the others.
   */
  #search(inode: Inode, ino: number): Uint8Array | null {
    let notShown: NotShown | null = null;
    const queue: Uint8Array[] = [new Uint8Array(0)];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const at = this.volume.walk(path);
      if (at < 0) {
        if (!isGone(-at)) notShown ??= new NotShown(this.#above(path), -at);
        continue;
      }
      try {
        for (const entry of listEntries(at)) {
          if (path.length === 0 && isHidden(entry.name)) continue;
          const below = joinPath(path, entry.name);
          if (entry.type === DT_DIR) queue.push(below);
          if (entry.ino === ino && this.#stands(inode, below)) return below;
        }
      } catch (error) {
        if (!(error instanceof ErrnoError)) throw error;
        if (isGone(error.code)) continue;
        const id = readId(at);
        notShown ??= new NotShown(id > 0 ? id : this.#above(path), error.code);
      } finally {
        libc.close(at);
      }
    }
    if (notShown) throw notShown;
    return null;
  }

  /** Id of the nearest directory above `path` that can be opened. */
  #above(path: Uint8Array): number {
    for (
      let end = path.lastIndexOf(SLASH);
      end > 0;
      end = path.lastIndexOf(SLASH, end - 1)
    ) {
      const fd = this.volume.walk(path.subarray(0, end));
      if (fd < 0) continue;
      const id = readId(fd);
      libc.close(fd);
      if (id > 0) return id;
    }
    return this.volume.root.id;
  }
}

const SLASH = 47;
const DELETED = new TextEncoder().encode(" (deleted)");
function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  return bytes.length >= end.length &&
    equalBytes(bytes.subarray(bytes.length - end.length), end);
}
