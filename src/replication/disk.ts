/**
 * The file system below a mirrored directory, to be made durable. The kernel tells a failure of writing back once to each descriptor
 * that was open at the time; one that is opened later hears nothing of what somebody else's syncfs has been told. So a volume keeps one
 * descriptor for as long as it is in use. (Before Linux 5.8 syncfs tells none of these failures at all.)
 */
import { errno, ErrnoError, libc, Memory, O } from "../system/libc.ts";
import { AIDE, type Aide } from "./aide.ts";
import { readId, writeId } from "./id_xattr.ts";
import { isSick } from "./sick_disk.ts";

/** As volume.ts gives it. */
const ROOT = 1;
const HERE = new Memory(4096);
HERE.string(".");

/**
 * The same on the thread that calls. syncfs answers 0 on a file system that has just failed: nothing is to be written on one that has
 * become read-only, and ext4 (before 6.13), Btrfs and all of Linux 5.4 pass over the commit that made it so. What such a one refuses is
 * a change, so one is tried: the directory's id, as it stands. Where nothing else has changed ext4 writes nothing for it.
 */
export function syncHere(fd: number): number {
  if (libc.syncfs(fd) !== 0) return errno();
  const id = readId(fd);
  // Where somebody has taken it away it comes back.
  const refused = id < 0 ? -id : writeId(fd, id || ROOT);
  // A full one takes no change either, and has lost nothing.
  return isSick(refused) ? refused : 0;
}

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
