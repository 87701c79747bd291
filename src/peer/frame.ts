/**
 * The form of what goes between the nodes: a 40-byte header and a payload. Pure; what a kind means is replication's.
 *
 *   0 u32 payload length   4 u8 kind   5 u8 volume   6 u16 flags   8 u64 sequence   16 u64 inode id   24 u64 argument
 *   32 u32 crc32 of header bytes 0..32 and payload   36 u32 zero
 */
import { crc32 } from "node:zlib";
import { getU64, setU64 } from "../system/u64.ts";

export const HEADER = 40;
/** A whole WRITE of the kernel and room for names; larger frames are an attack or a bug. */
export const MAX_PAYLOAD = (1 << 20) + 65536;

export interface Frame {
  length: number;
  kind: number;
  volume: number;
  flags: number;
  sequence: number;
  id: number;
  argument: number;
}

/** Fields of the header at `at`, into `into` (no allocation on the hot path). */
export function readHeader(view: DataView, at: number, into: Frame): Frame {
  into.length = view.getUint32(at, true);
  into.kind = view.getUint8(at + 4);
  into.volume = view.getUint8(at + 5);
  into.flags = view.getUint16(at + 6, true);
  into.sequence = getU64(view, at + 8);
  into.id = getU64(view, at + 16);
  into.argument = getU64(view, at + 24);
  return into;
}

export function newFrame(): Frame {
  return {
    length: 0,
    kind: 0,
    volume: 0,
    flags: 0,
    sequence: 0,
    id: 0,
    argument: 0,
  };
}

/** Writes a header; the payload must already stand behind it, because the checksum covers it. */
export function writeHeader(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  frame: Frame,
): void {
  view.setUint32(at, frame.length, true);
  view.setUint8(at + 4, frame.kind);
  view.setUint8(at + 5, frame.volume);
  view.setUint16(at + 6, frame.flags, true);
  setU64(view, at + 8, frame.sequence);
  setU64(view, at + 16, frame.id);
  setU64(view, at + 24, frame.argument);
  view.setUint32(at + 32, checksum(bytes, at, frame.length), true);
  view.setUint32(at + 36, 0, true);
}

export function checksum(
  bytes: Uint8Array,
  at: number,
  length: number,
): number {
  const header = crc32(bytes.subarray(at, at + 32));
  return length === 0
    ? header
    : crc32(bytes.subarray(at + HEADER, at + HEADER + length), header);
}

/** True when the frame at `at`, wholly received, is as it was sent. */
export function intact(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  length: number,
): boolean {
  return view.getUint32(at + 32, true) === checksum(bytes, at, length);
}
