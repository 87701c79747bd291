/** Whether one operation with two results leaves two copies that differ. Pure. */
import { E } from "../system/libc.ts";
import { KIND } from "./operation.ts";
import { isSick } from "./sick_disk.ts";

/** What may have been done in part when it fails. */
const IN_PARTS = new Set<number>([KIND.WRITE, KIND.FALLOCATE, KIND.COPY]);
/** With these; another refusal comes before anything is done. */
const MIDWAY = new Set<number>([E.NOSPC, E.DQUOT, E.FBIG]);
const isMidway = (error: number) => MIDWAY.has(error) || isSick(error);

/** What says of an fsync that it was asked of the wrong file, not that something is lost. */
const NOT_THE_DISK = new Set<number>([0, E.INVAL, E.BADF, E.STALE]);

/**
 * Whether an fsync that ended so has lost writes that were answered: the system tells it once, and takes the pages for written. A
 * disk that is found full only then says ENOSPC or EDQUOT, one behind a network says what it likes.
 */
export function losesWrites(error: number): boolean {
  return !NOT_THE_DISK.has(error);
}

/** Whether the copies may differ after an operation with these results (errno, 0: done). */
export function mayDiffer(kind: number, here: number, there: number): boolean {
  if (here === 0 || there === 0) return here !== there;
  // Two disks that are full end a write at different places.
  return IN_PARTS.has(kind) && (isMidway(here) || isMidway(there));
}
