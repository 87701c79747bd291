/**
 * One mirrored directory as a node sees it: the backing tree behind a descriptor, and the inodes in use. An inode is known by an id
 * that both copies carry in a trusted xattr, that the kernel gets as node id, and that every operation names: renames and hard
 * links cost no search. Nothing here knows the kernel's protocol or the peer.
 */
import { S_IFDIR, S_IFMT, STATX } from "../fuse/abi.ts";
import { E, errno, ErrnoError, libc, O } from "../system/libc.ts";
import type { Aide } from "./aide.ts";
import { DataFiles } from "./data_files.ts";
import {
  inoOf,
  procPath,
  readPath,
  stat,
  statFd,
  statMode,
} from "./descriptor.ts";
import { Disk } from "./disk.ts";
import { readId, writeId } from "./id_xattr.ts";
import { Exclusions } from "./exclusions.ts";
import { Inode, OWN } from "./inode.ts";
import { Inodes } from "./inodes.ts";
import { type Large, LastClose } from "./last_close.ts";
import { isHidden } from "./name.ts";
import { Paths } from "./paths.ts";
import { openHidden, walk } from "./walk.ts";

export const ROOT = 1;
/** After a write that failed when it had been answered: the next one would most likely fail too (a quota, a disk). */
const NOT_AHEAD_MS = 60_000;
export class Volume {
  readonly root: Inode;
  readonly answersAhead: boolean;
  readonly #inodes: Inodes;
  readonly #exclusions: Exclusions | null;
  readonly #dataFiles = new DataFiles();
  readonly #disk: Disk;
  readonly #lastClose: LastClose;
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
    { limit, exclude, answersAhead = false, large }: {
      readonly limit?: number | undefined;
      /** Guarantee level fsync: writes are answered when they are sent. */
      readonly answersAhead?: boolean | undefined;
      readonly exclude?: readonly string[] | undefined;
      readonly large?: Large | undefined;
    } = {},
  ) {
    this.#lastClose = new LastClose(large ?? null);
    this.#exclusions = Exclusions.of(exclude);
    this.answersAhead = answersAhead;
    const error = statFd(backing);
    if (error) throw new ErrnoError(`Cannot read "${path}"`, error);
    const trial = writeId(backing, ROOT);
    if (trial) {
      throw new ErrnoError(`Cannot mirror "${path}": ${refusal(trial)}`, trial);
    }
    this.#disk = new Disk(backing);
    this.#paths = new Paths(this, readPath(backing) ?? new Uint8Array(0));
    this.#inodes = new Inodes({
      path,
      backing,
      limit,
      close: (inode) => this.#close(inode),
    });
    this.root = this.#inodes.add(new Inode(ROOT, backing, S_IFDIR));
    this.root.lookups = 1;
    this.root.holders = 1;
  }

  /** Inodes known by their ids, the root too. */
  get known(): number {
    return this.#inodes.size;
  }

  /** Why every inode keeps a descriptor; null: it need not. */
  get noHandles(): string | null {
    return this.#inodes.noHandles;
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
    return this.#inodes.get(id);
  }

  has(id: number): boolean {
    return this.#inodes.has(id);
  }

  /** Whether writes to it were answered that are not done here yet. */
  isAhead(id: number): boolean {
    return (this.#inodes.inUse(id)?.ahead ?? 0) > 0;
  }

  /** Session in which the peer was told an id; 0: never, or not known here. */
  boundIn(id: number): number {
    return this.#inodes.boundIn(id);
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
    const known = this.#inodes.inUse(id);
    if (known) {
      // The newer descriptor has a living name; the older one's may be gone (unlinked while another hard link stays). Where it is not,
      // both names are remembered, this one by its directory: with a snapshot of hard links it may soon be gone, directory and all, and
      // all names would have to be looked at for the other one.
      const keeps = known === this.root ||
        parent !== 0 && hasOtherNames(fd) && this.#paths.isTold(known.fd);
      libc.close(keeps ? fd : known.fd);
      if (!keeps) known.fd = fd;
      known.parent = parent;
      known.used = true;
      return known;
    }
    const away = this.#inodes.takeBack(id, fd);
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
    return this.#inodes.isTwin(id, fd);
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
    return this.#inodes.add(inode);
  }

  /** The known inode that `name` in `parent` is: to be asked before the name is taken away or moved, see `nameLost`. */
  named(parent: Inode, name: number): Inode | undefined {
    const fd = libc.openat(parent.fd, name, O.PATH | O.NOFOLLOW | O.CLOEXEC, 0);
    if (fd < 0) return undefined;
    const id = readId(fd);
    const inode = this.#inodes.inUse(id) ?? this.#inodes.takeBack(id, fd);
    if (inode?.fd === fd) return inode;
    this.#lastClose.nameGone();
    if (inode) libc.close(fd);
    else this.#lastClose.closeBefore(fd);
    return inode;
  }

  /** A name of it was removed. If it was the last one, only a descriptor can reach what an application may still have open. */
  nameLost(inode: Inode | undefined): void {
    this.#lastClose.nameGone();
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

  /** Between requests only: while one is served, its inodes are held without being pinned. */
  putAway(): void {
    this.#inodes.putAway();
  }

  #close(inode: Inode): void {
    this.closeData(inode);
    if (inode.orphan) this.#lastClose.close(inode.fd);
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

  /**
   * The same where copies may be unlike: of two inodes with one id (a link that was made as a copy, in a session that broke off) what
   * is told of this path is for the one that stands there, whichever is known.
   */
  bindAt(id: number, path: Uint8Array): number {
    const known = this.get(id);
    const fd = known ? this.walk(path) : -1;
    if (known && (fd < 0 || inoOf(fd) !== inoOf(known.fd))) this.dropId(id);
    if (fd >= 0) libc.close(fd);
    return this.bind(id, path);
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
    return id !== ROOT && this.#inodes.forget(id, count);
  }

  /**
   * Told of each descriptor with data that was noted (`noteWritten`), before it is closed: it is the one that hears for certain what of
   * it could not be written back. Null: nobody need ask it.
   */
  set onWritten(told: ((fd: number) => void) | null) {
    this.#dataFiles.onWritten = told;
  }

  /** Data was written to an inode that nobody asks to have synced. */
  noteWritten(inode: Inode): void {
    this.#dataFiles.noteWritten(inode);
  }

  /** Drops an inode that nobody refers to. */
  drop(inode: Inode): void {
    this.dropId(inode.id);
  }

  /** The same without opening it. */
  dropId(id: number): void {
    if (id === ROOT) return;
    if (this.#inodes.inUse(id)?.orphan) this.onGone?.(id);
    this.#inodes.drop(id);
  }

  /** Drops everything but the root: a secondary at the begin of a session, a primary that has unmounted. */
  dropAll(): void {
    for (const inode of this.#inodes.all()) this.drop(inode);
    this.#inodes.forgetAway();
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
    this.#lastClose.nameGone();
    this.#disk.close();
    this.#inodes.close();
    libc.close(this.backing);
  }
}

/** Why a mirrored directory takes no attribute, and what to do about it. */
export function refusal(error: number): string {
  switch (error) {
    case E.ROFS:
      return "its file system is read-only; after a failure of the disk it becomes so by itself (dmesg says why): mend it, then mount it for writing";
    case E.OPNOTSUPP:
      return "its file system takes no trusted attributes (ext4, XFS, Btrfs and tmpfs do)";
    default:
      return "its file system refuses a trusted attribute";
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

/** Whether a file has more than one name. */
function hasOtherNames(fd: number): boolean {
  return statFd(fd) === 0 && (statMode() & S_IFMT) !== S_IFDIR &&
    stat.view.getUint32(stat.at + STATX.nlink, true) > 1;
}
