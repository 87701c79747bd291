/**
 * The one request being served and the one answer being written: shared by all mounts of the process, which serves one at a time.
 * Handlers read the request's body at BODY, write the answer at OUT, and call `answer` with its size, or with an errno.
 */
import { libc, Memory } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { IN_HEADER, MAX_REQUEST, MAX_WRITE, OUT_HEADER } from "./abi.ts";

export const request = new Memory(MAX_REQUEST + 4096);
export const reply = new Memory(OUT_HEADER + MAX_WRITE + 4096);
export const BODY = IN_HEADER;
export const OUT = OUT_HEADER;

export type Answer = (error: number, size?: number) => void;

/** Sends the answer of `size` bytes that stands at OUT, or an error, to the asker named by the two halves of its `unique`. */
export function send(
  device: number,
  unique: { readonly low: number; readonly high: number },
  error: number,
  size: number,
): void {
  if (device < 0) return;
  const view = reply.view;
  const length = OUT_HEADER + (error ? 0 : size);
  view.setUint32(0, length, true);
  view.setInt32(4, -error, true);
  view.setUint32(8, unique.low, true);
  view.setUint32(12, unique.high, true);
  // ENOENT: the asker was killed meanwhile. Anything else means that the mount is gone, which the next read says.
  libc.write(device, reply.address, length);
}

/** Writes struct fuse_open_out. */
export function writeOpen(at: number, handle: number, flags: number): void {
  setU64(reply.view, at, handle);
  reply.view.setUint32(at + 8, flags, true);
  reply.view.setUint32(at + 12, 0, true);
}
