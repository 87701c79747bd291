/** Files that are open and have no name any more: the peer has no such file, or will not be able to find it. */
import { STATX } from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { stat, statFd } from "./descriptor.ts";
import { HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { E } from "../system/libc.ts";
import type { Ahead } from "./ahead.ts";
import { apply } from "./apply.ts";
import { noteAttributes } from "./attributes_changed.ts";
import type { Inode } from "./inode.ts";
import { KIND } from "./operation.ts";
import type { Pending, PendingChanges } from "./pending.ts";
import type { Pipeline } from "./pipeline.ts";

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

interface Tools extends Pick<Pipeline, "memory" | "disk"> {
  readonly ahead: Pick<Ahead, "settle">;
}

/** Of the changes that waited for a session, those that the peer is to have; the others are done here alone. */
export function leftForPeer(
  tools: Tools,
  pending: PendingChanges,
): readonly Pending[] {
  let last: Pending | null = null;
  return pending.filter((each) => {
    if (doneHereOnly(tools, each)) {
      // What waits until all of them are done goes on waiting for those that came before.
      if (last && each.then) (last.then ??= []).push(...each.then);
      else for (const then of each.then ?? []) then();
      return false;
    }
    last = each;
    return true;
  });
}

/**
 * A change that waited for a session: whether it concerned a file without a name, and is done here and answered, because the peer has
 * no such file any more.
 */
function doneHereOnly(
  { memory, disk, ahead }: Tools,
  pending: Pending,
): boolean {
  const { volume, inode, at } = pending;
  // A nameless file that gets a name is told to the peer, which then lacks it and is levelled.
  const frame = readHeader(memory.view, at, newFrame());
  if (!inode || pending.renames) return false;
  const from = at + HEADER;
  const payload = memory.bytes.subarray(from, from + frame.length);
  const id = copySource(frame.kind, payload);
  const source = id === null ? undefined : volume.get(id);
  const nameless = frame.id === inode.id && isNameless(inode);
  if (!nameless && !(source && isNameless(source))) return false;
  inode.ends();
  // Of a copy one end may be told to the peer, and what comes before it there is not done yet: the kernel then reads and writes.
  let error: number = E.XDEV;
  if (id === null) {
    const { whole } = pending;
    error = pending.peerOnly
      ? 0
      : whole?.failed || apply(volume, frame, memory, at);
    if (whole) whole.failed = error;
    noteAttributes(volume, frame.kind, inode.id);
  }
  disk.refused(volume, error);
  ahead.settle(pending, error);
  pending.answer?.(error);
  return true;
}
