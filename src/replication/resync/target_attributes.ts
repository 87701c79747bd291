/** Owner, mode, size, xattrs and times of the target, and the number of links that nobody can set but many can spoil. */
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, STATX } from "../../fuse/abi.ts";
import { AT, errno, libc, Memory } from "../../system/libc.ts";
import { setU64 } from "../../system/u64.ts";
import { chown, sizeOf, writeXattrs } from "../inspect.ts";
import { decodeAttributes } from "../listing.ts";
import { procPath, stat, statFd } from "../descriptor.ts";
import { readId } from "../id_xattr.ts";
import { ROOT, type Volume } from "../volume.ts";
import type { Outcome } from "./outcome.ts";

const memory = new Memory(4096);
const TIMES = 0;
/** Files with other links than at the source that are told at the end of one pass; the rest waits for the next. */
const MAX_LINKED = 2000;

export class TargetAttributes {
  /** Files with fewer or more names than at the source: a link may have been made as a copy. Looked at again after each pass. */
  readonly #suspects = new Map<
    string,
    {
      readonly volume: Volume;
      readonly id: number;
      readonly path: Uint8Array;
      readonly nlink: number;
    }
  >();

  constructor(readonly outcome: Outcome) {}

  /** Everything is listed anew: what was told of links is old. */
  forget(): void {
    this.#suspects.clear();
  }

  take(volume: Volume, id: number, bytes: Uint8Array): string | null {
    const wanted = decodeAttributes(bytes);
    if (!wanted) return "attributes that are none";
    if (
      id === ROOT
        ? wanted.path.length !== 0
        : volume.bind(id, wanted.path) !== 0
    ) {
      this.outcome.missing(volume, id, 0);
      return null;
    }
    const inode = volume.get(id)!;
    const type = wanted.mode & S_IFMT;
    let error = chown(inode.fd, wanted.uid, wanted.gid);
    if (
      !error && type !== S_IFLNK &&
      libc.fchmodat(AT.FDCWD, procPath(inode.fd), wanted.mode & 0o7777, 0) !== 0
    ) error = errno();
    if (!error && type === S_IFREG) {
      const fd = volume.data(inode);
      if (fd < 0) error = -fd;
      else if (
        sizeOf(inode.fd) !== wanted.size &&
        libc.ftruncate(fd, wanted.size) !== 0
      ) error = errno();
    }
    error ||= writeXattrs(inode.fd, wanted.xattrs);
    const view = new DataView(wanted.times.buffer, wanted.times.byteOffset);
    for (const [from, to] of [[0, TIMES], [12, TIMES + 16]] as const) {
      memory.view.setBigUint64(to, view.getBigUint64(from, true), true);
      memory.view.setBigUint64(
        to + 8,
        BigInt(view.getUint32(from + 8, true)),
        true,
      );
    }
    if (
      !error &&
      libc.utimensat(
          AT.FDCWD,
          procPath(inode.fd),
          memory.address + TIMES,
          0,
        ) !== 0
    ) error = errno();
    if (error) this.outcome.failed(error);
    const key = `${volume.index}:${id}`;
    // What is linked is counted again when the purgatory is empty: a name there may stand for one that is a copy here.
    const linked = wanted.nlink > 1 || namesOf(inode.fd) !== wanted.nlink;
    if (type !== S_IFDIR && linked) {
      this.#suspects.set(key, {
        volume,
        id,
        path: wanted.path,
        nlink: wanted.nlink,
      });
    } else this.#suspects.delete(key);
    return null;
  }

  /** What of this pass must be looked at again: u32 count, u8 volume and u64 id each, then words for what could not be done. */
  unlike(): Uint8Array {
    const linked: [number, number][] = [];
    for (const [key, { volume, id, path, nlink }] of this.#suspects) {
      const fd = volume.walk(path);
      const right = fd < 0 || readId(fd) !== id || namesOf(fd) === nlink;
      if (fd >= 0) libc.close(fd);
      if (right) this.#suspects.delete(key);
      else if (linked.length < MAX_LINKED) linked.push([volume.index, id]);
    }
    const words = new TextEncoder().encode(this.outcome.uneven ?? "");
    const bytes = new Uint8Array(4 + linked.length * 9 + words.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, linked.length, true);
    linked.forEach(([volume, id], i) => {
      view.setUint8(4 + i * 9, volume);
      setU64(view, 5 + i * 9, id);
    });
    bytes.set(words, 4 + linked.length * 9);
    return bytes;
  }
}

/** Hard links of the inode behind `fd`; -1: it cannot be read. */
function namesOf(fd: number): number {
  return statFd(fd) === 0
    ? stat.view.getUint32(stat.at + STATX.nlink, true)
    : -1;
}
