/**
 * The last descriptor of a large file without a name frees its blocks: on a slow disk with hundreds of GB longer than the peer waits for a
 * word of this loop. So the second thread closes it. A crash in between is the file system's to clean up after, as after any.
 */
import { AIDE, type Aide } from "./aide.ts";

/** Bytes on the disk; less is freed in some milliseconds. */
export const LARGE = 1 << 30;

export class LargeFiles {
  readonly #waiting: number[] = [];
  #closing = false;

  constructor(readonly aide: Pick<Aide, "run">) {}

  /** Closes `fd`, which is nobody else's any more, beside the loop. */
  close(fd: number): void {
    this.#waiting.push(fd);
    if (!this.#closing) this.#next();
  }

  /** One after the other, so that what is to be synced meanwhile waits for one of them only. */
  #next(): void {
    const fd = this.#waiting.shift();
    this.#closing = fd !== undefined;
    if (fd === undefined) return;
    this.aide.run(AIDE.CLOSE, fd, null, () => this.#next());
  }
}
