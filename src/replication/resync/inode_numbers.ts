/**
 * Which inode was seen with which id, four bytes for each: a copy that was made with all attributes (cp -a as root, a snapshot within the
 * directory) has the ids of what it was made of, and two files that are taken for one would get each other's data.
 */
import { STATX } from "../../fuse/abi.ts";
import { getU64 } from "../../system/u64.ts";
import { stat } from "../descriptor.ts";

/** Following ids, which files made together have. */
const GROUP = 256;

export class InodeNumbers {
  readonly #groups = new Map<number, Uint32Array>();

  /** Notes the inode that statFd() has just read; false: another one was seen with this id. */
  notes(id: number): boolean {
    const group = Math.floor(id / GROUP);
    let numbers = this.#groups.get(group);
    if (!numbers) this.#groups.set(group, numbers = new Uint32Array(GROUP));
    const seen = numbers[id % GROUP]!, now = digest();
    if (seen === 0) numbers[id % GROUP] = now;
    return seen === 0 || seen === now;
  }
}

/** Never 0. Two inodes with one digest of billions are rarer than two with one id. */
function digest(): number {
  const { view, at } = stat;
  const ino = getU64(view, at + STATX.ino);
  const device = Math.imul(
    view.getUint32(at + STATX.devMajor, true) * 4096 +
      view.getUint32(at + STATX.devMinor, true),
    0x9e3779b1,
  );
  return ((ino ^ Math.imul(Math.floor(ino / 2 ** 32), 0x85ebca6b) ^ device) >>>
    0) || 1;
}
