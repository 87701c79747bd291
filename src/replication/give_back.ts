/** A write that failed here and not at the peer (typically this disk is full): the peer is given back what stands here. */
import { STATX } from "../fuse/abi.ts";
import { E, errno, libc, Memory } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import { stat, statFd } from "./descriptor.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Volume } from "./volume.ts";

/** Read and copied at once. */
const copy = new Memory(1 << 20);

export interface Failed {
  readonly volume: Volume;
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  /** The application's, when the peer has what stands here; null: it was answered. */
  readonly answer: (() => void) | null;
}

/** 0, or the errno with which it could not be read here: then the copies differ. */
export function giveBack(
  pipeline: Pick<Pipeline, "submit" | "unsettled" | "sequence">,
  { volume, id, offset, length, answer }: Failed,
): number {
  const inode = volume.get(id);
  const fd = inode ? volume.data(inode) : -1;
  if (!inode) return E.STALE;
  const error = fd < 0 ? -fd : statFd(inode.fd);
  if (error) return error;
  const size = getU64(stat.view, stat.at + STATX.size);
  let n = 0;
  // To the file's end: a bad sector ends a read early, too, and what is behind it the peer would keep as it was not to be.
  for (const end = Math.min(length, size - offset); n < end;) {
    const more = libc.pread(fd, copy.address + n, end - n, offset + n);
    if (more <= 0) return more < 0 ? errno() : E.IO;
    n += more;
  }
  // Both must be there: a write that the peer refuses is owed until it is shut out or level again.
  let left = n > 0 ? 2 : 1;
  const ended = () => {
    if (--left === 0) answer?.();
  };
  const back = {
    volume,
    inode,
    peerOnly: true,
    ...answer && { answer: ended },
  };
  if (n > 0) {
    pipeline.submit(
      { kind: KIND.WRITE, id: inode.id, argument: offset },
      back,
      copy.bytes.slice(0, n),
    );
  }
  const payload = new Uint8Array(48);
  const view = new DataView(payload.buffer);
  view.setUint32(0, 8, true); // FATTR.SIZE
  view.setBigUint64(16, BigInt(size), true);
  pipeline.submit({ kind: KIND.SETATTR, id: inode.id }, back, payload);
  // The mark of the write that failed may have been settled since: the peer has that write.
  if (length > 0) {
    const range = { offset, length };
    pipeline.unsettled.data(volume.index, id, range, pipeline.sequence);
  }
  return 0;
}
