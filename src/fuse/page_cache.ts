/**
 * What the kernel may keep of a file. Only this mount writes, so all of it; but asynchronous writes that go around the page cache
 * (O_DIRECT with libaio or io_uring: a database) leave there what a reader put in meanwhile, and FUSE does not take it away afterwards: a
 * backup would read old pages for ever. Pure.
 */
import { O } from "../system/libc.ts";
import { FOPEN_DIRECT_IO, FOPEN_KEEP_CACHE } from "./abi.ts";

/** Kept with the inode: somebody who has it open, or had until nobody had, writes around the page cache. */
export interface Cached {
  aroundCache: boolean;
  readonly opens: number;
}

/** Somebody opens or writes it with these flags of open(2). MariaDB sets O_DIRECT after it has opened a file: only writes show it. */
export function noteFlags(file: Cached, flags: number): void {
  const writes = (flags & O.ACCMODE) !== O.RDONLY;
  if (writes && flags & O.DIRECT) file.aroundCache = true;
}

/** fuse_open_out.open_flags for the next one who opens it. */
export function openFlags(
  file: Cached,
  flags: number,
  /** The kernel takes mapped files along that are read so (6.6 and later). */
  { directMmap }: { readonly directMmap: boolean },
): number {
  if (!file.aroundCache) return FOPEN_KEEP_CACHE;
  // Nobody writes any more: what was kept meanwhile goes once.
  if (file.opens === 0) {
    file.aroundCache = false;
    return 0;
  }
  const reads = (flags & O.ACCMODE) === O.RDONLY;
  return reads && directMmap ? FOPEN_DIRECT_IO : 0;
}
