/** The binary forms of resync: a directory's entries and an inode's attributes. Decoders check every length. Pure. */
import { getU64, setU64 } from "../system/u64.ts";

export interface Entry {
  readonly id: number;
  readonly mode: number;
  readonly rdev: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly name: Uint8Array;
  /** Of a symlink; else empty. */
  readonly target: Uint8Array;
}

const FIXED = 32;

export function encodeListing(
  path: Uint8Array,
  entries: readonly Entry[],
): Uint8Array {
  const size = entries.reduce(
    (sum, entry) => sum + FIXED + entry.name.length + entry.target.length,
    4 + path.length,
  );
  const bytes = new Uint8Array(size), view = new DataView(bytes.buffer);
  view.setUint32(0, path.length, true);
  bytes.set(path, 4);
  let at = 4 + path.length;
  for (const entry of entries) {
    setU64(view, at, entry.id);
    view.setUint32(at + 8, entry.mode, true);
    view.setUint32(at + 12, entry.rdev, true);
    view.setUint32(at + 16, entry.nlink, true);
    view.setUint32(at + 20, entry.uid, true);
    view.setUint32(at + 24, entry.gid, true);
    view.setUint16(at + 28, entry.name.length, true);
    view.setUint16(at + 30, entry.target.length, true);
    bytes.set(entry.name, at + FIXED);
    bytes.set(entry.target, at + FIXED + entry.name.length);
    at += FIXED + entry.name.length + entry.target.length;
  }
  return bytes;
}

/** Null: not a listing. */
export function decodeListing(
  bytes: Uint8Array,
): { readonly path: Uint8Array; readonly entries: Entry[] } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 4) return null;
  let at = 4 + view.getUint32(0, true);
  if (at > bytes.length) return null;
  const path = bytes.slice(4, at);
  const entries: Entry[] = [];
  while (at < bytes.length) {
    if (at + FIXED > bytes.length) return null;
    const nameLength = view.getUint16(at + 28, true),
      targetLength = view.getUint16(at + 30, true);
    const end = at + FIXED + nameLength + targetLength;
    if (end > bytes.length) return null;
    entries.push({
      id: getU64(view, at),
      mode: view.getUint32(at + 8, true),
      rdev: view.getUint32(at + 12, true),
      nlink: view.getUint32(at + 16, true),
      uid: view.getUint32(at + 20, true),
      gid: view.getUint32(at + 24, true),
      name: bytes.slice(at + FIXED, at + FIXED + nameLength),
      target: bytes.slice(at + FIXED + nameLength, end),
    });
    at = end;
  }
  return { path, entries };
}

export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly size: number;
  /** atime s, ns, mtime s, ns as TIMES carries them: 24 bytes. */
  readonly times: Uint8Array;
  readonly xattrs: readonly {
    readonly name: Uint8Array;
    readonly value: Uint8Array;
  }[];
}

export function encodeAttributes(
  path: Uint8Array,
  attributes: Attributes,
): Uint8Array {
  const size = attributes.xattrs.reduce(
    (sum, { name, value }) => sum + 6 + name.length + value.length,
    52 + path.length,
  );
  const bytes = new Uint8Array(size), view = new DataView(bytes.buffer);
  view.setUint32(0, attributes.mode, true);
  view.setUint32(4, attributes.uid, true);
  view.setUint32(8, attributes.gid, true);
  view.setUint32(12, attributes.nlink, true);
  setU64(view, 16, attributes.size);
  bytes.set(attributes.times, 24);
  view.setUint32(48, path.length, true);
  bytes.set(path, 52);
  let at = 52 + path.length;
  for (const { name, value } of attributes.xattrs) {
    view.setUint16(at, name.length, true);
    view.setUint32(at + 2, value.length, true);
    bytes.set(name, at + 6);
    bytes.set(value, at + 6 + name.length);
    at += 6 + name.length + value.length;
  }
  return bytes;
}

export function decodeAttributes(
  bytes: Uint8Array,
): (Attributes & { readonly path: Uint8Array }) | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 52) return null;
  let at = 52 + view.getUint32(48, true);
  if (at > bytes.length) return null;
  const path = bytes.slice(52, at);
  const xattrs: { name: Uint8Array; value: Uint8Array }[] = [];
  while (at < bytes.length) {
    if (at + 6 > bytes.length) return null;
    const nameLength = view.getUint16(at, true),
      valueLength = view.getUint32(at + 2, true);
    const end = at + 6 + nameLength + valueLength;
    if (end > bytes.length) return null;
    xattrs.push({
      name: bytes.slice(at + 6, at + 6 + nameLength),
      value: bytes.slice(at + 6 + nameLength, end),
    });
    at = end;
  }
  return {
    path,
    mode: view.getUint32(0, true),
    uid: view.getUint32(4, true),
    gid: view.getUint32(8, true),
    nlink: view.getUint32(12, true),
    size: getU64(view, 16),
    times: bytes.slice(24, 48),
    xattrs,
  };
}
