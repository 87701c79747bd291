/** The id of an inode: equal on both copies, in a trusted xattr that no application sees. And a mirrored directory's epoch (epoch.ts) and token (folder_tokens.ts). */
import { E, errno, libc, Memory } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import { procPath } from "./descriptor.ts";

const memory = new Memory(4096);
const ID = 0, EPOCH = 128, TOKEN = 192, VALUE = 256;
memory.string("trusted.hakit.id", ID);
memory.string("trusted.hakit.epoch", EPOCH);
memory.string("trusted.hakit.token", TOKEN);

/** What the system says of an inode that has none, or what is none of ours. */
const NONE = new Set<number>([E.NODATA, E.OPNOTSUPP, E.RANGE]);

/** The id in the xattr of the inode behind `fd`; 0: none; -errno: nobody can say. */
export function readId(fd: number): number {
  return read(fd, ID) ?? 0;
}

/** Gives the inode behind `fd` its id; 0 or errno. */
export function writeId(fd: number, id: number): number {
  return write(fd, ID, id);
}

/** The epoch that the mirrored directory behind `fd` remembers; null: none; -errno. */
export function readEpoch(fd: number): number | null {
  return read(fd, EPOCH);
}

/** Has the mirrored directory behind `fd` remember it; 0 or errno. */
export function writeEpoch(fd: number, epoch: number): number {
  return write(fd, EPOCH, epoch);
}

/** The token of the mirrored directory behind `fd`; null: none; -errno. */
export function readToken(fd: number): number | null {
  return read(fd, TOKEN);
}

/** 0 or errno. */
export function writeToken(fd: number, token: number): number {
  return write(fd, TOKEN, token);
}

function read(fd: number, name: number): number | null {
  const length = libc.getxattr(
    procPath(fd),
    memory.address + name,
    memory.address + VALUE,
    8,
  );
  if (length === 8) return getU64(memory.view, VALUE);
  const error = length < 0 ? errno() : 0;
  return error === 0 || NONE.has(error) ? null : -error;
}

function write(fd: number, name: number, value: number): number {
  setU64(memory.view, VALUE, value);
  return libc.setxattr(
      procPath(fd),
      memory.address + name,
      memory.address + VALUE,
      8,
      0,
    ) === 0
    ? 0
    : errno();
}

/** Takes the id away from the inode behind `fd`; 0: done. */
export function removeId(fd: number): number {
  return libc.removexattr(procPath(fd), memory.address + ID);
}
