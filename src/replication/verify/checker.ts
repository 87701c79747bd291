/** Looks at one place of a node's own copy. The same on both nodes, so that equal copies give equal bytes. */
import {
  encodeDevice,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  STATX,
} from "../../fuse/abi.ts";
import type { Frame } from "../../peer/frame.ts";
import {
  errno,
  ErrnoError,
  errnoName,
  libc,
  Memory,
  O,
} from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { Chunks, digest, dropCached, nextData, SUMMARY } from "../blocks.ts";
import { openName, readXattrs, sizeOf } from "../inspect.ts";
import { CHUNK } from "../marks.ts";
import { type DirectoryEntry, listEntries } from "../directory.ts";
import { procPath, stat, statFd } from "../descriptor.ts";
import { readId } from "../id_xattr.ts";
import { isGone } from "../unreadable.ts";
import type { Volume } from "../volume.ts";
import {
  BROKE,
  CHECK,
  decodeEntries,
  DIGEST,
  encodeNames,
  isUnreadable,
  type Look,
  NO_FILE,
  NONE,
} from "./form.ts";

/** Names in one answer. */
const MANY = 1000;
/** Values of extended attributes up to so many bytes are told as they are. */
const SHORT = 64;
/** Characters of an inode's extended attributes, as JSON, that an answer has room for: more are told as one hash. */
const TOLD_XATTRS = 64 * 1024;
const S_IFCHR = 0o020000, S_IFBLK = 0o060000;
const memory = new Memory(8192);
const SUMMARIES = SUMMARY * 16;

export interface Listing {
  /** `broke`: the disk does not give the rest. */
  next(): {
    readonly names: Uint8Array[];
    readonly last: boolean;
    readonly broke: boolean;
  };
  close(): void;
}

/** The names of a directory, some at a time; not those of one moment, only what is worth looking at. */
export function listing(volume: Volume, path: Uint8Array): Listing {
  const fd = volume.walk(path);
  let broke = fd < 0 && !isGone(-fd);
  let entries: Generator<DirectoryEntry> | null = fd < 0
    ? null
    : listEntries(fd);
  const close = () => {
    if (!entries) return;
    entries.return(undefined);
    entries = null;
    libc.close(fd);
  };
  const next = () => {
    const names: Uint8Array[] = [];
    try {
      while (entries && names.length < MANY) {
        const { value, done } = entries.next();
        if (done) close();
        else if (!volume.leavesOut(path, value.name)) {
          names.push(value.name);
        }
      }
    } catch (error) {
      // No directory: its entry is compared, and says so where the copies differ.
      broke = !(error instanceof ErrnoError && isGone(error.code));
      close();
    }
    return { names, last: entries === null, broke };
  };
  return { next, close };
}

export class Checker {
  readonly #chunks = new Chunks();
  /** The directory that is being listed; one at a time. */
  #listing: Listing | null = null;

  /** The secondary's answer to a CHECK; null: it is none. */
  answer(
    volume: Volume,
    frame: Frame,
    payload: Uint8Array,
  ): Uint8Array | null {
    switch (frame.flags) {
      case CHECK.NAMES: {
        if (frame.argument === 0 || !this.#listing) {
          this.close();
          this.#listing = listing(volume, payload);
        }
        const { names, last, broke } = this.#listing.next();
        if (last) this.close();
        if (broke) names.push(BROKE);
        return encodeNames(names, [last ? 1 : 0]);
      }
      case CHECK.ENTRIES: {
        const entries = decodeEntries(payload);
        return entries && digests(this.facts(volume, entries));
      }
      case CHECK.FACTS: {
        const entries = decodeEntries(payload);
        if (!entries) return null;
        const [facts] = this.facts(volume, entries);
        return new TextEncoder().encode(JSON.stringify(facts ?? null));
      }
      case CHECK.DATA: {
        if (payload.length < 4) return null;
        const view = new DataView(payload.buffer, payload.byteOffset);
        const end = view.getUint32(0, true);
        return this.data(volume, payload.subarray(4), frame.argument, end);
      }
      default:
        return null;
    }
  }

  close(): void {
    this.#listing?.close();
    this.#listing = null;
  }

  /** What stands at each name. */
  facts(
    volume: Volume,
    { path, names }: {
      readonly path: Uint8Array;
      readonly names: readonly Uint8Array[];
    },
  ): Look[] {
    const directory = volume.walk(path);
    if (directory < 0) return names.map(() => without(-directory));
    const facts = names.map((name) => {
      if (name.length === 0) return factsOf(directory);
      const fd = openName(directory, name);
      if (fd < 0) return without(-fd);
      const result = factsOf(fd);
      libc.close(fd);
      return result;
    });
    libc.close(directory);
    return facts;
  }

  /** Id of what stands at `path`; 0: nothing, or nobody can say. */
  id(volume: Volume, path: Uint8Array): number {
    const fd = volume.walk(path);
    if (fd < 0) return 0;
    const id = readId(fd);
    libc.close(fd);
    return Math.max(id, 0);
  }

  /** Number of the first chunk with data in [from, end); `end` when there is none, or no file. */
  firstData(
    volume: Volume,
    path: Uint8Array,
    from: number,
    end: number,
  ): number {
    const fd = openFile(volume, path);
    if (fd < 0) return end;
    const to = Math.min(sizeOf(fd), end * CHUNK);
    const first = nextData(fd, from * CHUNK, to);
    libc.close(fd);
    return first >= to ? end : Math.floor(first / CHUNK);
  }

  /** The first chunk with data in [from, end): u32 its number, then its summary. */
  data(
    volume: Volume,
    path: Uint8Array,
    from: number,
    end: number,
  ): Uint8Array {
    const answer = new Uint8Array(4 + SUMMARIES);
    const view = new DataView(answer.buffer);
    const only = (what: number) => {
      view.setUint32(0, what, true);
      return answer.subarray(0, 4);
    };
    const fd = openFile(volume, path);
    if (fd < 0) return only(NO_FILE);
    try {
      const size = sizeOf(fd), to = Math.min(size, end * CHUNK);
      const first = nextData(fd, from * CHUNK, to);
      if (first >= to) return only(NONE);
      const chunk = Math.floor(first / CHUNK);
      view.setUint32(0, chunk, true);
      // The proof is about the disks.
      dropCached(fd, chunk);
      const blocks = this.#chunks.summarize(
        fd,
        chunk,
        size,
        answer.subarray(4),
      );
      // A disk that cannot give its data back: nothing equals that.
      return blocks < 0
        ? only(NO_FILE)
        : answer.subarray(0, 4 + blocks * SUMMARY);
    } finally {
      libc.close(fd);
    }
  }
}

/** For reading; -1: no file stands there. To open anything else could wait for its other end. */
function openFile(volume: Volume, path: Uint8Array): number {
  const place = volume.walk(path);
  if (place < 0) return -1;
  const mode = statFd(place) === 0
    ? stat.view.getUint16(stat.at + STATX.mode, true)
    : 0;
  const flags = O.RDONLY | O.NOATIME | O.CLOEXEC;
  const fd = (mode & S_IFMT) === S_IFREG
    ? libc.open(procPath(place), flags, 0)
    : -1;
  libc.close(place);
  return fd;
}

export function digests(all: readonly Look[]): Uint8Array {
  const bytes = new Uint8Array(all.length * DIGEST);
  all.forEach((facts, i) => {
    const hash = (value: unknown) =>
      digest(new TextEncoder().encode(JSON.stringify(value)));
    const { modified, ...rest } = facts && !isUnreadable(facts)
      ? facts
      : { modified: "", ...facts };
    bytes.set(hash(facts && rest), i * DIGEST);
    bytes.set(hash(modified).subarray(0, 8), i * DIGEST + 16);
  });
  return bytes;
}

const TYPES: { readonly [type: number]: string } = {
  [S_IFREG]: "file",
  [S_IFDIR]: "directory",
  [S_IFLNK]: "symlink",
  [S_IFCHR]: "character device",
  [S_IFBLK]: "block device",
};

const latin = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** Of what could not be looked at, by its errno. */
function without(code: number): Look {
  return isGone(code) ? null : { unreadable: errnoName(code) };
}

function factsOf(fd: number): Look {
  // Looks only: an id that is missing here is a difference, and not given.
  const id = readId(fd), error = statFd(fd);
  if (id < 0 || error) return without(id < 0 ? -id : error);
  const { view, at } = stat;
  const bits = view.getUint16(at + STATX.mode, true), type = bits & S_IFMT;
  const device = type === S_IFCHR || type === S_IFBLK;
  const facts = {
    id,
    type: TYPES[type] ?? "special file",
    mode: (bits & 0o7777).toString(8),
    owner: `${view.getUint32(at + STATX.uid, true)}:${
      view.getUint32(at + STATX.gid, true)
    }`,
    links: type === S_IFDIR ? 0 : view.getUint32(at + STATX.nlink, true),
    size: type === S_IFREG ? getU64(view, at + STATX.size) : 0,
    device: device
      ? encodeDevice(
        view.getUint32(at + STATX.rdevMajor, true),
        view.getUint32(at + STATX.rdevMinor, true),
      )
      : 0,
    modified: `${view.getBigInt64(at + STATX.mtime, true)}.${
      String(view.getUint32(at + STATX.mtime + 8, true)).padStart(9, "0")
    }`,
  };
  let target = "";
  if (type === S_IFLNK) {
    const n = libc.readlinkat(
      fd,
      memory.string("", 4096),
      memory.address,
      4096,
    );
    if (n < 0) return without(errno());
    target = latin(memory.bytes.slice(0, n));
  }
  const read = readXattrs(fd);
  if (typeof read === "number") return without(read);
  const xattrs = read
    .map(({ name, value }) => {
      const told = value.length > SHORT ? digest(value) : value;
      return [latin(name), told.toHex()] as const;
    })
    .sort(([a], [b]) => a < b ? -1 : 1);
  const json = JSON.stringify(xattrs);
  if (json.length <= TOLD_XATTRS) {
    return { ...facts, target, xattrs: Object.fromEntries(xattrs) };
  }
  const all = digest(new TextEncoder().encode(json)).toHex();
  return { ...facts, target, xattrs: { [`(${xattrs.length} in all)`]: all } };
}
