/**
 * Writes that are to be durable when they are answered. The kernel asks for an fsync after them and before the application goes on,
 * but not after an asynchronous write that goes around the page cache (libaio, io_uring): there our answer is the application's.
 */
import type { Inode } from "../replication/inode.ts";
import type { Pipeline } from "../replication/pipeline.ts";
import type { Volume } from "../replication/volume.ts";
import { E, O } from "../system/libc.ts";

/** Of open(2), or of this one write (RWF_DSYNC). O_DSYNC is part of O_SYNC. */
export const O_DSYNC = 0x1000;
const SYNC = 0x10_0000;

/** What is to be durable when a write with these flags is answered; null: nothing, an fsync will ask for it. */
function writesThrough(flags: number): "data" | "all" | null {
  if ((flags & O_DSYNC) === 0 || (flags & O.DIRECT) === 0) return null;
  return flags & SYNC ? "all" : "data";
}

/** `answer`, to be called with the result of a write that has these flags; after it is on both disks if it is to be. */
export function answerThrough(
  pipeline: Pipeline,
  about: {
    readonly volume: Volume;
    readonly inode: Inode;
    readonly flags: number;
    /** It is on this node only. */
    readonly local: boolean;
  },
  answer: (error: number) => void,
): (error: number) => void {
  const what = writesThrough(about.flags);
  if (what === null) return answer;
  const { volume, inode: { id }, local } = about;
  return (error) => {
    // Asked for again: what the peer had refused is answered much later.
    const inode = error ? undefined : volume.get(id);
    if (!inode) return answer(error || E.STALE);
    pipeline.sync(volume, inode, { dataOnly: what === "data", local, answer });
  };
}
