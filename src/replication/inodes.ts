/**
 * The inodes of one mirrored directory that are known by their ids. The kernel remembers millions; a descriptor for each would be too
 * many. Some thousands have one, the others are put away as a file handle in an InodeTable, and are opened by it when they are asked for.
 * See "Inodes" in DESIGN.md.
 */
import { STATX } from "../fuse/abi.ts";
import { errnoName, libc } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import { stat, statFd } from "./descriptor.ts";
import { FileHandles } from "./file_handle.ts";
import { readId } from "./id_xattr.ts";
import { Inode } from "./inode.ts";
import { InodeTable } from "./inode_table.ts";

/** Inodes that keep a descriptor while nobody uses them; more are put away. As many as an application works with at a time. */
const IN_USE = 8192;
/** Handle of the inode that is being put away. */
const handle = new Uint8Array(64);

export interface InodesOptions {
  readonly path: string;
  /** Descriptor of the directory. */
  readonly backing: number;
  readonly limit?: number | undefined;
  /** Closes what an inode has open. */
  readonly close: (inode: Inode) => void;
}

export class Inodes {
  /** Why every inode keeps a descriptor; null: it need not. */
  readonly noHandles: string | null;
  /** With a descriptor; the ones that were looked at last for being put away come last. */
  readonly #inUse = new Map<number, Inode>();
  readonly #handles: FileHandles | null;
  readonly #away: InodeTable;
  /** In use, above which some are put away. */
  #enough: number;
  readonly #limit: number;
  readonly #closeInode: (inode: Inode) => void;

  constructor({ path, backing, limit = IN_USE, close }: InodesOptions) {
    this.#limit = this.#enough = limit;
    this.#closeInode = close;
    const handles = FileHandles.open(backing);
    this.#handles = typeof handles === "number" ? null : handles;
    this.noHandles = typeof handles === "number"
      ? `the file system of "${path}" gives no file handles (${
        errnoName(handles)
      }): every file that the kernel remembers costs a descriptor, about a million at most`
      : null;
    this.#away = new InodeTable(this.#handles?.size ?? 0);
  }

  get size(): number {
    return this.#inUse.size + this.#away.size;
  }

  /** The inode of an id, opened again if it was put away; undefined: not known, or not there any more. */
  get(id: number): Inode | undefined {
    const inode = this.#inUse.get(id);
    if (!inode) return this.takeBack(id, -1);
    inode.used = true;
    return inode;
  }

  /** The same, but one that was put away stays there. */
  inUse(id: number): Inode | undefined {
    return this.#inUse.get(id);
  }

  has(id: number): boolean {
    return this.#inUse.has(id) || this.#away.has(id);
  }

  /** Session in which the peer was told an id; 0: never, or not known here. */
  boundIn(id: number): number {
    return this.#inUse.get(id)?.boundIn ?? this.#away.boundIn(id);
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

  /** A new one, which has a descriptor. */
  add(inode: Inode): Inode {
    this.#inUse.set(inode.id, inode);
    return inode;
  }

  /** From the table to those in use, by `fd` or else by its handle. */
  takeBack(id: number, fd: number): Inode | undefined {
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
    return this.add(inode);
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
    this.#closeInode(inode);
    return true;
  }

  /** Takes `count` from the kernel's references; whether none is left: then to be dropped. */
  forget(id: number, count: number): boolean {
    const inode = this.#inUse.get(id);
    if (!inode) return this.#away.forget(id, count);
    inode.lookups = Math.max(0, inode.lookups - count);
    return inode.lookups === 0;
  }

  /** Forgets an id, and closes what its inode has open. */
  drop(id: number): void {
    const inode = this.#inUse.get(id);
    if (inode) this.#closeInode(inode);
    else this.#away.remove(id);
    this.#inUse.delete(id);
  }

  /** Those with a descriptor. */
  all(): Inode[] {
    return [...this.#inUse.values()];
  }

  forgetAway(): void {
    this.#away.clear();
  }

  close(): void {
    this.#handles?.close();
  }
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
