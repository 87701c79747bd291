/**
 * Open directories of one mount: each has a descriptor of its own, whose position is the kernel's cookie. A position survives names
 * that are made or removed meanwhile as far as it does in the file system below.
 */
import { procPath, stat, statFd } from "../replication/descriptor.ts";
import { type DirectoryEntry, readEntries } from "../replication/directory.ts";
import type { Inode } from "../replication/inode.ts";
import { isHidden } from "../replication/name.ts";
import type { Volume } from "../replication/volume.ts";
import { E, errno, ErrnoError, libc, Memory, O } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import {
  FOPEN_CACHE_DIR,
  FOPEN_KEEP_CACHE,
  MAX_WRITE,
  type Negotiated,
  writeEntry,
} from "./abi.ts";
import {
  type Answer,
  BODY,
  OUT,
  reply,
  request,
  writeOpen,
} from "./request.ts";

/** struct fuse_entry_out, before each entry of READDIRPLUS. */
const ENTRY = 128;
/** A name of 255 bytes as the system packs it must fit. */
const LEAST = 512;
const memory = new Memory(4096);

interface Open {
  readonly fd: number;
  /** Cookie of the place where the descriptor stands. */
  at: bigint;
}

export class Directories {
  readonly #open = new Map<number, Open>();
  #next = 1;

  constructor(readonly volume: Volume) {}

  open(inode: Inode, answer: Answer): void {
    const fd = libc.open(
      procPath(inode.fd),
      O.RDONLY | O.DIRECTORY | O.NOATIME | O.CLOEXEC,
      0,
    );
    if (fd < 0) return answer(errno());
    const handle = this.#next++;
    this.#open.set(handle, { fd, at: 0n });
    writeOpen(OUT, handle, FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR);
    answer(0, 16);
  }

  /** `plus`: with each name what LOOKUP would answer this kernel. It asks so where somebody looks at what he lists. */
  read(
    inode: Inode,
    plus: Pick<Negotiated, "lookupValidSeconds"> | null,
    answer: Answer,
  ): void {
    const view = request.view;
    const open = this.#open.get(getU64(view, BODY));
    if (open === undefined) return answer(E.BADF);
    const offset = view.getBigUint64(BODY + 8, true);
    const limit = Math.min(view.getUint32(BODY + 16, true), MAX_WRITE);
    try {
      // At the beginning even when there: it begins anew, with the names that are there now.
      if (offset !== open.at || offset === 0n) {
        if (Number(libc.lseek(open.fd, offset, 0)) < 0) return answer(errno());
        open.at = offset;
      }
      // Not more than fits in the worst case (names of one byte), so that the descriptor stands where the next request begins.
      const room = Math.floor(limit * (plus ? 0.15 : 0.75));
      let used = 0;
      // A buffer full of names that are not shown is not the end.
      while (used === 0) {
        const entries = readEntries(open.fd, Math.max(room, LEAST));
        if (entries.length === 0) break;
        for (const entry of entries) {
          if (inode === this.volume.root && isHidden(entry.name)) {
            open.at = entry.next;
            continue;
          }
          const size = (plus ? ENTRY : 0) + (24 + entry.name.length + 7 & ~7);
          if (used + size > limit) break;
          if (plus) {
            this.#look(inode, entry, OUT + used, plus.lookupValidSeconds);
          }
          write(entry, OUT + used + (plus ? ENTRY : 0));
          used += size;
          open.at = entry.next;
        }
      }
      answer(0, used);
    } catch (error) {
      // Where the descriptor stands is not known: the next request seeks.
      open.at = -1n;
      answer(error instanceof ErrnoError ? error.code : E.IO);
    }
  }

  /** Writes what a LOOKUP of the entry would answer; id 0 (the kernel asks when it needs it) where there is no such answer. */
  #look(
    parent: Inode,
    entry: DirectoryEntry,
    to: number,
    seconds: number,
  ): void {
    if (!entry.dots) {
      const inode = this.volume.lookup(parent, memory.string(entry.name));
      if (
        typeof inode !== "number" && inode.ahead === 0 &&
        statFd(inode.fd) === 0
      ) {
        inode.lookups++;
        const { view, at } = stat;
        return writeEntry(reply.view, to, inode.id, view, at, seconds);
      }
    }
    reply.bytes.fill(0, to, to + ENTRY);
  }

  release(answer: Answer): void {
    const handle = getU64(request.view, BODY);
    const open = this.#open.get(handle);
    if (open) libc.close(open.fd);
    this.#open.delete(handle);
    answer(0);
  }

  close(): void {
    for (const { fd } of this.#open.values()) libc.close(fd);
    this.#open.clear();
  }
}

/** Writes struct fuse_dirent. */
function write(entry: DirectoryEntry, to: number): void {
  const out = reply.view, end = to + 24 + entry.name.length;
  setU64(out, to, entry.ino);
  out.setBigUint64(to + 8, entry.next, true);
  out.setUint32(to + 16, entry.name.length, true);
  out.setUint32(to + 20, entry.type, true);
  reply.bytes.set(entry.name, to + 24);
  reply.bytes.fill(0, end, (end + 7) & ~7);
}
