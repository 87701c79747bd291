/**
 * The file-system calls that Deno lacks, for tests: every function answers like
 * the kernel does, a value or a negative errno, and takes names as bytes (a
 * "binary string": one character a byte), because names need not be UTF-8.
 * Paths are relative to a directory descriptor, so that nothing leaves a tree.
 */

const SYSCALL = Deno.build.arch === "aarch64"
  ? { mknodat: 33, setgroups: 159 }
  : { mknodat: 259, setgroups: 116 };

const library = Deno.dlopen("libc.so.6", {
  __errno_location: { parameters: [], result: "pointer" },
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
  pread_at: {
    name: "pread",
    parameters: ["i32", "usize", "usize", "i64"],
    result: "isize",
  },
  pwrite_at: {
    name: "pwrite",
    parameters: ["i32", "usize", "usize", "i64"],
    result: "isize",
  },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  truncate: { parameters: ["buffer", "i64"], result: "i32" },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  fsync: { parameters: ["i32"], result: "i32" },
  fdatasync: { parameters: ["i32"], result: "i32" },
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  renameat2: {
    parameters: ["i32", "buffer", "i32", "buffer", "u32"],
    result: "i32",
  },
  linkat: {
    parameters: ["i32", "buffer", "i32", "buffer", "i32"],
    result: "i32",
  },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  readlinkat: {
    parameters: ["i32", "buffer", "buffer", "usize"],
    result: "isize",
  },
  fchmodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fchownat: {
    parameters: ["i32", "buffer", "u32", "u32", "i32"],
    result: "i32",
  },
  utimensat: {
    parameters: ["i32", "buffer", "buffer", "i32"],
    result: "i32",
  },
  futimens: { parameters: ["i32", "buffer"], result: "i32" },
  faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  statx: {
    parameters: ["i32", "buffer", "i32", "u32", "buffer"],
    result: "i32",
  },
  statfs: { parameters: ["buffer", "buffer"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  setxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize", "i32"],
    result: "i32",
  },
  getxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize"],
    result: "isize",
  },
  listxattr: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  removexattr: { parameters: ["buffer", "buffer"], result: "i32" },
  copy_file_range: {
    parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"],
    result: "isize",
  },
  mmap: {
    parameters: ["usize", "usize", "i32", "i32", "i32", "i64"],
    result: "usize",
  },
  munmap: { parameters: ["usize", "usize"], result: "i32" },
  msync: { parameters: ["usize", "usize", "i32"], result: "i32" },
  memcpy: { parameters: ["usize", "buffer", "usize"], result: "usize" },
  setfsuid: { parameters: ["u32"], result: "i32" },
  setfsgid: { parameters: ["u32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  syscall: {
    parameters: ["i64", "u64", "buffer", "u64", "u64"],
    result: "i64",
  },
  umask: { parameters: ["u32"], result: "u32" },
});
const c = library.symbols;

/** Directory descriptor that means "the current folder". */
export const AT_FDCWD = -100;
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NONBLOCK = 0o4000;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_DSYNC = 0o10000;
export const O_SYNC = 0o4010000;
export const O_PATH = 0o10000000;
const ARM = Deno.build.arch === "aarch64";
export const O_TMPFILE = 0o20000000 | (ARM ? 0o40000 : 0o200000);
export const O_DIRECT = ARM ? 0o200000 : 0o40000;
export const O_DIRECTORY = ARM ? 0o40000 : 0o200000;
export const O_NOFOLLOW = ARM ? 0o100000 : 0o400000;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
/** Leaves an owner or a group as it is. */
export const KEEP = 0xffffffff;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;

export const S_IFMT = 0o170000;
export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_IFDIR = 0o040000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
export const S_IFSOCK = 0o140000;

export interface Stat {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Device and inode, as one text: equal exactly for hard links. */
  readonly id: string;
  readonly rdev: string;
  readonly blocks: number;
  readonly mtimeNs: bigint;
  readonly atimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Bytes of a binary string, closed by a zero, as C wants them. */
export function cstring(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A path given by a person or by Deno (UTF-16) as the binary string used here. */
export function native(path: string): string {
  return binary(new TextEncoder().encode(path));
}

export function binary(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A binary string as a person can read it: odd bytes in hexadecimal. */
export function shown(name: string): string {
  return name.replace(
    /[^\x20-\x7e]/g,
    (ch) => `\\x${ch.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

// One thread makes all the calls, so its errno stays where it is.
const errnoView = new Deno.UnsafePointerView(c.__errno_location()!);
function errno(): number {
  return errnoView.getInt32();
}
/** -1 becomes -errno; anything else is the call's own answer. */
function answer(result: number | bigint): number {
  const value = Number(result);
  return value === -1 ? -errno() : value;
}

export function open(dir: number, path: string, flags: number, mode = 0) {
  return answer(c.openat(dir, cstring(path), flags, mode));
}
export function close(fd: number) {
  return answer(c.close(fd));
}
export function pread(fd: number, into: Uint8Array<ArrayBuffer>, at: number) {
  return answer(c.pread(fd, into, BigInt(into.length), BigInt(at)));
}
export function pwrite(fd: number, from: Uint8Array<ArrayBuffer>, at: number) {
  return answer(c.pwrite(fd, from, BigInt(from.length), BigInt(at)));
}
/** The same with memory named by its address, which need not be there. */
export function preadTo(fd: number, address: bigint, size: number, at: number) {
  return answer(c.pread_at(fd, address, BigInt(size), BigInt(at)));
}
export function pwriteFrom(
  fd: number,
  address: bigint,
  size: number,
  at: number,
) {
  return answer(c.pwrite_at(fd, address, BigInt(size), BigInt(at)));
}
/** Address of a page of memory behind which there is none. */
export function lastPage(): bigint {
  const address = c.mmap(0n, 8192n, 3, 0x22, -1, 0n);
  if (address === 0xffffffffffffffffn) throw new Error("Cannot map memory");
  c.munmap(address + 4096n, 4096n);
  return address;
}
export function ftruncate(fd: number, size: number) {
  return answer(c.ftruncate(fd, BigInt(size)));
}
/** Through the magic link of an open (or O_PATH) descriptor: a truncate without a file handle. */
export function truncateOf(fd: number, size: number) {
  return answer(c.truncate(cstring(`/proc/self/fd/${fd}`), BigInt(size)));
}
export function fallocate(fd: number, mode: number, at: number, size: number) {
  return answer(c.fallocate(fd, mode, BigInt(at), BigInt(size)));
}
export function lseek(fd: number, at: number, whence: number) {
  return answer(c.lseek(fd, BigInt(at), whence));
}
export function fsync(fd: number) {
  return answer(c.fsync(fd));
}
export function fdatasync(fd: number) {
  return answer(c.fdatasync(fd));
}
export function mkdir(dir: number, path: string, mode: number) {
  return answer(c.mkdirat(dir, cstring(path), mode));
}
export function unlink(dir: number, path: string) {
  return answer(c.unlinkat(dir, cstring(path), 0));
}
export function rmdir(dir: number, path: string) {
  return answer(c.unlinkat(dir, cstring(path), AT_REMOVEDIR));
}
export function rename(dir: number, from: string, to: string, flags = 0) {
  return answer(c.renameat2(dir, cstring(from), dir, cstring(to), flags));
}
export function link(dir: number, from: string, to: string, flags = 0) {
  return answer(c.linkat(dir, cstring(from), dir, cstring(to), flags));
}
export function symlink(target: string, dir: number, path: string) {
  return answer(c.symlinkat(cstring(target), dir, cstring(path)));
}
export function readlink(dir: number, path: string): string | number {
  const buffer = new Uint8Array(4096);
  const n = answer(c.readlinkat(dir, cstring(path), buffer, 4096n));
  return n < 0 ? n : binary(buffer.subarray(0, n));
}
export function chmod(dir: number, path: string, mode: number) {
  return answer(c.fchmodat(dir, cstring(path), mode, 0));
}
export function fchmod(fd: number, mode: number) {
  return answer(c.fchmod(fd, mode));
}
/** 0xffffffff leaves an owner as it is. */
export function lchown(dir: number, path: string, uid: number, gid: number) {
  return answer(
    c.fchownat(dir, cstring(path), uid, gid, AT_SYMLINK_NOFOLLOW),
  );
}
/** Like lchown, but of what a symlink leads to. */
export function chown(dir: number, path: string, uid: number, gid: number) {
  return answer(c.fchownat(dir, cstring(path), uid, gid, 0));
}
export function fchown(fd: number, uid: number, gid: number) {
  return answer(c.fchownat(fd, cstring(""), uid, gid, AT_EMPTY_PATH));
}
export function truncate(path: string, size: number | bigint) {
  return answer(c.truncate(cstring(path), BigInt(size)));
}
/** A first name for a file made with O_TMPFILE, or another one for any open file. */
export function linkOf(fd: number, dir: number, to: string) {
  return link(dir, `/proc/self/fd/${fd}`, to, AT_SYMLINK_FOLLOW);
}
export function access(dir: number, path: string, mode: number) {
  return answer(c.faccessat(dir, cstring(path), mode, 0));
}

export const UTIME_NOW = 0x3fffffff;
export const UTIME_OMIT = 0x3ffffffe;
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}
export function utimens(dir: number, path: string, atime: Time, mtime: Time) {
  return answer(
    c.utimensat(dir, cstring(path), times(atime, mtime), AT_SYMLINK_NOFOLLOW),
  );
}
/** Follows symlinks; null: both now, as utime(path, NULL). */
export function utimensat(
  dir: number,
  path: string,
  set: readonly [Time, Time] | null,
) {
  return answer(
    c.utimensat(dir, cstring(path), set ? times(...set) : null, 0),
  );
}
export function futimens(fd: number, atime: Time, mtime: Time) {
  return answer(c.futimens(fd, times(atime, mtime)));
}
function times(atime: Time, mtime: Time) {
  const spec = new BigInt64Array(4);
  spec[0] = BigInt(atime.seconds);
  spec[1] = BigInt(atime.nanoseconds);
  spec[2] = BigInt(mtime.seconds);
  spec[3] = BigInt(mtime.nanoseconds);
  return spec;
}

export function mknod(
  dir: number,
  path: string,
  mode: number,
  major: number,
  minor: number,
) {
  // glibc before 2.33 has no mknodat symbol. Kernel's encoding: new_encode_dev.
  const rdev = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
  return answer(
    c.syscall(
      BigInt(SYSCALL.mknodat),
      BigInt(dir),
      cstring(path),
      BigInt(mode),
      BigInt(rdev),
    ),
  );
}

const statBuffer = new Uint8Array(256);
const statView = new DataView(statBuffer.buffer);
/** Like lstat; an empty path means the descriptor itself. */
export function stat(dir: number, path: string): Stat | number {
  const flags = AT_SYMLINK_NOFOLLOW | (path === "" ? AT_EMPTY_PATH : 0);
  const result = answer(
    c.statx(dir, cstring(path), flags, STATX_BASIC_STATS, statBuffer),
  );
  if (result < 0) return result;
  const v = statView;
  const time = (at: number) =>
    v.getBigInt64(at, true) * 1_000_000_000n +
    BigInt(v.getUint32(at + 8, true));
  return {
    nlink: v.getUint32(16, true),
    uid: v.getUint32(20, true),
    gid: v.getUint32(24, true),
    mode: v.getUint16(28, true),
    size: Number(v.getBigUint64(40, true)),
    blocks: Number(v.getBigUint64(48, true)),
    atimeNs: time(64),
    ctimeNs: time(96),
    mtimeNs: time(112),
    rdev: `${v.getUint32(128, true)}:${v.getUint32(132, true)}`,
    id: `${v.getUint32(136, true)}:${v.getUint32(140, true)}:${
      v.getBigUint64(32, true)
    }`,
  };
}

/** Blocks, block size and longest name of the file system below a descriptor. */
export function statfs(fd: number) {
  const buffer = new BigInt64Array(16);
  const result = answer(c.statfs(cstring(`/proc/self/fd/${fd}`), buffer));
  if (result < 0) return result;
  return {
    type: Number(buffer[0]),
    blockSize: Number(buffer[1]),
    blocks: Number(buffer[2]),
    free: Number(buffer[3]),
    nameLength: Number(buffer[8]),
  };
}

/** Birth time in nanoseconds since 1970; null: this file system has none. */
export function birth(dir: number, path: string): bigint | number | null {
  const STATX_BTIME = 0x800;
  const result = answer(
    c.statx(dir, cstring(path), AT_SYMLINK_NOFOLLOW, STATX_BTIME, statBuffer),
  );
  if (result < 0) return result;
  if ((statView.getUint32(0, true) & STATX_BTIME) === 0) return null;
  return statView.getBigInt64(80, true) * 1_000_000_000n +
    BigInt(statView.getUint32(88, true));
}

export interface Position {
  readonly name: string;
  /** Where a reader that has seen this name goes on: lseek() of the directory. */
  readonly next: bigint;
}
/** The next names of an open directory from where it stands, about `size` bytes of them, with "." and ".."; empty at the end. */
export function someNames(fd: number, size: number): Position[] | number {
  const n = answer(c.getdents64(fd, entries, BigInt(size)));
  if (n < 0) return n;
  const list: Position[] = [];
  const view = new DataView(entries.buffer);
  for (let at = 0; at < n; at += view.getUint16(at + 16, true)) {
    const end = entries.indexOf(0, at + 19);
    list.push({
      name: binary(entries.subarray(at + 19, end)),
      next: view.getBigInt64(at + 8, true),
    });
  }
  return list;
}
export function seekTo(fd: number, at: bigint) {
  return answer(c.lseek(fd, at, 0));
}

const entries = new Uint8Array(64 * 1024);
/** All names of an open directory, from its beginning, without "." and "..". */
export function names(fd: number): string[] | number {
  const list: string[] = [];
  const view = new DataView(entries.buffer);
  const rewound = lseek(fd, 0, 0);
  if (rewound < 0) return rewound;
  for (;;) {
    const n = answer(c.getdents64(fd, entries, BigInt(entries.length)));
    if (n < 0) return n;
    if (n === 0) return list;
    for (let at = 0; at < n; at += view.getUint16(at + 16, true)) {
      let end = at + 19;
      while (entries[end] !== 0) end++;
      const name = binary(entries.subarray(at + 19, end));
      if (name !== "." && name !== "..") list.push(name);
    }
  }
}

export function setxattr(
  fd: number,
  name: string,
  value: Uint8Array<ArrayBuffer>,
  flags: number,
) {
  return answer(
    c.setxattr(
      cstring(`/proc/self/fd/${fd}`),
      cstring(name),
      value,
      BigInt(value.length),
      flags,
    ),
  );
}
const attribute = new Uint8Array(64 * 1024);
export function getxattr(fd: number, name: string): string | number {
  const n = answer(
    c.getxattr(
      cstring(`/proc/self/fd/${fd}`),
      cstring(name),
      attribute,
      BigInt(attribute.length),
    ),
  );
  return n < 0 ? n : binary(attribute.subarray(0, n));
}
export function listxattr(fd: number): string[] | number {
  const n = answer(
    c.listxattr(
      cstring(`/proc/self/fd/${fd}`),
      attribute,
      BigInt(attribute.length),
    ),
  );
  if (n < 0) return n;
  return binary(attribute.subarray(0, n)).split("\0").filter((x) => x).sort();
}
export function removexattr(fd: number, name: string) {
  return answer(
    c.removexattr(cstring(`/proc/self/fd/${fd}`), cstring(name)),
  );
}

export function copyRange(
  from: number,
  fromAt: number,
  to: number,
  toAt: number,
  size: number,
) {
  const a = new BigInt64Array([BigInt(fromAt)]);
  const b = new BigInt64Array([BigInt(toAt)]);
  return answer(c.copy_file_range(from, a, to, b, BigInt(size), 0));
}

/** Writes through a shared mapping and msync; the file must reach to the end of it. */
export function writeMapped(
  fd: number,
  data: Uint8Array<ArrayBuffer>,
  at: number,
): number {
  const page = at - (at % 4096);
  const size = BigInt(at - page + data.length);
  const address = c.mmap(0n, size, 3, 1, fd, BigInt(page));
  if (address === 0xffffffffffffffffn) return -errno();
  c.memcpy(address + BigInt(at - page), data, BigInt(data.length));
  const synced = answer(c.msync(address, size, 4));
  c.munmap(address, size);
  return synced;
}

/** Page-aligned memory, as O_DIRECT wants it. */
export function alignedBuffer(size: number): Uint8Array<ArrayBuffer> {
  const address = c.mmap(0n, BigInt(size), 3, 0x22, -1, 0n);
  if (address === 0xffffffffffffffffn) {
    throw new Error(`Cannot map ${size} bytes of memory: errno ${errno()}`);
  }
  const pointer = Deno.UnsafePointer.create(address)!;
  return new Uint8Array(
    Deno.UnsafePointerView.getArrayBuffer(pointer, size),
  );
}

/** Owner, group and extra groups with which this thread's file calls are checked. */
export function actAs(uid: number, gid: number, groups: readonly number[]) {
  if (uid !== 0) {
    setgroups(groups);
    c.setfsgid(gid);
    c.setfsuid(uid);
    return;
  }
  c.setfsuid(0);
  c.setfsgid(gid);
  setgroups(groups);
}
function setgroups(groups: readonly number[]) {
  // The raw call: libc's would change every thread of Deno.
  c.syscall(
    BigInt(SYSCALL.setgroups),
    BigInt(groups.length),
    new Uint32Array(groups),
    0n,
    0n,
  );
}
export function umask(mask: number) {
  return c.umask(mask);
}
