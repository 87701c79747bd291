/**
 * One mirrored directory as a node sees it: the backing tree behind a descriptor, and the inodes in use. An inode is known by an id
 * that both copies carry in a trusted xattr, that the kernel gets as node id, and that every operation names: renames and hard
 * links cost no search. Nothing here knows the kernel's protocol or the peer.
 */
import { S_IFDIR, S_IFMT, S_IFREG, STATX } from "../fuse/abi.ts";
import { getU64, setU64 } from "../system/u64.ts";
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

export const ROOT = 1;
/** Our own folder at the root of every backing directory: never shown, never mirrored. */
export const HIDDEN = ".hakit";
const ID_XATTR = "trusted.hakit.id";
/** Open data descriptors that a secondary keeps; the oldest are closed and opened again when needed. */
const MAX_DATA_FDS = 2048;

export class Inode {
  /** O_PATH descriptor; pins the inode, so that its number cannot be used again. */
  fd: number;
  /** For reading and writing, opened when first needed; -1: not open. */
  dataFd = -1;
  /** References by the kernel (lookup count). */
  lookups = 0;
  /** Open files of the kernel; the data descriptor stays as long. */
  opens = 0;
  /** Mode, owner, links or extended attributes were changed since the last full fsync. */
  attributesChanged = false;
  /** Session in which the peer was told this id. */
  boundIn = 0;
  /** Operations on its data that are under way: at the peer, not yet here. Reads wait for them. */
  pending = 0;
  constructor(readonly id: number, fd: number, readonly type: number) {
    this.fd = fd;
  }
  get isDirectory(): boolean {
    return this.type === S_IFDIR;
  }
}

export interface DirectoryEntry {
  readonly name: Uint8Array;
  /** "." or ".." */
  readonly dots: boolean;
  readonly ino: number;
  readonly type: number;
  readonly next: number;
}

const memory = new Memory(256 * 1024);
const PROC = 0,
  STAT = 128,
  VALUE = 512,
  XNAME = 768,
  EMPTY = 1024,
  NAME = 2048,
  DENTS = 64 * 1024;
const DENTS_SIZE = 128 * 1024;
memory.string("/proc/self/fd/", PROC);
memory.string(ID_XATTR, XNAME);
memory.string("", EMPTY);
/** The last statx() lands here. */
export const stat: { readonly view: DataView; readonly at: number } = {
  view: memory.view,
  at: STAT,
};

/** Address of "/proc/self/fd/N": how an O_PATH descriptor is reached by calls that want a path. Valid until the next call. */
export function procPath(fd: number): number {
  let at = PROC + 14;
  const digits = String(fd);
  for (let i = 0; i < digits.length; i++) {
    memory.bytes[at++] = digits.charCodeAt(i);
  }
  memory.bytes[at] = 0;
  return memory.address + PROC;
}

/** statx of the inode behind an O_PATH descriptor into `stat`; 0 or errno. */
export function statFd(fd: number): number {
  return libc.statx(
      fd,
      memory.address + EMPTY,
      AT.EMPTY_PATH,
      STATX.BASIC,
      memory.address + STAT,
    ) === 0
    ? 0
    : errno();
}

export function statMode(): number {
  return memory.view.getUint16(STAT + STATX.mode, true);
}

/** The id in the xattr of the inode behind `fd`; 0: none. */
export function readId(fd: number): number {
  const length = libc.getxattr(
    procPath(fd),
    memory.address + XNAME,
    memory.address + VALUE,
    8,
  );
  return length === 8 ? getU64(memory.view, VALUE) : 0;
}

/** Gives the inode behind `fd` its id; 0 or errno. */
export function writeId(fd: number, id: number): number {
  setU64(memory.view, VALUE, id);
  return libc.setxattr(
      procPath(fd),
      memory.address + XNAME,
      memory.address + VALUE,
      8,
      0,
    ) === 0
    ? 0
    : errno();
}

/** Entries of an open directory from `offset` (a cookie of the file system), one buffer full; empty at the end. */
export function readEntries(fd: number, offset: number): DirectoryEntry[] {
  if (Number(libc.lseek(fd, offset, 0)) < 0) {
    throw new ErrnoError("Cannot seek in a directory");
  }
  const length = Number(
    libc.syscall3(SYS.getdents64, fd, memory.address + DENTS, DENTS_SIZE),
  );
  if (length < 0) throw new ErrnoError("Cannot read a directory");
  const entries: DirectoryEntry[] = [];
  for (let at = DENTS; at < DENTS + length;) {
    // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, name
    const size = memory.view.getUint16(at + 16, true);
    const end = memory.bytes.indexOf(0, at + 19);
    const name = memory.bytes.slice(at + 19, end);
    entries.push({
      name,
      dots: isDots(name),
      ino: getU64(memory.view, at),
      type: memory.bytes[at + 18]!,
      next: getU64(memory.view, at + 8),
    });
    at += size;
  }
  return entries;
}

/** All names of the directory behind an O_PATH descriptor, without "." and "..". Throws ErrnoError. */
export function listNames(fd: number): Uint8Array[] {
  return [...listEntries(fd)].map((entry) => entry.name);
}

/** The same with inode numbers and types. */
export function* listEntries(fd: number): Generator<DirectoryEntry> {
  const flags = O.RDONLY | O.DIRECTORY | O.NOATIME | O.CLOEXEC;
  const directory = libc.open(procPath(fd), flags, 0);
  if (directory < 0) throw new ErrnoError("Cannot open a directory");
  try {
    let offset = 0;
    while (true) {
      const entries = readEntries(directory, offset);
      if (entries.length === 0) return;
      for (const entry of entries) {
        offset = entry.next;
        if (!entry.dots) yield entry;
      }
    }
  } finally {
    libc.close(directory);
  }
}

function isDots(name: Uint8Array): boolean {
  return name[0] === 46 &&
    (name.length === 1 || (name.length === 2 && name[1] === 46));
}

/** A name that may stand in a directory: not empty, no slash, no NUL, not "." or "..". Names from the peer are checked with it. */
export function validName(name: Uint8Array): boolean {
  if (name.length === 0 || name.length > 255) return false;
  return !isDots(name) && !name.includes(47) && !name.includes(0);
}

const HIDDEN_BYTES = new TextEncoder().encode(HIDDEN);
export function isHidden(name: Uint8Array): boolean {
  return name.length === HIDDEN_BYTES.length &&
    name.every((byte, i) => byte === HIDDEN_BYTES[i]);
}

export class Volume {
  readonly root: Inode;
  readonly inodes = new Map<number, Inode>();
  /** Ids in the order in which their data descriptors were last opened (secondary only). */
  readonly #recent = new Set<Inode>();
  readonly #base: Uint8Array;

  /** `backing`: descriptor of the directory, kept until close. `newId` gives ids never used before. */
  constructor(
    readonly index: number,
    readonly path: string,
    readonly backing: number,
    readonly newId: () => number,
  ) {
    const error = statFd(backing);
    if (error) throw new ErrnoError(`Cannot read "${path}"`, error);
    this.root = new Inode(ROOT, backing, S_IFDIR);
    this.root.lookups = 1;
    this.inodes.set(ROOT, this.root);
    const trial = writeId(backing, ROOT);
    if (trial) {
      throw new ErrnoError(
        `Cannot mirror "${path}": its file system takes no trusted attributes (ext4, XFS, Btrfs and tmpfs do)`,
        trial,
      );
    }
    this.#base = readPath(backing) ?? new Uint8Array(0);
  }

  get(id: number): Inode | undefined {
    return this.inodes.get(id);
  }

  /** Opens `name` in `parent` without following; the inode it is, known or new (its id read, or given if it has none). Or errno. */
  lookup(parent: Inode, name: number): Inode | number {
    const fd = libc.openat(parent.fd, name, O.PATH | O.NOFOLLOW | O.CLOEXEC, 0);
    if (fd < 0) return errno();
    return this.#adopt(fd);
  }

  #adopt(fd: number): Inode | number {
    let id = readId(fd);
    if (id === 0) {
      // A file from before hakit, or one that a crash kept from getting its id: it is found again by resync's listings.
      id = this.newId();
      const error = writeId(fd, id);
      if (error) {
        libc.close(fd);
        return error;
      }
    }
    const known = this.inodes.get(id);
    if (known) {
      // The newer descriptor has a living name; the older one's may be gone (unlinked while another hard link stays).
      libc.close(known === this.root ? fd : known.fd);
      if (known !== this.root) known.fd = fd;
      return known;
    }
    const error = statFd(fd);
    if (error) {
      libc.close(fd);
      return error;
    }
    const inode = new Inode(id, fd, statMode() & S_IFMT);
    this.inodes.set(id, inode);
    return inode;
  }

  /** Takes a just created inode in: gives it `id`. Or errno. */
  adoptNew(parent: Inode, name: number, id: number): Inode | number {
    const fd = libc.openat(parent.fd, name, O.PATH | O.NOFOLLOW | O.CLOEXEC, 0);
    if (fd < 0) return errno();
    const error = writeId(fd, id) || statFd(fd);
    if (error) {
      libc.close(fd);
      return error;
    }
    const inode = new Inode(id, fd, statMode() & S_IFMT);
    this.inodes.set(id, inode);
    return inode;
  }

  /** Walks `path` (bytes, relative, no leading slash) name by name, never through a symlink; a new O_PATH descriptor or -errno. */
  walk(path: Uint8Array): number {
    let fd = libc.openat(
      this.backing,
      memory.string(".", NAME),
      O.PATH | O.DIRECTORY | O.CLOEXEC,
      0,
    );
    if (fd < 0) return -errno();
    if (path.length === 0) return fd;
    let start = 0;
    while (start <= path.length) {
      let end = path.indexOf(47, start);
      if (end < 0) end = path.length;
      const name = path.subarray(start, end);
      if (!validName(name)) {
        libc.close(fd);
        return -E.INVAL;
      }
      const next = libc.openat(
        fd,
        memory.string(name, NAME),
        O.PATH | O.NOFOLLOW | O.CLOEXEC,
        0,
      );
      const error = next < 0 ? errno() : 0;
      libc.close(fd);
      if (error) return -error;
      fd = next;
      start = end + 1;
    }
    return fd;
  }

  /** An O_PATH descriptor of the folder `name` in our own folder, both made when missing; -errno. */
  hidden(name: string): number {
    let fd = this.backing;
    for (const part of [HIDDEN, name]) {
      const at = memory.string(part, NAME);
      const made = libc.mkdirat(fd, at, 0o700);
      let error = made === 0 ? 0 : errno();
      const flags = O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC;
      const next = libc.openat(fd, at, flags, 0);
      if (next >= 0) error = 0;
      else if (error === 0 || error === E.EXIST) error = errno();
      if (fd !== this.backing) libc.close(fd);
      if (error) return -error;
      fd = next;
    }
    return fd;
  }

  /** Secondary: the primary names an inode by its path now; refused when the file there is another one. 0 or errno. */
  bind(id: number, path: Uint8Array): number {
    if (this.inodes.has(id)) return 0;
    const fd = this.walk(path);
    if (fd < 0) return -fd;
    if (readId(fd) !== id) {
      libc.close(fd);
      return E.STALE;
    }
    const inode = this.#adopt(fd);
    return typeof inode === "number" ? inode : 0;
  }

  /** Path of an inode below the root, as bytes; null when it has no name any more, or none that the system can tell. */
  pathOf(inode: Inode): Uint8Array | null {
    if (inode === this.root) return new Uint8Array(0);
    const path = readPath(inode.fd);
    if (!path) return null;
    const base = this.#base.length === 1 ? 0 : this.#base.length;
    if (path.length <= base + 1) return null;
    // The kernel marks a name that is gone; a living file may end in these words too, so it is looked at.
    if (endsWith(path, DELETED) && statFd(inode.fd) === 0) {
      const nlink = stat.view.getUint32(stat.at + STATX.nlink, true);
      const ino = getU64(stat.view, stat.at + STATX.ino);
      const fd = this.walk(path.subarray(base + 1));
      const same = fd >= 0 && readId(fd) === inode.id;
      if (fd >= 0) libc.close(fd);
      if (!same) return nlink === 0 ? null : this.#search(inode, ino);
    }
    return path.subarray(base + 1);
  }

  /**
   * A name of an inode whose known name is gone while another hard link lives: one walk over all names, by the inode numbers that
   * the directories tell. Rare (a session that begins after such an unlink), and the name found is remembered by its descriptor.
   */
  #search(inode: Inode, ino: number): Uint8Array | null {
    const queue: Uint8Array[] = [new Uint8Array(0)];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const at = this.walk(path);
      if (at < 0) continue;
      const entries = [...listEntries(at)];
      libc.close(at);
      for (const entry of entries) {
        if (path.length === 0 && isHidden(entry.name)) continue;
        const below = path.length === 0
          ? entry.name
          : new Uint8Array([...path, 47, ...entry.name]);
        if (entry.type === DT_DIR) queue.push(below);
        if (entry.ino !== ino) continue;
        const fd = this.walk(below);
        if (fd < 0) continue;
        if (readId(fd) !== inode.id) {
          libc.close(fd);
          continue;
        }
        libc.close(inode.fd);
        inode.fd = fd;
        return below;
      }
    }
    return null;
  }

  /** The descriptor for data; opens it when needed. -errno. */
  data(inode: Inode): number {
    if (inode.dataFd >= 0) return inode.dataFd;
    // A pipe would wait for its other end: whoever asks for its data is a broken or hostile peer.
    if (inode.type !== S_IFREG && !inode.isDirectory) return -E.INVAL;
    const flags = O.NOATIME | O.CLOEXEC |
      (inode.isDirectory ? O.RDONLY | O.DIRECTORY : O.RDWR);
    let fd = libc.open(procPath(inode.fd), flags, 0);
    // Immutable files can be read only.
    if (fd < 0 && errno() === E.PERM) {
      fd = libc.open(procPath(inode.fd), O.RDONLY | O.CLOEXEC, 0);
    }
    if (fd < 0) return -errno();
    inode.dataFd = fd;
    this.keepData(inode);
    return fd;
  }

  /** Counts an open data descriptor among those that may be closed again. */
  keepData(inode: Inode): void {
    this.#recent.add(inode);
    if (this.#recent.size > MAX_DATA_FDS) this.#closeOldest();
  }

  #closeOldest(): void {
    let looked = 0;
    for (const inode of this.#recent) {
      if (inode.opens === 0 && inode.pending === 0) {
        this.closeData(inode);
        return;
      }
      // In use: to the end of the line. Applications may hold more files open than the limit.
      this.#recent.delete(inode);
      this.#recent.add(inode);
      if (++looked === 16) return;
    }
  }

  closeData(inode: Inode): void {
    if (inode.dataFd >= 0) libc.close(inode.dataFd);
    inode.dataFd = -1;
    this.#recent.delete(inode);
  }

  /** Drops an inode that nobody refers to. */
  drop(inode: Inode): void {
    if (inode === this.root) return;
    this.closeData(inode);
    libc.close(inode.fd);
    this.inodes.delete(inode.id);
  }

  /** Drops everything but the root: a secondary at the begin of a session, a primary that has unmounted. */
  dropAll(): void {
    for (const inode of [...this.inodes.values()]) this.drop(inode);
    this.closeData(this.root);
    this.root.boundIn = 0;
    this.root.pending = 0;
    this.root.opens = 0;
  }

  close(): void {
    this.dropAll();
    libc.close(this.backing);
  }
}

/** Type of a directory in struct linux_dirent64. */
export const DT_DIR = 4;
const DELETED = new TextEncoder().encode(" (deleted)");
function endsWith(bytes: Uint8Array, end: Uint8Array): boolean {
  if (bytes.length < end.length) return false;
  const from = bytes.length - end.length;
  return end.every((byte, i) => bytes[from + i] === byte);
}

/** Where the system says that a descriptor's inode is. */
function readPath(fd: number): Uint8Array | null {
  const length = libc.readlinkat(
    AT.FDCWD,
    procPath(fd),
    memory.address + DENTS,
    8192,
  );
  return length < 0 ? null : memory.bytes.slice(DENTS, DENTS + length);
}
