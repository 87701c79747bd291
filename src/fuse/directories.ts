/** Open directories of one mount: each has a descriptor of its own, whose position is the kernel's cookie. */
import {
  type Inode,
  isHidden,
  procPath,
  readEntries,
  type Volume,
} from "../replication/volume.ts";
import { E, errno, libc, O } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import { FOPEN_CACHE_DIR, FOPEN_KEEP_CACHE, MAX_WRITE } from "./abi.ts";
import {
  type Answer,
  BODY,
  OUT,
  reply,
  request,
  writeOpen,
} from "./request.ts";

export class Directories {
  readonly #open = new Map<number, number>();
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
    this.#open.set(handle, fd);
    writeOpen(OUT, handle, FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR);
    answer(0, 16);
  }

  read(inode: Inode, answer: Answer): void {
    const view = request.view;
    const fd = this.#open.get(getU64(view, BODY));
    if (fd === undefined) return answer(E.BADF);
    const offset = view.getBigUint64(BODY + 8, true);
    const limit = Math.min(view.getUint32(BODY + 16, true), MAX_WRITE);
    try {
      let at = 0;
      for (const entry of readEntries(fd, Number(offset))) {
        if (inode === this.volume.root && isHidden(entry.name)) continue;
        const size = (24 + entry.name.length + 7) & ~7;
        if (at + size > limit) break;
        const out = reply.view, to = OUT + at;
        setU64(out, to, entry.ino);
        setU64(out, to + 8, entry.next);
        out.setUint32(to + 16, entry.name.length, true);
        out.setUint32(to + 20, entry.type, true);
        reply.bytes.fill(0, to + 24, to + size);
        reply.bytes.set(entry.name, to + 24);
        at += size;
      }
      answer(0, at);
    } catch {
      answer(E.IO);
    }
  }

  release(answer: Answer): void {
    const handle = getU64(request.view, BODY);
    const fd = this.#open.get(handle);
    if (fd !== undefined) libc.close(fd);
    this.#open.delete(handle);
    answer(0);
  }

  close(): void {
    for (const fd of this.#open.values()) libc.close(fd);
    this.#open.clear();
  }
}
