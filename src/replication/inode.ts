/** An inode in use: known by its id, reached by a descriptor. One that is not in use is a line of InodeTable instead. */
import { S_IFDIR } from "../fuse/abi.ts";

/** Ids from here on are this node's alone: what is excluded has them, and no frame ever names one. */
export const OWN = 2 ** 52;

export class Inode {
  /** O_PATH descriptor; pins the inode, so that its number cannot be used again. -1 after it was put away: never another file. */
  fd: number;
  /** For reading and writing, opened when first needed; -1: not open. */
  dataFd = -1;
  /** References by the kernel (lookup count). */
  lookups = 0;
  /** Open files of the kernel; the data descriptor stays as long. */
  opens = 0;
  /** Somebody writes past the kernel's page cache; until it is opened when nobody had it open. See fuse/page_cache.ts. */
  aroundCache = false;
  /** Changes of mode, owner, names or extended attributes; what came before this object counts as one. */
  #attributeChanges = 1;
  /** So many of them an fsync has made durable. */
  #durableChanges = 0;
  /** Session in which the peer was told this id. */
  boundIn = 0;
  /** Operations on it that are under way: at the peer, not yet here. Reads wait for those that came before them. */
  pending = 0;
  /** Operations that were under way and are done here, or have failed: they end in the order in which they came. */
  ended = 0;
  /** Of these: writes that were answered already (guarantee level fsync). Whoever tells of this inode waits for them. */
  ahead = 0;
  /** errno of such a write that failed here afterwards: of every fsync, until all who have the file open have closed it. */
  lateError = 0;
  #lateTold = false;
  /** Others who keep this object over more than one turn of the loop: fsyncs under way. */
  holders = 0;
  /** It has no name any more: no handle would find it, its descriptor is all there is. */
  orphan = false;
  /** Id of a directory in which it was seen; 0: none. A hint: it may have moved. */
  parent = 0;
  /** Asked for since the volume last looked for inodes to put away. */
  used = true;
  /** Its file was found so long, at least, and was not cut since: a write within does not look for its end. */
  length = 0;

  constructor(readonly id: number, fd: number, readonly type: number) {
    this.fd = fd;
  }

  changeAttributes(): void {
    this.#attributeChanges++;
  }

  get attributeChanges(): number {
    return this.#attributeChanges;
  }

  /** An fsync must reach more than the data. */
  get attributesChanged(): boolean {
    return this.#attributeChanges > this.#durableChanges;
  }

  /** A full fsync that began after so many changes is done on both disks. */
  attributesAreDurable(changes: number): void {
    this.#durableChanges = Math.max(this.#durableChanges, changes);
  }

  /** The oldest operation under way is no longer. */
  ends(): void {
    this.pending--;
    this.ended++;
  }

  /** Somebody is told of the write that failed. */
  tellLate(): number {
    this.#lateTold ||= this.lateError !== 0;
    return this.lateError;
  }

  /** Nobody was told yet. */
  get hasUntold(): boolean {
    return this.lateError !== 0 && !this.#lateTold;
  }

  /** One who had it open has closed it; the last one takes along what was told. */
  closed(): void {
    if (this.opens > 0) this.opens--;
    if (this.opens > 0 || !this.#lateTold) return;
    this.lateError = 0;
    this.#lateTold = false;
  }

  /** Excluded from mirroring: each node has its own, or none. */
  get own(): boolean {
    return this.id >= OWN;
  }

  get isDirectory(): boolean {
    return this.type === S_IFDIR;
  }

  /** Somebody counts on this object or on its descriptor. */
  get pinned(): boolean {
    return this.opens > 0 || this.pending > 0 || this.holders > 0 ||
      this.orphan || this.lateError !== 0 || this.aroundCache;
  }
}
