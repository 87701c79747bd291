/**
 * The FUSE kernel protocol as numbers and offsets: opcodes, flags, struct sizes. Source: include/uapi/linux/fuse.h, protocol 7.31
 * (kernel 5.4) to 7.45. Pure: reads and writes a DataView, knows no file. All values little endian, 64-bit ones below 2^53.
 */

import { setU64 } from "../system/u64.ts";

export const OP = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  FSYNC: 20,
  SETXATTR: 21,
  GETXATTR: 22,
  LISTXATTR: 23,
  REMOVEXATTR: 24,
  FLUSH: 25,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  FSYNCDIR: 30,
  ACCESS: 34,
  CREATE: 35,
  INTERRUPT: 36,
  BMAP: 37,
  DESTROY: 38,
  IOCTL: 39,
  POLL: 40,
  BATCH_FORGET: 42,
  FALLOCATE: 43,
  READDIRPLUS: 44,
  RENAME2: 45,
  LSEEK: 46,
  COPY_FILE_RANGE: 47,
  SYNCFS: 50,
  TMPFILE: 51,
  STATX: 52,
  COPY_FILE_RANGE_64: 53,
} as const;

/** struct fuse_in_header and fuse_out_header. */
export const IN_HEADER = 40;
export const OUT_HEADER = 16;
/** A WRITE's data begins here: fuse_in_header and fuse_write_in. */
export const WRITE_DATA = 80;
export const MAX_WRITE = 1 << 20;
/** The largest request: a WRITE of MAX_WRITE; the kernel wants a page more. */
export const MAX_REQUEST = MAX_WRITE + 4096;

/** FUSE_INIT flags that we accept when the kernel offers them (reasons: the kernel's fuse.h and ARCHITECTURE.md). */
const INIT = {
  ASYNC_READ: 1 << 0,
  BIG_WRITES: 1 << 5,
  // The umask comes with the request: a default access control list of the directory takes its place.
  DONT_MASK: 1 << 6,
  DO_READDIRPLUS: 1 << 13,
  READDIRPLUS_AUTO: 1 << 14,
  ASYNC_DIO: 1 << 15,
  PARALLEL_DIROPS: 1 << 18,
  ABORT_ERROR: 1 << 21,
  MAX_PAGES: 1 << 22,
  CACHE_SYMLINKS: 1 << 23,
  EXPLICIT_INVAL_DATA: 1 << 25,
  HANDLE_KILLPRIV_V2: 1 << 28,
  SETXATTR_EXT: 1 << 29,
  INIT_EXT: 1 << 30,
} as const;
// flags2: DIRECT_IO_ALLOW_MMAP (bit 36), NO_EXPORT_SUPPORT (bit 38): name_to_handle_at fails at once instead of a later ESTALE.
const INIT2 = { DIRECT_IO_ALLOW_MMAP: 1 << 4, NO_EXPORT_SUPPORT: 1 << 6 };

/** Only where the backing takes access control lists: the kernel then asks for them at every check of permissions. */
const INIT_POSIX_ACL = 1 << 20;

/** What the kernel of this mount does for us. */
export interface Negotiated {
  /** struct fuse_setxattr_in has 16 bytes and says whether the setgid bit must go; else 8, and we find out ourselves. */
  readonly setxattrExtended: boolean;
  /** Takes setgid from what a stranger makes in a setgid directory (6.0 and later; 7.37 is 6.1); before, file systems did. */
  readonly stripsSetgid: boolean;
  /** A file that is read past the page cache may be mapped all the same (6.6 and later). */
  readonly directMmap: boolean;
  /** Lets go of what it has cached of the target when we have copied (7.32 is 5.10; before, some do); else it copies by itself. */
  readonly dropsCopied: boolean;
  /**
   * Seconds for which it may believe the attributes of what it has looked up. Before 6.13 (7.42 is 6.14) none: of an inode that it forgot
   * while the answer was on its way it takes what comes late for new, also a size from before a write. It then asks again.
   */
  readonly lookupValidSeconds: number;
}

/** Answers FUSE_INIT: reads the request at `at`, writes fuse_init_out at `out` (64 bytes); returns what was agreed. */
export function negotiate(
  request: DataView,
  at: number,
  reply: DataView,
  out: number,
  acls: boolean,
): Negotiated {
  const minor = Math.min(request.getUint32(at + 4, true), 45);
  const readahead = request.getUint32(at + 8, true);
  const offered = request.getUint32(at + 12, true);
  const wanted = Object.values(INIT).reduce(
    (all, flag) => all | flag,
    acls ? INIT_POSIX_ACL : 0,
  );
  const extended = (offered & INIT.INIT_EXT) !== 0;
  const offered2 = extended ? request.getUint32(at + 16, true) : 0;
  for (let i = 0; i < 64; i += 4) reply.setUint32(out + i, 0, true);
  reply.setUint32(out, 7, true);
  reply.setUint32(out + 4, minor, true);
  reply.setUint32(out + 8, readahead, true);
  reply.setUint32(out + 12, (offered & wanted) >>> 0, true);
  reply.setUint16(out + 16, 64, true); // max_background: asynchronous requests in flight
  reply.setUint16(out + 18, 48, true); // congestion_threshold
  reply.setUint32(out + 20, MAX_WRITE, true);
  reply.setUint32(out + 24, 1, true); // time_gran: nanoseconds
  reply.setUint16(out + 28, 256, true); // max_pages: 1 MiB, the cap of most kernels
  const wanted2 = INIT2.DIRECT_IO_ALLOW_MMAP | INIT2.NO_EXPORT_SUPPORT;
  reply.setUint32(out + 32, (offered2 & wanted2) >>> 0, true);
  return {
    setxattrExtended: (offered & INIT.SETXATTR_EXT) !== 0,
    stripsSetgid: minor >= 37,
    directMmap: (offered2 & INIT2.DIRECT_IO_ALLOW_MMAP) !== 0,
    dropsCopied: minor >= 32,
    lookupValidSeconds: minor >= 42 ? VALID_SECONDS : 0,
  };
}

/** struct fuse_setattr_in `valid`. */
export const FATTR = {
  MODE: 1,
  UID: 2,
  GID: 4,
  SIZE: 8,
  ATIME: 0x10,
  MTIME: 0x20,
  FH: 0x40,
  ATIME_NOW: 0x80,
  MTIME_NOW: 0x100,
  CTIME: 0x400,
  KILL_SUIDGID: 0x800,
} as const;

/** The kernel writes back pages of a mapped file: nobody reads how much of it was written, only whether it failed. */
export const WRITE_CACHE = 1;
export const WRITE_KILL_SUIDGID = 4;
export const SETXATTR_ACL_KILL_SGID = 1;
/**
 * Nothing of a file may reach beyond: 16 TiB, the limit of ext4. Refused with EFBIG, because a resync looks at every MiB of a file,
 * and a sparse one of petabytes costs its maker nothing.
 */
export const FILE_LIMIT = 2 ** 44;
/** fuse_open_out.open_flags. Only this mount writes, so the kernel keeps what it has cached. */
export const FOPEN_DIRECT_IO = 1;
export const FOPEN_KEEP_CACHE = 2;
export const FOPEN_CACHE_DIR = 8;
/** Seconds that names and attributes stay valid in the kernel: changes come only through this mount, which the kernel sees. */
export const VALID_SECONDS = 365 * 86400;

/** struct statx offsets (linux/stat.h): the one stat layout that is the same on every architecture. */
export const STATX = {
  SIZE: 256,
  BASIC: 0x7ff,
  BTIME: 0x800,
  nlink: 16,
  uid: 20,
  gid: 24,
  mode: 28,
  ino: 32,
  size: 40,
  blocks: 48,
  atime: 64,
  ctime: 96,
  mtime: 112,
  rdevMajor: 128,
  rdevMinor: 132,
  devMajor: 136,
  devMinor: 140,
} as const;

/** Linux's new_encode_dev. */
export function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** Writes struct fuse_attr (88 bytes) from a struct statx. */
export function writeAttr(
  out: DataView,
  at: number,
  stat: DataView,
  from: number,
): void {
  out.setUint32(at, stat.getUint32(from + STATX.ino, true), true);
  out.setUint32(at + 4, stat.getUint32(from + STATX.ino + 4, true), true);
  out.setUint32(at + 8, stat.getUint32(from + STATX.size, true), true);
  out.setUint32(at + 12, stat.getUint32(from + STATX.size + 4, true), true);
  out.setUint32(at + 16, stat.getUint32(from + STATX.blocks, true), true);
  out.setUint32(at + 20, stat.getUint32(from + STATX.blocks + 4, true), true);
  const times = [STATX.atime, STATX.mtime, STATX.ctime] as const;
  for (let i = 0; i < 3; i++) {
    const t = from + times[i]!;
    out.setUint32(at + 24 + i * 8, stat.getUint32(t, true), true);
    out.setInt32(at + 28 + i * 8, stat.getInt32(t + 4, true), true);
    out.setUint32(at + 48 + i * 4, stat.getUint32(t + 8, true), true);
  }
  out.setUint32(at + 60, stat.getUint16(from + STATX.mode, true), true);
  out.setUint32(at + 64, stat.getUint32(from + STATX.nlink, true), true);
  out.setUint32(at + 68, stat.getUint32(from + STATX.uid, true), true);
  out.setUint32(at + 72, stat.getUint32(from + STATX.gid, true), true);
  out.setUint32(
    at + 76,
    encodeDevice(
      stat.getUint32(from + STATX.rdevMajor, true),
      stat.getUint32(from + STATX.rdevMinor, true),
    ),
    true,
  );
  out.setUint32(at + 80, 4096, true);
  out.setUint32(at + 84, 0, true);
}

/**
 * How long the kernel may keep the attributes of a struct statx. Of a program with setuid or setgid not at all: where who writes to it may
 * do so by a further group or an access list, nobody tells the kernel that it has lost them, and it would run what he wrote with the mode
 * that it had kept.
 */
export function validSeconds(stat: DataView, from: number): number {
  const mode = stat.getUint16(from + STATX.mode, true);
  const runsAsOther = (mode & S_IFMT) === S_IFREG && (mode & 0o6000) !== 0;
  return runsAsOther ? 0 : VALID_SECONDS;
}

/**
 * Writes struct fuse_entry_out (128 bytes); id 0 is a cached "does not exist". The attributes stay valid for `seconds` at most.
 */
export function writeEntry(
  out: DataView,
  at: number,
  id: number,
  stat: DataView,
  from: number,
  seconds = VALID_SECONDS,
): void {
  for (let i = 0; i < 40; i += 4) out.setUint32(at + i, 0, true);
  setU64(out, at, id);
  setU64(out, at + 16, VALID_SECONDS);
  setU64(out, at + 24, Math.min(seconds, validSeconds(stat, from)));
  if (id === 0) {
    for (let i = 40; i < 128; i += 4) out.setUint32(at + i, 0, true);
  } else writeAttr(out, at + 40, stat, from);
}

export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
