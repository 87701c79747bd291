/** Entries of a backing directory. */
import { STATX } from "../fuse/abi.ts";
import {
  AT,
  E,
  errno,
  ErrnoError,
  libc,
  Memory,
  O,
  SYS,
} from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import { procPath } from "./descriptor.ts";
import { isDots } from "./name.ts";

export interface DirectoryEntry {
  readonly name: Uint8Array;
  /** "." or ".." */
  readonly dots: boolean;
  readonly ino: number;
  readonly type: number;
  /** Cookie of the place behind it: 63 bits on ext4. */
  readonly next: bigint;
}

/** Type of a directory in struct linux_dirent64. */
export const DT_DIR = 4;
/** XFS made without ftype and ext4 without filetype say so of everything. */
const DT_UNKNOWN = 0;

const memory = new Memory(128 * 1024);
const one = new Memory(4096);
const STAT = 1024;

/** DT_UNKNOWN: it is gone. Throws ErrnoError. */
function typeOf(directory: number, name: Uint8Array): number {
  const failed = libc.statx(
    directory,
    one.string(name),
    AT.SYMLINK_NOFOLLOW,
    STATX.BASIC,
    one.address + STAT,
  );
  if (failed === 0) return one.view.getUint16(STAT + STATX.mode, true) >> 12;
  const error = errno();
  if (error === E.NOENT) return DT_UNKNOWN;
  throw new ErrnoError("Cannot look at what stands in a directory", error);
}

/** Reads on where the last call ended, at most `size` bytes as the system packs entries; their length, 0 at the end. Throws ErrnoError. */
function fill(fd: number, size: number): number {
  const length = Number(
    libc.syscall3(SYS.getdents64, fd, memory.address, size),
  );
  if (length < 0) throw new ErrnoError("Cannot read a directory");
  return length;
}

// struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, name
function entryAt(at: number): DirectoryEntry {
  const name = memory.bytes.slice(at + 19, memory.bytes.indexOf(0, at + 19));
  return {
    name,
    dots: isDots(name),
    ino: getU64(memory.view, at),
    type: memory.bytes[at + 18]!,
    next: memory.view.getBigUint64(at + 8, true),
  };
}

/**
 * The next entries of an open directory, at most `size` bytes as the system packs them; empty at the end. Where the last call ended,
 * never by a cookie: those of ext4 have 63 bits, a number rounds them, and names would be left out. Throws ErrnoError.
 */
export function readEntries(fd: number, size = memory.size): DirectoryEntry[] {
  const length = fill(fd, Math.min(size, memory.size));
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < length; at += memory.view.getUint16(at + 16, true)) {
    entries.push(entryAt(at));
  }
  return entries;
}

/** All names of the directory behind an O_PATH descriptor, without "." and "..". Throws ErrnoError. */
export function listNames(fd: number): Uint8Array[] {
  return [...listEntries(fd)].map((entry) => entry.name);
}

/** The same with inode numbers and types, also where the file system tells no types in its listings. */
export function* listEntries(fd: number): Generator<DirectoryEntry> {
  const directory = openToRead(fd);
  try {
    while (true) {
      const entries = readEntries(directory);
      if (entries.length === 0) return;
      for (const entry of entries) {
        if (entry.dots) continue;
        // Taken for a file, a directory would hide everything below.
        yield entry.type === DT_UNKNOWN
          ? { ...entry, type: typeOf(directory, entry.name) }
          : entry;
      }
    }
  } finally {
    libc.close(directory);
  }
}

/** Names with which inode number `ino` stands in the directory: without an object for each of a million others. Throws ErrnoError. */
export function namesOfIno(fd: number, ino: number): Uint8Array[] {
  const directory = openToRead(fd);
  const low = ino >>> 0, high = Math.floor(ino / 4294967296);
  const names: Uint8Array[] = [];
  try {
    for (let length; (length = fill(directory, memory.size)) > 0;) {
      const { view } = memory;
      for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
        if (
          view.getUint32(at, true) === low &&
          view.getUint32(at + 4, true) === high
        ) {
          const { name, dots } = entryAt(at);
          if (!dots) names.push(name);
        }
      }
    }
    return names;
  } finally {
    libc.close(directory);
  }
}

function openToRead(fd: number): number {
  const flags = O.RDONLY | O.DIRECTORY | O.NOATIME | O.CLOEXEC;
  const directory = libc.open(procPath(fd), flags, 0);
  if (directory < 0) throw new ErrnoError("Cannot open a directory");
  return directory;
}
