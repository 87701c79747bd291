/** Whether one operation with two results leaves two copies that differ. Pure. */
import { E } from "../system/libc.ts";
import { KIND } from "./operation.ts";

/** What may have been done in part when it fails. */
const IN_PARTS = new Set<number>([KIND.WRITE, KIND.FALLOCATE, KIND.COPY]);
/** With these; another refusal comes before anything is done. */
const MIDWAY = new Set<number>([E.NOSPC, E.DQUOT, E.IO, E.FBIG]);

/** Whether the copies may differ after an operation with these results (errno, 0: done). */
export function mayDiffer(kind: number, here: number, there: number): boolean {
  if (here === 0 || there === 0) return here !== there;
  // Two disks that are full end a write at different places.
  return IN_PARTS.has(kind) && (MIDWAY.has(here) || MIDWAY.has(there));
}
