/**
 * The file system below a mirrored directory, to be made durable. The kernel tells a failure of writing back once to each descriptor
 * that was open at the time; one that is opened later hears nothing of what somebody else's syncfs has been told. So a volume keeps one
 * descriptor for as long as it is in use. (Before Linux 5.8 syncfs tells none of these failures at all.)
 */
import { ErrnoError, libc, Memory, O } from "../system/libc.ts";
import { AIDE, type Aide } from "./aide.ts";

const HERE = new Memory(4096);
HERE.string(".");

export class Disk {
  readonly #fd: number;
  #waiting = 0;
  #closed = false;

  /** `backing`: of the directory; syncfs itself takes no O_PATH descriptor. */
  constructor(backing: number) {
    const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
    this.#fd = libc.openat(backing, HERE.address, flags, 0);
    if (this.#fd < 0) throw new ErrnoError("Cannot open a mirrored directory");
  }

  /** Makes everything on it durable, beside the loop: 0 or errno. */
  sync(aide: Pick<Aide, "run">, done: (error: number) => void): void {
    this.#waiting++;
    aide.run(AIDE.SYNCFS, this.#fd, null, (error) => {
      this.#waiting--;
      this.#release();
      done(error);
    });
  }

  /** What the second thread has not come to yet keeps the descriptor: its number would be another file's. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #release(): void {
    if (this.#closed && this.#waiting === 0) libc.close(this.#fd);
  }
}
