/** The id of an inode: equal on both copies, in a trusted xattr that no application sees. */
import { E, errno, libc, Memory } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import { procPath } from "./descriptor.ts";

const memory = new Memory(4096);
const NAME = 0, VALUE = 256;
memory.string("trusted.hakit.id", NAME);

/** What the system says of an inode that has no id, or has what is none. */
const NONE = new Set<number>([E.NODATA, E.OPNOTSUPP, E.RANGE]);

/** The id in the xattr of the inode behind `fd`; 0: none; -errno: nobody can say. */
export function readId(fd: number): number {
  const length = libc.getxattr(
    procPath(fd),
    memory.address + NAME,
    memory.address + VALUE,
    8,
  );
  if (length === 8) return getU64(memory.view, VALUE);
  const error = length < 0 ? errno() : 0;
  return error === 0 || NONE.has(error) ? 0 : -error;
}

/** Gives the inode behind `fd` its id; 0 or errno. */
export function writeId(fd: number, id: number): number {
  setU64(memory.view, VALUE, id);
  return libc.setxattr(
      procPath(fd),
      memory.address + NAME,
      memory.address + VALUE,
      8,
      0,
    ) === 0
    ? 0
    : errno();
}

/** Takes the id away from the inode behind `fd`; 0: done. */
export function removeId(fd: number): number {
  return libc.removexattr(procPath(fd), memory.address + NAME);
}
