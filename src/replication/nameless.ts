/** Files that are open and have no name any more: the peer has no such file, or will not be able to find it. */
import { STATX } from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { stat, statFd } from "./descriptor.ts";
import type { Inode } from "./inode.ts";
import { KIND } from "./operation.ts";

/** Open, and deleted. */
export function isNameless(inode: Inode): boolean {
  return inode.orphan || statFd(inode.fd) === 0 &&
      stat.view.getUint32(stat.at + STATX.nlink, true) === 0;
}

/** Id of the file that a COPY reads. */
export function copySource(kind: number, payload: Uint8Array): number | null {
  if (kind !== KIND.COPY || payload.length < 8) return null;
  return getU64(new DataView(payload.buffer, payload.byteOffset), 0);
}
