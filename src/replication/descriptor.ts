/** What an O_PATH descriptor tells: attributes, the path that the kernel knows, and the way to calls that want a path. */
import { getU64 } from "../system/u64.ts";
import { STATX } from "../fuse/abi.ts";
import { AT, errno, libc, Memory } from "../system/libc.ts";

const memory = new Memory(16 * 1024);
const PROC = 0, STAT = 128, EMPTY = 512, PATH = 1024;
/** Longer ones exist and cannot be told by the kernel. */
const MAX_PATH = 8192;
memory.string("/proc/self/fd/", PROC);
memory.string("", EMPTY);

/** The last statx() lands here. */
export const stat: { readonly view: DataView; readonly at: number } = {
  view: memory.view,
  at: STAT,
};

/** Address of "/proc/self/fd/N": how an O_PATH descriptor is reached by calls that want a path. Valid until the next call. */
export function procPath(fd: number): number {
  let at = PROC + 14;
  const digits = String(fd);
  for (let i = 0; i < digits.length; i++) {
    memory.bytes[at++] = digits.charCodeAt(i);
  }
  memory.bytes[at] = 0;
  return memory.address + PROC;
}

/** statx of the inode behind an O_PATH descriptor into `stat`; 0 or errno. */
export function statFd(fd: number): number {
  return libc.statx(
      fd,
      memory.address + EMPTY,
      AT.EMPTY_PATH,
      STATX.BASIC,
      memory.address + STAT,
    ) === 0
    ? 0
    : errno();
}

/** Inode number; -1: it cannot be read. */
export function inoOf(fd: number): number {
  return statFd(fd) === 0 ? getU64(memory.view, STAT + STATX.ino) : -1;
}

export function statMode(): number {
  return memory.view.getUint16(STAT + STATX.mode, true);
}

/** Where the system says that a descriptor's inode is; null: it cannot tell. */
export function readPath(fd: number): Uint8Array | null {
  const length = libc.readlinkat(
    AT.FDCWD,
    procPath(fd),
    memory.address + PATH,
    MAX_PATH,
  );
  return length < 0 ? null : memory.bytes.slice(PATH, PATH + length);
}
