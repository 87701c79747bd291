/** Descriptors for the data of inodes, opened when first needed. Some stay open for the next change; the oldest are closed again. */
import { S_IFREG } from "../fuse/abi.ts";
import { E, errno, libc, O } from "../system/libc.ts";
import { procPath } from "./descriptor.ts";
import type { Inode } from "./inode.ts";

/** Open at a time while no application has the file open; a closed one is opened again when needed. */
const MOST = 2048;

export class DataFiles {
  /** In the order in which they were opened. */
  readonly #recent = new Set<Inode>();
  /** Told of a descriptor through which data was written that was noted, before it is closed: see `Volume.onWritten`. */
  onWritten: ((fd: number) => void) | null = null;
  readonly #written = new Set<Inode>();

  /** The descriptor for data; opens it when needed. -errno. */
  open(inode: Inode): number {
    if (inode.dataFd >= 0) return inode.dataFd;
    // A pipe would wait for its other end: whoever asks for its data is a broken or hostile peer.
    if (inode.type !== S_IFREG && !inode.isDirectory) return -E.INVAL;
    const flags = O.NOATIME | O.CLOEXEC |
      (inode.isDirectory ? O.RDONLY | O.DIRECTORY : O.RDWR);
    let fd = libc.open(procPath(inode.fd), flags, 0);
    // Immutable files can be read only.
    if (fd < 0 && errno() === E.PERM) {
      fd = libc.open(procPath(inode.fd), O.RDONLY | O.CLOEXEC, 0);
    }
    if (fd < 0) return -errno();
    inode.dataFd = fd;
    this.keep(inode);
    return fd;
  }

  /** Counts an open data descriptor among those that may be closed again. */
  keep(inode: Inode): void {
    this.#recent.add(inode);
    if (this.#recent.size > MOST) this.#closeOldest();
  }

  #closeOldest(): void {
    let looked = 0;
    for (const inode of this.#recent) {
      if (inode.opens === 0 && inode.pending === 0) {
        this.close(inode);
        return;
      }
      // In use: to the end of the line. Applications may hold more files open than the limit.
      this.#recent.delete(inode);
      this.#recent.add(inode);
      if (++looked === 16) return;
    }
  }

  noteWritten(inode: Inode): void {
    if (this.onWritten) this.#written.add(inode);
  }

  close(inode: Inode): void {
    if (this.#written.delete(inode)) this.onWritten?.(inode.dataFd);
    if (inode.dataFd >= 0) libc.close(inode.dataFd);
    inode.dataFd = -1;
    this.#recent.delete(inode);
  }
}
