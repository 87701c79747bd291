/**
 * What is asked of both nodes in a verification, in bytes: names of a directory, its entries, and chunks of data. A place is named by
 * its path: both nodes look at the same number of operations, so the same path means the same file, or the copies differ. Pure.
 */

/** Sorts of a check, in the frame's flags. */
export const CHECK = {
  /** payload path; argument 0: from the beginning, 1: goes on. Answer: u8 last, then names (u8 length each); BROKE at their end. */
  NAMES: 1,
  /** payload `encodeEntries`. Answer: 24 bytes each, `DIGEST`. */
  ENTRIES: 2,
  /** payload `encodeEntries` of one. Answer: its facts as JSON, or null. */
  FACTS: 3,
  /** argument chunk; payload u32 end, path. Answer: u32 first chunk with data in between (or NONE, NO_FILE), its summary. */
  DATA: 4,
} as const;

/** Hash of the facts 16 bytes, hash of the time of modification 8. */
export const DIGEST = 24;
/** In place of the names that the disk does not give. As a name it is the directory itself, which is equal: older nodes take it so. */
export const BROKE = new Uint8Array(0);
export const NONE = 0xffffffff;
export const NO_FILE = 0xfffffffe;

/** What is compared of an inode besides its data. Numbers and short words, so that a difference can be told. */
export interface Facts {
  readonly id: number;
  readonly type: string;
  readonly mode: string;
  readonly owner: string;
  /** Of what is no directory: file systems count those differently. */
  readonly links: number;
  /** Of a file. */
  readonly size: number;
  readonly device: number;
  readonly target: string;
  /** Values in hexadecimal; long ones as a hash. */
  readonly xattrs: { readonly [name: string]: string };
  /** Seconds and nanoseconds. */
  readonly modified: string;
}

/** Something stands there that the disk cannot tell: neither facts nor an absence, and nothing to level by. */
export interface Unreadable {
  /** Name of the errno. */
  readonly unreadable: string;
}
export type Look = Facts | Unreadable | null;

export function isUnreadable(look: Look): look is Unreadable {
  return look !== null && "unreadable" in look;
}

export function encodeNames(
  names: readonly Uint8Array[],
  first: readonly number[] = [],
): Uint8Array {
  const size = names.reduce((sum, name) => sum + 1 + name.length, first.length);
  const bytes = new Uint8Array(size);
  bytes.set(first);
  let at = first.length;
  for (const name of names) {
    bytes[at] = name.length;
    bytes.set(name, at + 1);
    at += 1 + name.length;
  }
  return bytes;
}

/** Null: these are none. */
export function decodeNames(bytes: Uint8Array, from = 0): Uint8Array[] | null {
  const names: Uint8Array[] = [];
  for (let at = from; at < bytes.length;) {
    const end = at + 1 + bytes[at]!;
    if (end > bytes.length) return null;
    names.push(bytes.slice(at + 1, end));
    at = end;
  }
  return names;
}

/** Names in the directory `path`; an empty name is the directory itself. */
export function encodeEntries(
  path: Uint8Array,
  names: readonly Uint8Array[],
): Uint8Array {
  const bytes = encodeNames(names, [
    path.length & 255,
    path.length >> 8,
    ...path,
  ]);
  return bytes;
}

export function decodeEntries(
  bytes: Uint8Array,
): { readonly path: Uint8Array; readonly names: Uint8Array[] } | null {
  if (bytes.length < 2) return null;
  const from = 2 + (bytes[0]! | bytes[1]! << 8);
  if (from > bytes.length) return null;
  const names = decodeNames(bytes, from);
  return names && { path: bytes.slice(2, from), names };
}

const PLACE = ["id", "type", "device", "target"] as const;

export interface Judgement {
  /** Which facts differ, with both values. */
  readonly words: string;
  /** It is not the same file at all: its directory's names are to be made equal. */
  readonly names: boolean;
  readonly size: boolean;
  /** Nobody knows whether anything differs: told, and not mended. */
  readonly unreadable?: boolean;
}

/** How two entries of one name differ; null: not at all. `times` false: the time of modification is still on its way. */
export function judge(
  mine: Look,
  theirs: Look,
  times: boolean,
): Judgement | null {
  if (!mine && !theirs) return null;
  if (isUnreadable(mine) || isUnreadable(theirs)) {
    const words = [["primary", mine], ["secondary", theirs]] as const;
    return {
      words: words.flatMap(([node, look]) =>
        isUnreadable(look)
          ? [`cannot be read on the ${node}: ${look.unreadable}`]
          : []
      ).join("; "),
      names: false,
      size: false,
      unreadable: true,
    };
  }
  if (!mine || !theirs) {
    return {
      words: mine
        ? "stands on the primary only"
        : "stands on the secondary only",
      names: true,
      size: false,
    };
  }
  const differing = (Object.keys(mine) as (keyof Facts)[]).filter((key) =>
    (times || key !== "modified") &&
    JSON.stringify(mine[key]) !== JSON.stringify(theirs[key])
  );
  if (differing.length === 0) return null;
  const words = differing.map((key) =>
    key === "xattrs"
      ? xattrWords(mine.xattrs, theirs.xattrs)
      : `${WORD[key] ?? key} ${mine[key]} and ${theirs[key]}`
  ).join("; ");
  return {
    words,
    names: PLACE.some((key) => differing.includes(key)),
    size: differing.includes("size"),
  };
}

/** Named in the words about one inode. */
const MANY_XATTRS = 10;
const WORD: { readonly [key: string]: string } = {
  id: "another file, id",
  modified: "modified at",
};

function xattrWords(mine: Facts["xattrs"], theirs: Facts["xattrs"]): string {
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  const differing = [...names].filter((name) => mine[name] !== theirs[name]);
  const more = differing.length - MANY_XATTRS;
  return `extended attribute ${differing.slice(0, MANY_XATTRS).join(", ")}${
    more > 0 ? ` and ${more} more` : ""
  }`;
}

export interface Found {
  readonly path: string;
  readonly what: "name" | "attributes" | "data";
  /** What stands on the primary and what on the secondary. */
  readonly text: string;
  /** Of data: bytes within the file. */
  readonly offset?: number;
  readonly length?: number;
}

export function foundLine({ path, text }: Found): string {
  return `${path}: ${text}`;
}
