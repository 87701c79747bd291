/** Closes descriptors of files without a name: where that frees much of the disk, beside the loop (large_files.ts). */
import { S_IFMT, S_IFREG, STATX } from "../fuse/abi.ts";
import { libc } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import { stat, statFd, statMode } from "./descriptor.ts";

/** Closes, beside the loop, the last descriptor of a file with so many bytes on the disk. */
export interface Large {
  readonly from: number;
  close(fd: number): void;
}

export class LastClose {
  readonly #large: Large | null;
  /** Of a large file that nobody knows, whose name is being taken away; -1: none. */
  #doomed = -1;

  constructor(large: Large | null) {
    this.#large = large;
  }

  /** Of a file whose name is about to be taken away: closed now, or when the name is gone. */
  closeBefore(fd: number): void {
    if (this.#isLarge(fd)) this.#doomed = fd;
    else libc.close(fd);
  }

  nameGone(): void {
    if (this.#doomed >= 0) this.close(this.#doomed);
    this.#doomed = -1;
  }

  close(fd: number): void {
    const frees = this.#isLarge(fd) &&
      stat.view.getUint32(stat.at + STATX.nlink, true) === 0;
    if (frees) this.#large!.close(fd);
    else libc.close(fd);
  }

  /** `stat` tells of it then. */
  #isLarge(fd: number): boolean {
    return this.#large !== null && statFd(fd) === 0 &&
      (statMode() & S_IFMT) === S_IFREG &&
      getU64(stat.view, stat.at + STATX.blocks) * 512 >= this.#large.from;
  }
}
