/**
 * The libc calls of the replicator, by FFI. Everything is addressed by number: memory comes from `Memory`, which is mmap'ed, page
 * aligned and never moves, so that no call allocates. Results are -1 with `errno()` set, as in C. Linux, x86-64 and arm64.
 */

const arm = Deno.build.arch === "aarch64";

const symbols = {
  open: { parameters: ["usize", "i32", "u32"], result: "i32" },
  openat: { parameters: ["i32", "usize", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "usize", "usize"], result: "i32" },
  write: { parameters: ["i32", "usize", "usize"], result: "i32" },
  pread: {
    name: "pread64",
    parameters: ["i32", "usize", "usize", "i64"],
    result: "i32",
  },
  preadv2: {
    name: "preadv64v2",
    parameters: ["i32", "usize", "i32", "i64", "i32"],
    result: "i32",
  },
  pwrite: {
    name: "pwrite64",
    parameters: ["i32", "usize", "usize", "i64"],
    result: "i32",
  },
  lseek: {
    name: "lseek64",
    parameters: ["i32", "i64", "i32"],
    result: "i64",
  },
  fsync: { parameters: ["i32"], result: "i32" },
  fdatasync: { parameters: ["i32"], result: "i32" },
  syncfs: { parameters: ["i32"], result: "i32" },
  ftruncate: {
    name: "ftruncate64",
    parameters: ["i32", "i64"],
    result: "i32",
  },
  fallocate: {
    name: "fallocate64",
    parameters: ["i32", "i32", "i64", "i64"],
    result: "i32",
  },
  posix_fadvise: {
    name: "posix_fadvise64",
    parameters: ["i32", "i64", "i64", "i32"],
    result: "i32",
  },
  copy_file_range: {
    parameters: ["i32", "usize", "i32", "usize", "usize", "u32"],
    result: "i32",
  },
  fchmodat: { parameters: ["i32", "usize", "u32", "i32"], result: "i32" },
  fchownat: {
    parameters: ["i32", "usize", "u32", "u32", "i32"],
    result: "i32",
  },
  utimensat: { parameters: ["i32", "usize", "usize", "i32"], result: "i32" },
  mkdirat: { parameters: ["i32", "usize", "u32"], result: "i32" },
  symlinkat: { parameters: ["usize", "i32", "usize"], result: "i32" },
  linkat: {
    parameters: ["i32", "usize", "i32", "usize", "i32"],
    result: "i32",
  },
  unlinkat: { parameters: ["i32", "usize", "i32"], result: "i32" },
  readlinkat: {
    parameters: ["i32", "usize", "usize", "usize"],
    result: "i32",
  },
  setxattr: {
    parameters: ["usize", "usize", "usize", "usize", "i32"],
    result: "i32",
  },
  getxattr: {
    parameters: ["usize", "usize", "usize", "usize"],
    result: "i32",
  },
  listxattr: { parameters: ["usize", "usize", "usize"], result: "i32" },
  removexattr: { parameters: ["usize", "usize"], result: "i32" },
  fstatfs: { name: "fstatfs64", parameters: ["i32", "usize"], result: "i32" },
  statx: {
    parameters: ["i32", "usize", "i32", "u32", "usize"],
    result: "i32",
  },
  name_to_handle_at: {
    parameters: ["i32", "usize", "usize", "usize", "i32"],
    result: "i32",
  },
  open_by_handle_at: { parameters: ["i32", "usize", "i32"], result: "i32" },
  mount: {
    parameters: ["usize", "usize", "usize", "u64", "usize"],
    result: "i32",
  },
  umount2: { parameters: ["usize", "i32"], result: "i32" },
  umask: { parameters: ["u32"], result: "u32" },
  setfsuid: { parameters: ["u32"], result: "i32" },
  setfsgid: { parameters: ["u32"], result: "i32" },
  prctl: {
    parameters: ["i32", "u64", "u64", "u64", "u64"],
    result: "i32",
  },
  /** Does not return, or -1. */
  execv: { parameters: ["usize", "usize"], result: "i32" },
  setrlimit: {
    name: "setrlimit64",
    parameters: ["i32", "usize"],
    result: "i32",
  },
  setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
  sched_setscheduler: {
    parameters: ["i32", "i32", "usize"],
    result: "i32",
  },
  sched_yield: { parameters: [], result: "i32" },
  signal: { parameters: ["i32", "usize"], result: "pointer" },
  memcpy: { parameters: ["usize", "usize", "usize"], result: "pointer" },
  poll: { parameters: ["usize", "u64", "i32"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "usize"], result: "i32" },
  bind: { parameters: ["i32", "usize", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "usize", "usize", "i32"], result: "i32" },
  connect: { parameters: ["i32", "usize", "u32"], result: "i32" },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "usize", "u32"],
    result: "i32",
  },
  getsockopt: {
    parameters: ["i32", "i32", "i32", "usize", "usize"],
    result: "i32",
  },
  recv: { parameters: ["i32", "usize", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "usize", "usize", "i32"], result: "i32" },
  pipe2: { parameters: ["usize", "i32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  mknodat: {
    // glibc before 2.33 has no mknodat symbol: the raw call is the same everywhere.
    name: "syscall",
    parameters: ["i64", "i64", "usize", "u64", "u64"],
    result: "i64",
  },
  renameat2: {
    name: "syscall",
    parameters: ["i64", "i64", "usize", "i64", "usize", "u64"],
    result: "i64",
  },
  /** fd, address, number */
  syscall3: {
    name: "syscall",
    parameters: ["i64", "i64", "i64", "i64"],
    result: "i64",
  },
  syscall5: {
    name: "syscall",
    parameters: ["i64", "i64", "i64", "i64", "i64", "i64"],
    result: "i64",
  },
  mmap: {
    name: "mmap64",
    parameters: ["usize", "usize", "i32", "i32", "i32", "i64"],
    result: "pointer",
  },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

type Argument<T> = T extends "usize" | "i32" | "u32" ? number : number | bigint;
type Call<P extends readonly string[], R> = (
  ...args: { -readonly [I in keyof P]: Argument<P[I]> }
) => R extends "i64" ? bigint
  : R extends "pointer" ? Deno.PointerValue
  : number;
type Calls = {
  readonly [K in keyof typeof symbols]: Call<
    (typeof symbols)[K]["parameters"],
    (typeof symbols)[K]["result"]
  >;
};
// Deno's types ask for bigint where it takes numbers as well, and numbers are several times faster (no allocation).
export const libc = Deno.dlopen("libc.so.6", symbols)
  .symbols as unknown as Calls;

/** Raw system call numbers, where glibc 2.31 has no wrapper or the call is not a libc function. */
export const SYS = arm
  ? {
    dup: 23n,
    mknodat: 33n,
    renameat2: 276n,
    getdents64: 61n,
    open_tree: 428n,
    io_setup: 0n,
    io_submit: 2n,
    io_getevents: 4n,
  }
  : {
    dup: 32n,
    mknodat: 259n,
    renameat2: 316n,
    getdents64: 217n,
    open_tree: 428n,
    io_setup: 206n,
    io_submit: 209n,
    io_getevents: 208n,
  };

// O_DIRECTORY, O_NOFOLLOW and O_DIRECT have other values on arm64 (asm/fcntl.h).
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  ACCMODE: 3,
  CREAT: 0o100,
  EXCL: 0o200,
  NONBLOCK: 0o4000,
  DIRECT: arm ? 0o200000 : 0o40000,
  DIRECTORY: arm ? 0o40000 : 0o200000,
  NOFOLLOW: arm ? 0o100000 : 0o400000,
  NOATIME: 0o1000000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
  TMPFILE: 0o20000000 | (arm ? 0o40000 : 0o200000),
} as const;

export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  EMPTY_PATH: 0x1000,
} as const;

export const E = {
  PERM: 1,
  NOENT: 2,
  INTR: 4,
  IO: 5,
  NXIO: 6,
  "2BIG": 7,
  BADF: 9,
  AGAIN: 11,
  NOMEM: 12,
  ACCES: 13,
  BUSY: 16,
  EXIST: 17,
  XDEV: 18,
  NODEV: 19,
  NOTDIR: 20,
  ISDIR: 21,
  INVAL: 22,
  NFILE: 23,
  MFILE: 24,
  NOTTY: 25,
  FBIG: 27,
  NOSPC: 28,
  ROFS: 30,
  MLINK: 31,
  RANGE: 34,
  NAMETOOLONG: 36,
  NOSYS: 38,
  NOTEMPTY: 39,
  LOOP: 40,
  NODATA: 61,
  NOLINK: 67,
  BADMSG: 74,
  OPNOTSUPP: 95,
  ADDRINUSE: 98,
  NOTCONN: 107,
  SHUTDOWN: 108,
  TIMEDOUT: 110,
  INPROGRESS: 115,
  STALE: 116,
  UCLEAN: 117,
  REMOTEIO: 121,
  DQUOT: 122,
  NOMEDIUM: 123,
} as const;

const errnoView = new Deno.UnsafePointerView(libc.__errno_location()!);
/** errno of this thread's last failed call. Valid only right after a synchronous call. */
export function errno(): number {
  return errnoView.getInt32();
}

/** The address of a Worker's own errno is another one: a Worker imports this file anew and gets its own view. */

// Mapped memory is never unmapped, because a view of it may live on: what comes and goes costs no more than what is here at once.
const spare = new Map<number, Memory[]>();

/** A piece of memory that never moves: its address for libc, its bytes for us. */
export class Memory {
  /** Bytes mapped by this process so far. */
  static mapped = 0;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly size: number;

  constructor(size: number) {
    const PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22;
    const pointer = libc.mmap(
      0,
      size,
      PROT_READ_WRITE,
      MAP_PRIVATE_ANONYMOUS,
      -1,
      0n,
    );
    const address = Number(Deno.UnsafePointer.value(pointer));
    if (pointer === null || address < 0 || address > 2 ** 52) {
      throw new RangeError(
        `Cannot map ${size} bytes of memory: errno ${errno()}`,
      );
    }
    Memory.mapped += size;
    this.address = address;
    this.size = size;
    const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** One that was given back, with what stands in it, or a new one. */
  static take(size: number): Memory {
    return spare.get(size)?.pop() ?? new Memory(size);
  }

  /** For the next one that takes this size. The owner must not touch it any more. */
  giveBack(): void {
    const alike = spare.get(this.size);
    if (alike) alike.push(this);
    else spare.set(this.size, [this]);
  }

  /** Writes `text` as a C string at `offset`, returns its address. */
  string(text: string | Uint8Array, offset = 0): number {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    if (offset + bytes.length + 1 > this.size) {
      throw new RangeError("C string too long");
    }
    this.bytes.set(bytes, offset);
    this.bytes[offset + bytes.length] = 0;
    return this.address + offset;
  }
}
const encoder = new TextEncoder();

const ERRORS = new Map<number, string>(
  Object.entries(E).map(([name, value]) => [value, `E${name}`]),
);
/** "ENOSPC" for 28. */
export function errnoName(code: number): string {
  return ERRORS.get(code) ?? `errno ${code}`;
}

/** A libc call that failed where we cannot go on. */
export class ErrnoError extends Error {
  constructor(what: string, readonly code: number = errno()) {
    super(`${what}: ${errnoName(code)}`);
  }
}
