/**
 * One mirrored directory as a node sees it: the backing tree behind a descriptor, and the inodes in use. An inode is known by an id
 * that both copies carry in a trusted xattr, that the kernel gets as node id, and that every operation names: renames and hard
 * links cost no search. Nothing here knows the kernel's protocol or the peer.
 *
 * The kernel remembers millions of inodes; a descriptor for each would be too many. Some thousands have one, the others are put
 * away as a file handle in an InodeTable, and are opened by it when they are asked for. See "Inodes" in DESIGN.md.
 */
import { S_IFDIR, S_IFMT, S_IFREG, STATX } from "../fuse/abi.ts";
import { E, errno, ErrnoError, errnoName, libc, O } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import type { Aide } from "./aide.ts";
import { DataFiles } from "./data_files.ts";
import { procPath, readPath, stat, statFd, statMode } from "./descriptor.ts";
import { Disk } from "./disk.ts";
import { FileHandles } from "./file_handle.ts";
import { readId, writeId } from "./id_xattr.ts";
import { Exclusions } from "./exclusions.ts";
import { Inode, OWN } from "./inode.ts";
import { InodeTable } from "./inode_table.ts";
import { isHidden } from "./name.ts";
import { Paths } from "./paths.ts";
import { openHidden, walk } from "./walk.ts";

export const ROOT = 1;
/** Inodes that keep a descriptor while nobody uses them; more are put away. As many as an application works with at a time. */
const IN_USE = 8192;
/** After a write that failed when it had been answered: the next one would most likely fail too (a quota, a disk). */
const NOT_AHEAD_MS = 60_000;
/** Handle of the inode that is being put away. */
const handle = new Uint8Array(64);

export class Volume {
  readonly root: Inode;
  readonly answersAhead: boolean;
  /** Why every inode keeps a descriptor; null: it need not. */
  readonly noHandles: string | null;
  /** With a descriptor; the ones that were looked at last for being put away come last. */
  readonly #inUse = new Map<number, Inode>();
  readonly #handles: FileHandles | null;
  readonly #away: InodeTable;
  /** In use, above which some are put away. */
  #enough: number;
  readonly #limit: number;
  readonly #exclusions: Exclusions | null;
  readonly #dataFiles = new DataFiles();
  readonly #disk: Disk;
  readonly #large: {
    readonly from: number;
    close(fd: number): void;
  } | null;
  /** Of a large file that nobody knows, whose name is being taken away; -1: none. */
  #doomed = -1;
  #notAheadUntil = 0;
  readonly #paths: Paths;
  /** Counts what gives an inode another name: a walk over all names during which it stood still has seen every inode. */
  moves = 0;
  /** Told the ids of those, while somebody walks over all names: they may have gone to where he has been already. */
  onMove: ((id: number, directory: boolean) => void) | null = null;
  /** Told the ids of those that were dropped after their last name was gone. */
  onGone: ((id: number) => void) | null = null;
  /**
   * Two inodes have one id: somebody made a copy with all attributes beneath the mount. Asked by a primary before one of them gets an id
   * of its own, for it is not known then of which the peer's file of this id is the copy. False: it cannot be recorded.
   */
  onTwin: (() => boolean) | null = null;
  /**
   * Something without an id stands in a directory (its id): put beneath the mount while nobody looked, so the peer has none of it. Asked
   * by a primary before it gets an id, which is all that tells it from what both have. False: it cannot be recorded.
   */
  onStranger: ((parent: number) => boolean) | null = null;

  /** An id that no file of this directory has: should `source` give one of old data, that file keeps it. */
  readonly newId = (): number => {
    for (;;) {
      const id = this.source();
      if (!this.has(id) && !this.has(id + OWN)) return id;
    }
  };

  /** `backing`: descriptor of the directory, kept until close. `source` gives ids never used before. */
  constructor(
    readonly index: number,
    readonly path: string,
    readonly backing: number,
    readonly source: () => number,
    { limit = IN_USE, exclude, answersAhead = false, large }: {
      readonly limit?: number | undefined;
      /** Guarantee level fsync: writes are answered when they are sent. */
      readonly answersAhead?: boolean | undefined;
      readonly exclude?: readonly string[] | undefined;
      /** Closes, beside the loop, the last descriptor of a file with so many bytes on the disk. */
      readonly large?: {
        readonly from: number;
        close(fd: number): void;
      } | undefined;
    } = {},
  ) {
    this.#large = large ?? null;
    this.#limit = this.#enough = limit;
    this.#exclusions = Exclusions.of(exclude);
    this.answersAhead = answersAhead;
    const error = statFd(backing);
    if (error) throw new ErrnoError(`Cannot read "${path}"`, error);
    this.root = new Inode(ROOT, backing, S_IFDIR);
    this.root.lookups = 1;
    this.root.holders = 1;
    this.#inUse.set(ROOT, this.root);
    const trial = writeId(backing, ROOT);
    if (trial) {
      throw new ErrnoError(
        `Cannot mirror "${path}": its file system takes no trusted attributes (ext4, XFS, Btrfs and tmpfs do)`,
        trial,
      );
    }
    this.#disk = new Disk(backing);
    this.#paths = new Paths(this, readPath(backing) ?? new Uint8Array(0));
    const handles = FileHandles.open(backing);
    this.#handles = typeof handles === "number" ? null : handles;
    this.noHandles = typeof handles === "number"
      ? `the file system of "${path}" gives no file handles (${
        errnoName(handles)
      }): every file that the kernel remembers costs a descriptor, about a million at most`
      : null;
    this.#away = new InodeTable(this.#handles?.size ?? 0);
  }

  /** Inodes known by their ids, the root too. */
  get known(): number {
    return this.#inUse.size + this.#away.size;
  }

  /** Whether a write may be answered when it is sent. */
  mayAnswerAhead(now: number): boolean {
    return this.answersAhead && now >= this.#notAheadUntil;
  }

  /** A write failed, on either disk, that may have been answered. */
  failedAhead(now: number): void {
    this.#notAheadUntil = now + NOT_AHEAD_MS;
  }

  /** The inode of an id, opened again if it was put away; undefined: not known, or not there any more. */
  get(id: number): Inode | undefined {
    const inode = this.#inUse.get(id);
    if (!inode) return this.#takeBack(id, -1);
    inode.used = true;
    return inode;
  }

  has(id: number): boolean {
    return this.#inUse.has(id) || this.#away.has(id);
  }

  /** Whether writes to it were answered that are not done here yet. */
  isAhead(id: number): boolean {
    return (this.#inUse.get(id)?.ahead ?? 0) > 0;
  }

  /** Session in which the peer was told an id; 0: never, or not known here. */
  boundIn(id: number): number {
    return this.#inUse.get(id)?.boundIn ?? this.#away.boundIn(id);
  }

  /** Opens `name` in `parent` without following; the inode it is, known or new (its id read, or given if it has none). Or errno. */
  lookup(parent: Inode, name: number): Inode | number {
    const fd = libc.openat(parent.fd, name, O.PATH | O.NOFOLLOW | O.CLOEXEC, 0);
    if (fd < 0) return errno();
    const own = this.#exclusions !== null &&
      this.excludes(parent, textAt(name));
    return this.#adopt(fd, parent.id, own);
  }

  #adopt(fd: number, parent: number, own: boolean): Inode | number {
    let id = readId(fd);
    // It may well have one: a new one would make it another file.
    if (id < 0) {
      libc.close(fd);
      return -id;
    }
    const twin = this.onTwin !== null && this.isTwin(id, fd);
    // What is excluded is in nobody's copy.
    const stranger = id === 0 && !own && this.onStranger !== null;
    if (
      twin && !own && !this.onTwin!() || stranger && !this.onStranger!(parent)
    ) {
      libc.close(fd);
      // Not EIO: it is our own state that cannot be written, and this disk is well.
      return E.AGAIN;
    }
    if (twin || id === 0 || (id >= OWN) !== own) {
      const crossed = id !== 0 && !twin && hasOtherNames(fd);
      // A file from before hakit, or one that a crash kept from getting its id: it is found again by resync's listings. Or one that
      // stood on the other side of the border when `exclude` was changed.
      id = this.newId() + (own ? OWN : 0);
      const error = crossed ? E.XDEV : writeId(fd, id);
      if (error) {
        libc.close(fd);
        return error;
      }
    }
    const known = this.#inUse.get(id);
    if (known) {
      // The newer descriptor has a living name; the older one's may be gone (unlinked while another hard link stays).
      libc.close(known === this.root ? fd : known.fd);
      if (known !== this.root) known.fd = fd;
      known.parent = parent;
      known.used = true;
      return known;
    }
    const away = this.#takeBack(id, fd);
    if (away) {
      away.parent = parent;
      return away;
    }
    const error = statFd(fd);
    if (error) {
      libc.close(fd);
      return error;
    }
    return this.#add(id, fd, parent);
  }

  /** Whether another inode than the one behind `fd` is known by this id. */
  isTwin(id: number, fd: number): boolean {
    const known = this.#inUse.get(id);
    if (known) return !isSame(known.fd, fd);
    const away = this.#away.size === 0 ? undefined : this.#away.get(id);
    if (!away) return false;
    const type = this.#handles!.of(fd, handle);
    return type >= 0 && (type !== away.handleType ||
      away.handle.some((byte, i) => byte !== handle[i]));
  }

  get hasExclusions(): boolean {
    return this.#exclusions !== null;
  }

  /** Whether `name` in `parent` is this node's own: excluded itself, or below what is. */
  excludes(parent: Inode, name: Uint8Array): boolean {
    if (this.#exclusions === null) return false;
    return parent.own ||
      this.#exclusions.excludes(name, () => this.pathOf(parent));
  }

  /** The same for whoever walks by paths and never enters what is excluded; our own folder too. */
  leavesOut(path: Uint8Array, name: Uint8Array): boolean {
    return path.length === 0 && isHidden(name) ||
      (this.#exclusions?.excludes(name, () => path) ?? false);
  }

  /** What is excluded below `path`: see Exclusions. */
  excludedBelow(path: Uint8Array): string {
    return this.#exclusions?.below(path) ?? "";
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
    // A broken primary may give an id twice.
    this.dropId(id);
    return this.#add(id, fd, parent.id);
  }

  /** Takes in a file that was made without a name: gives it `id`, keeps `fd` for its data. 0 or errno. */
  adoptOpen(fd: number, id: number): number {
    const path = libc.open(procPath(fd), O.PATH | O.CLOEXEC, 0);
    const error = path < 0 ? errno() : writeId(fd, id) || statFd(fd);
    if (error) {
      if (path >= 0) libc.close(path);
      libc.close(fd);
      return error;
    }
    this.dropId(id);
    const inode = this.#add(id, path, 0);
    inode.orphan = true;
    inode.dataFd = fd;
    this.keepData(inode);
    return 0;
  }

  /** `stat` tells its type. */
  #add(id: number, fd: number, parent: number): Inode {
    const inode = new Inode(id, fd, statMode() & S_IFMT);
    inode.parent = parent;
    this.#inUse.set(id, inode);
    return inode;
  }

  /** The known inode that `name` in `parent` is: to be asked before the name is taken away or moved, see `nameLost`. */
  named(parent: Inode, name: number): Inode | undefined {
    const fd = libc.openat(parent.fd, name, O.PATH | O.NOFOLLOW | O.CLOEXEC, 0);
    if (fd < 0) return undefined;
    const id = readId(fd);
    const inode = this.#inUse.get(id) ?? this.#takeBack(id, fd);
    if (inode?.fd === fd) return inode;
    this.#letDoomedGo();
    if (inode || !this.#large || !this.#isLarge(fd)) libc.close(fd);
    else this.#doomed = fd;
    return inode;
  }

  /** `stat` tells of it then. */
  #isLarge(fd: number): boolean {
    return this.#large !== null && statFd(fd) === 0 &&
      (statMode() & S_IFMT) === S_IFREG &&
      getU64(stat.view, stat.at + STATX.blocks) * 512 >= this.#large.from;
  }

  #letDoomedGo(): void {
    if (this.#doomed >= 0) this.#letGo(this.#doomed);
    this.#doomed = -1;
  }

  /** Closes a descriptor; where that frees much of the disk, beside the loop. */
  #letGo(fd: number): void {
    const frees = this.#isLarge(fd) &&
      stat.view.getUint32(stat.at + STATX.nlink, true) === 0;
    if (frees) this.#large!.close(fd);
    else libc.close(fd);
  }

  /** A name of it was removed. If it was the last one, only a descriptor can reach what an application may still have open. */
  nameLost(inode: Inode | undefined): void {
    this.#letDoomedGo();
    if (!inode || inode === this.root || statFd(inode.fd) !== 0) return;
    inode.orphan = inode.isDirectory ||
      stat.view.getUint32(stat.at + STATX.nlink, true) === 0;
  }

  /** An inode has got another name: this one. */
  gotName(parent: Inode, name: number): void {
    this.moves++;
    if (!this.onMove) return;
    const fd = libc.openat(parent.fd, name, O.PATH | O.NOFOLLOW | O.CLOEXEC, 0);
    if (fd < 0) return;
    const id = readId(fd);
    if (id > 0 && statFd(fd) === 0) {
      this.onMove(id, (statMode() & S_IFMT) === S_IFDIR);
    }
    libc.close(fd);
  }

  /** From the table to those in use, by `fd` or else by its handle. */
  #takeBack(id: number, fd: number): Inode | undefined {
    if (this.#away.size === 0) return undefined;
    const record = this.#away.get(id);
    if (!record) return undefined;
    let opened = fd;
    if (fd < 0) {
      opened = this.#handles!.open(record.handle, record.handleType);
      if (opened < 0) return undefined;
      // The handle's generation says so already; one that another file system gives might not.
      if (readId(opened) !== id) {
        libc.close(opened);
        return undefined;
      }
    }
    const inode = new Inode(id, opened, record.type);
    inode.lookups = record.lookups;
    inode.boundIn = record.boundIn;
    inode.parent = record.parent;
    if (!record.attributesChanged) {
      inode.attributesAreDurable(inode.attributeChanges);
    }
    this.#away.remove(id);
    this.#inUse.set(id, inode);
    return inode;
  }

  /**
   * Puts inodes away that were not asked for lately, when too many have a descriptor. Between requests only: while one is served,
   * its inodes are held without being pinned.
   */
  putAway(): void {
    if (!this.#handles || this.#inUse.size <= this.#enough) return;
    // Each that was used gets a second chance.
    const looks = 4 * (this.#inUse.size - this.#limit) + 16;
    let looked = 0, pinned = 0;
    for (const inode of this.#inUse.values()) {
      if (this.#inUse.size <= this.#limit || looked++ === looks) break;
      this.#inUse.delete(inode.id);
      if (inode.pinned) pinned++;
      if (inode.used || inode.pinned || !this.#store(inode)) {
        inode.used = false;
        this.#inUse.set(inode.id, inode);
      }
    }
    // Applications may hold more files open than the limit: they are not all looked at again for each further one.
    const over = this.#inUse.size - this.#limit;
    this.#enough = this.#limit +
      (pinned * 2 > looked ? over + (over >> 2) + 256 : 0);
  }

  #store(inode: Inode): boolean {
    const handleType = this.#handles!.of(inode.fd, handle);
    if (handleType < 0) return false;
    const { attributesChanged } = inode;
    this.#away.add({ ...inode, attributesChanged, handleType, handle });
    this.#close(inode);
    return true;
  }

  #close(inode: Inode): void {
    this.closeData(inode);
    if (inode.orphan) this.#letGo(inode.fd);
    else libc.close(inode.fd);
    // Whoever still holds the object gets EBADF, and not what the number stands for by then.
    inode.fd = -1;
  }

  /** Walks `path` (bytes, relative, no leading slash) name by name, never through a symlink; a new O_PATH descriptor or -errno. */
  walk(path: Uint8Array): number {
    return walk(this.backing, path);
  }

  /** An O_PATH descriptor of the folder `name` in our own folder, both made when missing; -errno. */
  hidden(name: string): number {
    return openHidden(this.backing, name);
  }

  /** Secondary: the primary names an inode by its path now; refused when the file there is another one. 0 or errno. */
  bind(id: number, path: Uint8Array): number {
    if (this.get(id)) return 0;
    const fd = this.walk(path);
    if (fd < 0) return -fd;
    const stands = readId(fd);
    if (stands !== id) {
      libc.close(fd);
      return stands < 0 ? -stands : E.STALE;
    }
    const inode = this.#adopt(fd, 0, false);
    return typeof inode === "number" ? inode : 0;
  }

  /** Takes in the inode behind an O_PATH descriptor, which is then the volume's. Or errno, and it is closed. */
  take(fd: number): Inode | number {
    return this.#adopt(fd, 0, false);
  }

  /** Path of an inode below the root, as bytes; null when it has no name any more, or none that the system can tell. */
  pathOf(inode: Inode): Uint8Array | null {
    return this.#paths.of(inode);
  }

  /** The same without a look at every name; undefined: that would be needed. */
  pathNearby(inode: Inode): Uint8Array | null | undefined {
    return this.#paths.nearby(inode);
  }

  /** The descriptor for data; opens it when needed. -errno. */
  data(inode: Inode): number {
    return this.#dataFiles.open(inode);
  }

  /** Counts an open data descriptor among those that may be closed again. */
  keepData(inode: Inode): void {
    this.#dataFiles.keep(inode);
  }

  closeData(inode: Inode): void {
    this.#dataFiles.close(inode);
  }

  /** Takes `count` from the kernel's references; whether none is left: then to be dropped. */
  forget(id: number, count: number): boolean {
    if (id === ROOT) return false;
    const inode = this.#inUse.get(id);
    if (!inode) return this.#away.forget(id, count);
    inode.lookups = Math.max(0, inode.lookups - count);
    return inode.lookups === 0;
  }

  /** Drops an inode that nobody refers to. */
  drop(inode: Inode): void {
    this.dropId(inode.id);
  }

  /** The same without opening it. */
  dropId(id: number): void {
    if (id === ROOT) return;
    const inode = this.#inUse.get(id);
    if (!inode) {
      this.#away.remove(id);
      return;
    }
    if (inode.orphan) this.onGone?.(id);
    this.#close(inode);
    this.#inUse.delete(id);
  }

  /** Drops everything but the root: a secondary at the begin of a session, a primary that has unmounted. */
  dropAll(): void {
    for (const inode of [...this.#inUse.values()]) this.drop(inode);
    this.#away.clear();
    this.closeData(this.root);
    this.root.boundIn = 0;
    this.root.pending = 0;
    this.root.opens = 0;
  }

  /** Makes everything written to it durable, beside the loop: 0 or errno. */
  sync(aide: Pick<Aide, "run">, done: (error: number) => void): void {
    this.#disk.sync(aide, done);
  }

  close(): void {
    this.dropAll();
    this.#letDoomedGo();
    this.#disk.close();
    this.#handles?.close();
    libc.close(this.backing);
  }
}

/** The C string at `address`. */
function textAt(address: number): Uint8Array {
  const pointer = Deno.UnsafePointer.create(BigInt(address));
  const view = new Deno.UnsafePointerView(pointer!);
  const name = new Uint8Array(256);
  for (let length = 0; length < name.length; length++) {
    const byte = view.getUint8(length);
    if (byte === 0) return name.subarray(0, length);
    name[length] = byte;
  }
  // Longer than any name can be: no file has it.
  return name;
}

/** Whether both lead to one inode. One that cannot be read is nobody's twin. */
function isSame(a: number, b: number): boolean {
  if (statFd(a) !== 0) return true;
  const one = inodeOf();
  return statFd(b) !== 0 || one === inodeOf();
}

function inodeOf(): string {
  const { view, at } = stat;
  return [
    getU64(view, at + STATX.ino),
    view.getUint32(at + STATX.devMajor, true),
    view.getUint32(at + STATX.devMinor, true),
  ].join();
}

/** Whether a file has more than one name. */
function hasOtherNames(fd: number): boolean {
  return statFd(fd) === 0 && (statMode() & S_IFMT) !== S_IFDIR &&
    stat.view.getUint32(stat.at + STATX.nlink, true) > 1;
}
