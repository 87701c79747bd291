/** Owner, mode, size, xattrs and times of the target, and the number of links that nobody can set but many can spoil. */
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, STATX } from "../../fuse/abi.ts";
import { AT, E, errno, libc, Memory } from "../../system/libc.ts";
import { getU64, setU64 } from "../../system/u64.ts";
import { chown, isReserved, sizeOf, writeXattrs } from "../inspect.ts";
import type { Frame } from "../../peer/frame.ts";
import { decodeAttributes } from "../listing.ts";
import { META_RESERVED } from "../operation.ts";
import { procPath, stat, statFd } from "../descriptor.ts";
import { ROOT, type Volume } from "../volume.ts";
import { type Outcome, quoted } from "./outcome.ts";

const memory = new Memory(4096);
const TIMES = 0;
/** Of fallocate(2). */
const KEEP_SIZE = 1;
/** More than the largest attribute, and all that is on its way to the disk beside it. */
const SOME_ROOM = 16 << 20;
/** Files with other links than at the source that are told at the end of one pass: more, and everything is listed again. */
const MAX_UNLIKE = 20_000;

export class TargetAttributes {
  /**
   * Names that files with several names, or another number than at the source, are to have: a link may have been made as a copy.
   * By id; the volume knows the inodes. Looked at when the pass is over.
   */
  readonly #suspects = new Map<Volume, Map<number, number>>();

  constructor(readonly outcome: Outcome) {}

  take(
    volume: Volume,
    { id, flags }: Pick<Frame, "id" | "flags">,
    bytes: Uint8Array,
  ): string | null {
    const wanted = decodeAttributes(bytes);
    if (!wanted) return "attributes that are none";
    if (
      id === ROOT
        ? wanted.path.length !== 0
        : volume.bindAt(id, wanted.path) !== 0
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
      else if (flags & META_RESERVED && !isReserved(fd)) {
        // Zeros came as holes: what the application was promised room for has it here too. A copy without is better than none.
        libc.fallocate(fd, KEEP_SIZE, 0, wanted.size);
      }
    }
    const before = error;
    error ||= writeXattrs(inode.fd, wanted.xattrs);
    // ext4 keeps them in one block of the disk, and says so when there is room for everything else.
    if (before === 0 && error === E.NOSPC && hasRoom(volume.backing)) {
      error = E["2BIG"];
    }
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
    if (error) {
      const path = quoted(wanted.path);
      this.outcome.failed(error, `the attributes of ${path}`);
    }
    // What is linked is counted again when the purgatory is empty: a name there may stand for one that is a copy here.
    const linked = wanted.nlink > 1 || namesOf(inode.fd) !== wanted.nlink;
    if (type !== S_IFDIR && linked) {
      const suspects = this.#suspects.get(volume);
      if (suspects) suspects.set(id, wanted.nlink);
      else this.#suspects.set(volume, new Map([[id, wanted.nlink]]));
    } else {
      this.#suspects.get(volume)?.delete(id);
      // Nothing more of it comes in this batch: millions need not be known.
      volume.dropId(id);
    }
    return null;
  }

  /** What of this pass must be looked at again: u32 count, u8 volume and u64 id each, then words for what could not be done. */
  unlike(): Uint8Array {
    const unlike: (readonly [Volume, number])[] = [];
    for (const [volume, suspects] of this.#suspects) {
      for (const [id, nlink] of suspects) {
        if (isUnlike(volume, id, nlink)) unlike.push([volume, id]);
        volume.dropId(id);
      }
    }
    this.#suspects.clear();
    // Each now: a name by which it could be found here for a later pass may be another one by then.
    if (unlike.length > MAX_UNLIKE) {
      unlike.length = 0;
      this.outcome.uneven ??= "too many files have another number of names";
    }
    const words = new TextEncoder().encode(this.outcome.uneven ?? "");
    const bytes = new Uint8Array(4 + unlike.length * 9 + words.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, unlike.length, true);
    unlike.forEach(([volume, id], i) => {
      view.setUint8(4 + i * 9, volume.index);
      setU64(view, 5 + i * 9, id);
    });
    bytes.set(words, 4 + unlike.length * 9);
    return bytes;
  }
}

function isUnlike(volume: Volume, id: number, nlink: number): boolean {
  const inode = volume.get(id);
  const names = inode ? namesOf(inode.fd) : nlink;
  // None: it was in the purgatory only.
  return names !== nlink && names !== 0;
}

/** Hard links of the inode behind `fd`; -1: it cannot be read. */
function namesOf(fd: number): number {
  return statFd(fd) === 0
    ? stat.view.getUint32(stat.at + STATX.nlink, true)
    : -1;
}

/** Whether a disk that refuses an attribute for want of room has some. */
function hasRoom(fd: number): boolean {
  // struct statfs64: long type, bsize, blocks, bfree, bavail
  if (libc.fstatfs(fd, memory.address) !== 0) return false;
  return getU64(memory.view, 32) * getU64(memory.view, 8) >= SOME_ROOM;
}
