/**
 * Whether a disk has room for what is answered before it is written: a write that finds it full afterwards can only be told at the
 * next fsync. With little room left every write waits until it is done.
 */
import { libc, Memory } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";

/** All that can be under way, several times. */
const ENOUGH = 256 << 20;
const ASK_MS = 100;
const memory = new Memory(4096);

export class Room {
  #askAt = 0;
  #enough = false;

  /** `fd`: of the file system's root or anything in it. */
  constructor(readonly fd: number) {}

  isEnough(now: number): boolean {
    if (now < this.#askAt) return this.#enough;
    this.#askAt = now + ASK_MS;
    // struct statfs64: long type, bsize, blocks, bfree, bavail
    const told = libc.fstatfs(this.fd, memory.address) === 0;
    const free = getU64(memory.view, 32) * getU64(memory.view, 8);
    return this.#enough = told && free >= ENOUGH;
  }
}
