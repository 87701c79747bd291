/**
 * The returning node's side of a resync: makes its names, data and attributes those that the source tells. What has no place any
 * more goes to a purgatory first, so that moved files are found again by their ids and cost no data.
 */
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../fuse/abi.ts";
import { getU64, setU64 } from "../system/u64.ts";
import type { Outgoing } from "../peer/connection.ts";
import { AT, E, errno, errnoName, libc, Memory, SYS } from "../system/libc.ts";
import { BLOCK, BLOCKS, Chunks, SUMMARY } from "./blocks.ts";
import { chown, openName, sizeOf, writeXattrs } from "./inspect.ts";
import { decodeAttributes, decodeListing, type Entry } from "./listing.ts";
import { CHUNK } from "./marks.ts";
import {
  KIND,
  MISSING_DATA,
  MISSING_NAMES,
  WANTED_DIRECTORY,
  WANTED_FILE,
  WANTED_OTHER,
} from "./operation.ts";
import type { Frame } from "../peer/frame.ts";
import {
  HIDDEN,
  isHidden,
  listNames,
  procPath,
  readId,
  ROOT,
  stat,
  statFd,
  validName,
  type Volume,
  writeId,
} from "./volume.ts";
import { STATX } from "../fuse/abi.ts";

const memory = new Memory(16384);
const NAME = 0, OTHER = 4096, TIMES = 8192, EMPTY = 8300;
memory.string("", EMPTY);
/** Listings held until the source asks for them to be done; more is a broken source. */
const MAX_LISTINGS = 4096;
/** Files with other links than at the source that are told at the end of one pass; the rest waits for the next. */
const MAX_LINKED = 2000;

/**
 * Opens our folder `name` on the volume, made if need be. From the backing's descriptor, never by path: the path leads over another
 * mount of the same file system, and no rename crosses from one mount to another.
 */
function openHidden(volume: Volume, name: string): number {
  const fd = volume.hidden(name);
  if (fd < 0) {
    throw new Error(
      `Cannot open "${volume.path}/${HIDDEN}/${name}": ${errnoName(-fd)}`,
    );
  }
  return fd;
}

interface Listing {
  readonly volume: Volume;
  readonly id: number;
  readonly path: Uint8Array;
  readonly entries: Entry[];
}

export class ResyncTarget {
  /** Bytes that came as data. */
  bytesReceived = 0;
  lastError = 0;
  #listings: Listing[] = [];
  #partial: Listing | null = null;
  /** Something could not be done as told in this pass: the source then lists everything again. */
  #uneven: string | null = null;
  /** Where an id stands on this node, as far as seen. */
  readonly #seen = new Map<string, Uint8Array>();
  readonly #chunks = new Chunks();
  readonly #purgatories = new Map<Volume, number>();
  /** Files with fewer or more names than at the source: a link may have been made as a copy. Looked at again after each pass. */
  readonly #suspects = new Map<
    string,
    {
      readonly volume: Volume;
      readonly id: number;
      readonly path: Uint8Array;
      readonly nlink: number;
    }
  >();

  constructor(
    readonly volumes: readonly Volume[],
    readonly outgoing: Outgoing,
  ) {}

  /** One frame of the source; null: fine; a string: it cannot go on. */
  heard(frame: Frame, bytes: Uint8Array): string | null {
    const volume = this.volumes[frame.volume];
    if (!volume) {
      return `resync of directory ${frame.volume}, of ${this.volumes.length}`;
    }
    switch (frame.kind) {
      case KIND.LIST:
        return this.#take(volume, frame, bytes);
      case KIND.LISTED:
        this.#arrange();
        return null;
      case KIND.HINT:
        this.#hint(volume, frame.id, bytes);
        return null;
      case KIND.FILE:
        return this.#file(volume, frame.id, bytes);
      case KIND.HASHES:
        return this.#compare(volume, frame, bytes);
      case KIND.DATA:
        return this.#write(volume, frame, bytes);
      case KIND.HOLE:
        return this.#punch(volume, frame, bytes);
      case KIND.META:
        return this.#attributes(volume, frame.id, bytes);
      case KIND.END:
        return this.#end(frame.argument);
      default:
        return `unexpected frame of kind ${frame.kind} in a resync`;
    }
  }

  /** Moves everything that stands in the directories into a dated folder beside: data that is not the cluster's is never overwritten. */
  static setAside(volumes: readonly Volume[], name: string): string[] {
    const folders: string[] = [];
    for (const volume of volumes) {
      const names = listNames(volume.backing).filter((each) =>
        !isHidden(each) && new TextDecoder().decode(each) !== "lost+found"
      );
      if (names.length === 0) continue;
      const path = `${volume.path}/${HIDDEN}/${name}`;
      const folder = openHidden(volume, name);
      for (const each of names) {
        const target = memory.string(each, NAME);
        if (
          Number(
            libc.renameat2(
              SYS.renameat2,
              volume.backing,
              target,
              folder,
              target,
              0,
            ),
          ) !== 0
        ) {
          const code = errno();
          libc.close(folder);
          throw new Error(
            `Cannot move what stands in "${volume.path}" to "${path}": ${
              errnoName(code)
            }`,
          );
        }
      }
      libc.close(folder);
      folders.push(path);
    }
    return folders;
  }

  #take(volume: Volume, frame: Frame, bytes: Uint8Array): string | null {
    const listing = decodeListing(bytes);
    if (
      !listing ||
      listing.entries.some((entry) => !validName(entry.name) || entry.id < 2)
    ) return "a listing that is none";
    if (this.#partial) this.#partial.entries.push(...listing.entries);
    else {this.#partial = {
        volume,
        id: frame.id,
        path: listing.path,
        entries: listing.entries,
      };}
    if (frame.flags & 1) return null;
    if (frame.id === ROOT) this.#suspects.clear();
    if (this.#listings.length >= MAX_LISTINGS) {
      return "too many listings at once";
    }
    this.#listings.push(this.#partial);
    this.#partial = null;
    return null;
  }

  #openDirectory(listing: Listing): number {
    const fd = listing.volume.walk(listing.path);
    if (fd < 0) return fd;
    if (listing.id === ROOT || readId(fd) === listing.id) return fd;
    libc.close(fd);
    return -E.STALE;
  }

  /** Does the listings that came: first everything that must leave its place, then everything that must be there, parents first. */
  #arrange(): void {
    const wanted: number[][] = [];
    const listings = this.#listings;
    this.#listings = [];
    for (const listing of listings) {
      const fd = this.#openDirectory(listing);
      if (fd < 0) continue;
      this.#remove(listing, fd);
      libc.close(fd);
    }
    for (const listing of listings) {
      const fd = this.#openDirectory(listing);
      if (fd < 0) {
        this.#missing(listing.volume, listing.id, MISSING_NAMES);
        continue;
      }
      // Again: a directory that only now came to its place could not be looked at before.
      this.#remove(listing, fd);
      for (const entry of listing.entries) {
        this.#place(listing, fd, entry, wanted);
      }
      libc.close(fd);
    }
    const PART = 6000;
    for (let at = 0; at === 0 || at < wanted.length; at += PART) {
      const part = wanted.slice(at, at + PART);
      const bytes = new Uint8Array(part.length * 10),
        view = new DataView(bytes.buffer);
      part.forEach(([volume, directory, id], i) => {
        view.setUint8(i * 10, volume!);
        view.setUint8(i * 10 + 1, directory!);
        setU64(view, i * 10 + 2, id!);
      });
      this.outgoing.append({
        kind: KIND.WANTED,
        flags: at + PART < wanted.length ? 1 : 0,
      }, bytes);
    }
  }

  #remove(listing: Listing, directory: number): void {
    const expected = new Map(
      listing.entries.map((entry) => [text(entry.name), entry]),
    );
    for (const name of listNames(directory)) {
      if (listing.id === ROOT && isHidden(name)) continue;
      const fd = openName(directory, name);
      if (fd < 0) continue;
      const id = readId(fd), error = statFd(fd);
      const mode = stat.view.getUint16(stat.at + STATX.mode, true);
      const ino = getU64(stat.view, stat.at + STATX.ino);
      libc.close(fd);
      const entry = expected.get(text(name));
      const path = join(listing.path, name);
      const right = !error && entry && entry.id === id &&
        (entry.mode & S_IFMT) === (mode & S_IFMT);
      if (right) {
        if (this.#agrees(listing.volume, id, ino, path)) continue;
        // Two inodes stood for one: passes may have brought the data to either. The one that stays is compared as a whole.
        this.#missing(listing.volume, id, MISSING_DATA);
      }
      this.#banish(listing.volume, directory, name, id, path);
    }
  }

  /** Remembers where an id stands; false: it stands elsewhere as another inode (a link that was copied). */
  #agrees(volume: Volume, id: number, ino: number, path: Uint8Array): boolean {
    const name = `${volume.index}:${id}`;
    const seen = this.#seen.get(name);
    if (seen && !equal(seen, path)) {
      const fd = volume.walk(seen);
      if (fd >= 0) {
        const other = readId(fd) === id && statFd(fd) === 0
          ? getU64(stat.view, stat.at + STATX.ino)
          : ino;
        libc.close(fd);
        if (other !== ino) return false;
      }
    }
    this.#seen.set(name, path);
    return true;
  }

  #purgatory(volume: Volume): number {
    const known = this.#purgatories.get(volume);
    if (known !== undefined) return known;
    const fd = openHidden(volume, "purgatory");
    this.#purgatories.set(volume, fd);
    return fd;
  }

  #banished = 0;
  #banish(
    volume: Volume,
    directory: number,
    name: Uint8Array,
    id: number,
    path: Uint8Array,
  ): void {
    const purgatory = this.#purgatory(volume);
    const from = memory.string(name, NAME);
    // NOREPLACE: a second hard link of the same inode gets another name there, it is not needed.
    let result = Number(
      libc.renameat2(
        SYS.renameat2,
        directory,
        from,
        purgatory,
        memory.string(String(id), OTHER),
        1,
      ),
    );
    if (result !== 0 && errno() === E.EXIST) {
      result = Number(
        libc.renameat2(
          SYS.renameat2,
          directory,
          from,
          purgatory,
          memory.string(`${id}.${++this.#banished}`, OTHER),
          1,
        ),
      );
    }
    if (result !== 0) {
      this.#uneven ??= `"${text(name)}" cannot be moved away`;
    }
    const inode = volume.get(id);
    if (inode) volume.drop(inode);
    // Where else it stands is still true: a link that was made as a copy becomes a link again.
    const seen = this.#seen.get(`${volume.index}:${id}`);
    if (seen && equal(seen, path)) this.#seen.delete(`${volume.index}:${id}`);
  }

  #place(
    listing: Listing,
    directory: number,
    entry: Entry,
    wanted: number[][],
  ): void {
    const { volume } = listing;
    const path = join(listing.path, entry.name);
    const there = openName(directory, entry.name);
    if (there >= 0) {
      libc.close(there);
      return;
    }
    const name = memory.string(entry.name, NAME);
    const type = entry.mode & S_IFMT;
    const purgatory = this.#purgatory(volume);
    const seen = this.#seen.get(`${volume.index}:${entry.id}`);
    const other = seen ? volume.walk(seen) : -1;
    if (other >= 0) {
      // A further name of a file that stands elsewhere.
      const linked = type !== S_IFDIR && readId(other) === entry.id &&
        libc.linkat(
            AT.FDCWD,
            procPath(other),
            directory,
            name,
            AT.SYMLINK_FOLLOW,
          ) === 0;
      libc.close(other);
      if (linked) return;
    }
    if (
      Number(
        libc.renameat2(
          SYS.renameat2,
          purgatory,
          memory.string(String(entry.id), OTHER),
          directory,
          name,
          1,
        ),
      ) === 0
    ) {
      const fd = openName(directory, entry.name);
      const right = fd >= 0 && readId(fd) === entry.id && statFd(fd) === 0 &&
        (stat.view.getUint16(stat.at + STATX.mode, true) & S_IFMT) === type;
      if (fd >= 0) libc.close(fd);
      if (right) {
        this.#seen.set(`${volume.index}:${entry.id}`, path);
        return;
      }
      this.#banish(volume, directory, entry.name, 0, path);
    }
    if (this.#make(directory, name, entry) !== 0) {
      this.#failed(errno());
      return;
    }
    const fd = openName(directory, entry.name);
    if (fd < 0 || writeId(fd, entry.id) !== 0) this.#failed(errno());
    if (fd >= 0) libc.close(fd);
    this.#seen.set(`${volume.index}:${entry.id}`, path);
    let sort: number = WANTED_OTHER;
    if (type === S_IFREG) sort = WANTED_FILE;
    else if (type === S_IFDIR) sort = WANTED_DIRECTORY;
    wanted.push([volume.index, sort, entry.id]);
  }

  #make(directory: number, name: number, entry: Entry): number {
    switch (entry.mode & S_IFMT) {
      case S_IFDIR:
        return libc.mkdirat(directory, name, 0o700);
      case S_IFLNK:
        return libc.symlinkat(
          memory.string(entry.target, OTHER),
          directory,
          name,
        );
      default:
        return Number(
          libc.mknodat(
            SYS.mknodat,
            directory,
            name,
            (entry.mode & S_IFMT) | 0o600,
            entry.rdev,
          ),
        );
    }
  }

  #failed(code: number): void {
    this.#uneven ??= `this node's disk refuses: ${errnoName(code)}`;
    this.lastError = code;
  }

  #hint(volume: Volume, id: number, path: Uint8Array): void {
    const fd = volume.walk(path);
    if (fd < 0) return;
    if (readId(fd) === id) this.#seen.set(`${volume.index}:${id}`, path);
    libc.close(fd);
  }

  #file(volume: Volume, id: number, bytes: Uint8Array): string | null {
    if (bytes.length < 8) return "a file without size";
    const size = getU64(new DataView(bytes.buffer, bytes.byteOffset), 0);
    if (volume.bind(id, bytes.slice(8)) !== 0) {
      // It moved at the source meanwhile: the source sends it again when its names have come.
      this.#missing(volume, id, MISSING_DATA);
      return null;
    }
    const inode = volume.get(id)!;
    if (inode.type !== S_IFREG) return null;
    const fd = volume.data(inode);
    if (fd < 0 || libc.ftruncate(fd, size) !== 0) {
      this.#failed(fd < 0 ? -fd : errno());
    }
    return null;
  }

  #compare(volume: Volume, frame: Frame, theirs: Uint8Array): string | null {
    const blocks = theirs.length / SUMMARY;
    if (!Number.isInteger(blocks) || blocks > BLOCKS) {
      return "hashes of a wrong size";
    }
    const inode = volume.get(frame.id);
    let bits = 0;
    if (inode && inode.type === S_IFREG) {
      const fd = volume.data(inode);
      const mine = new Uint8Array(SUMMARY * BLOCKS);
      const has = fd < 0
        ? -1
        : this.#chunks.summarize(fd, frame.argument, sizeOf(inode.fd), mine);
      for (let block = 0; block < blocks; block++) {
        const at = block * SUMMARY;
        const same = block < has &&
          equal(
            mine.subarray(at, at + SUMMARY),
            theirs.subarray(at, at + SUMMARY),
          );
        if (!same) bits |= 1 << block;
      }
    }
    const answer = new Uint8Array(2);
    new DataView(answer.buffer).setUint16(0, bits, true);
    this.outgoing.append({
      kind: KIND.BLOCKS,
      volume: volume.index,
      id: frame.id,
      argument: frame.argument,
    }, answer);
    return null;
  }

  #write(volume: Volume, frame: Frame, bytes: Uint8Array): string | null {
    if (bytes.length > CHUNK || frame.argument > 2 ** 52) {
      return "data of a wrong size";
    }
    const inode = volume.get(frame.id);
    const fd = inode && inode.type === S_IFREG ? volume.data(inode) : -1;
    if (fd < 0) {
      this.#missing(volume, frame.id, MISSING_DATA);
      return null;
    }
    this.#chunks.memory.bytes.set(bytes, 0);
    for (let done = 0; done < bytes.length;) {
      const n = libc.pwrite(
        fd,
        this.#chunks.memory.address + done,
        bytes.length - done,
        frame.argument + done,
      );
      const code = n === 0 ? E.IO : errno();
      // What must go anyway goes now: a full disk must not keep the copy from becoming smaller.
      if (n < 0 && code === E.NOSPC && this.#emptyPurgatories()) continue;
      if (n <= 0) {
        this.#failed(code);
        return `this node cannot write: ${errnoName(this.lastError)}`;
      }
      done += n;
    }
    this.bytesReceived += bytes.length;
    return null;
  }

  #punch(volume: Volume, frame: Frame, bytes: Uint8Array): string | null {
    const inode = volume.get(frame.id);
    const fd = inode && inode.type === S_IFREG ? volume.data(inode) : -1;
    if (fd < 0 || bytes.length !== 8) {
      this.#missing(volume, frame.id, MISSING_DATA);
      return null;
    }
    let length = getU64(new DataView(bytes.buffer, bytes.byteOffset), 0);
    if (frame.argument + length > 2 ** 53 - BLOCK) return "a hole without end";
    const end = frame.argument + length;
    // Part of a page would be filled with zeros and stay; behind the file's end is nothing that could be lost.
    if (end >= sizeOf(inode!.fd)) length += (BLOCK - end % BLOCK) % BLOCK;
    const PUNCH_HOLE_KEEP_SIZE = 3;
    if (
      length === 0 ||
      libc.fallocate(fd, PUNCH_HOLE_KEEP_SIZE, frame.argument, length) === 0
    ) return null;
    if (errno() !== E.OPNOTSUPP) {
      this.#failed(errno());
      return null;
    }
    // A file system without holes: zeros are the same data.
    this.#chunks.memory.bytes.fill(0, 0, BLOCK);
    for (let done = 0; done < length; done += BLOCK) {
      libc.pwrite(
        fd,
        this.#chunks.memory.address,
        Math.min(BLOCK, length - done),
        frame.argument + done,
      );
    }
    return null;
  }

  #attributes(volume: Volume, id: number, bytes: Uint8Array): string | null {
    const wanted = decodeAttributes(bytes);
    if (!wanted) return "attributes that are none";
    if (
      id === ROOT
        ? wanted.path.length !== 0
        : volume.bind(id, wanted.path) !== 0
    ) {
      this.#missing(volume, id, 0);
      return null;
    }
    const inode = volume.get(id)!;
    const type = wanted.mode & S_IFMT;
    let error = chown(inode.fd, wanted.uid, wanted.gid);
    if (
      !error && type !== S_IFLNK &&
      libc.fchmodat(AT.FDCWD, procPath(inode.fd), wanted.mode & 0o7777, 0) !== 0
    ) error = errno();
    if (!error && type === S_IFREG) {
      const fd = volume.data(inode);
      if (fd < 0) error = -fd;
      else if (
        sizeOf(inode.fd) !== wanted.size &&
        libc.ftruncate(fd, wanted.size) !== 0
      ) error = errno();
    }
    error ||= writeXattrs(inode.fd, wanted.xattrs);
    const view = new DataView(wanted.times.buffer, wanted.times.byteOffset);
    for (const [from, to] of [[0, TIMES], [12, TIMES + 16]] as const) {
      memory.view.setBigUint64(to, view.getBigUint64(from, true), true);
      memory.view.setBigUint64(
        to + 8,
        BigInt(view.getUint32(from + 8, true)),
        true,
      );
    }
    if (
      !error &&
      libc.utimensat(
          AT.FDCWD,
          procPath(inode.fd),
          memory.address + TIMES,
          0,
        ) !== 0
    ) error = errno();
    if (error) this.#failed(error);
    const key = `${volume.index}:${id}`;
    // What is linked is counted again when the purgatory is empty: a name there may stand for one that is a copy here.
    const linked = wanted.nlink > 1 || namesOf(inode.fd) !== wanted.nlink;
    if (type !== S_IFDIR && linked) {
      this.#suspects.set(key, {
        volume,
        id,
        path: wanted.path,
        nlink: wanted.nlink,
      });
    } else this.#suspects.delete(key);
    return null;
  }

  /** What of this pass must be looked at again: u32 count, u8 volume and u64 id each, then words for what could not be done. */
  #unlike(): Uint8Array {
    const linked: [number, number][] = [];
    for (const [key, { volume, id, path, nlink }] of this.#suspects) {
      const fd = volume.walk(path);
      const right = fd < 0 || readId(fd) !== id || namesOf(fd) === nlink;
      if (fd >= 0) libc.close(fd);
      if (right) this.#suspects.delete(key);
      else if (linked.length < MAX_LINKED) linked.push([volume.index, id]);
    }
    const words = new TextEncoder().encode(this.#uneven ?? "");
    const bytes = new Uint8Array(4 + linked.length * 9 + words.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, linked.length, true);
    linked.forEach(([volume, id], i) => {
      view.setUint8(4 + i * 9, volume);
      setU64(view, 5 + i * 9, id);
    });
    bytes.set(words, 4 + linked.length * 9);
    return bytes;
  }

  /** What the source sent has moved at the source meanwhile: it sends it again when the names have come. */
  #missing(volume: Volume, id: number, flags: number): void {
    this.outgoing.append({
      kind: KIND.MISSING,
      volume: volume.index,
      id,
      flags,
    });
  }

  /** Removes what no listing of this pass has claimed; false: there was nothing. */
  #emptyPurgatories(): boolean {
    let had = false;
    for (const volume of this.volumes) {
      const fd = this.#purgatories.get(volume);
      if (fd !== undefined) libc.close(fd);
      this.#purgatories.delete(volume);
      try {
        Deno.removeSync(`${volume.path}/${HIDDEN}/purgatory`, {
          recursive: true,
        });
        had = true;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return had;
  }

  #end(pass: number): string | null {
    this.#emptyPurgatories();
    for (const volume of this.volumes) volume.dropAll();
    this.outgoing.append(
      { kind: KIND.ENDED, argument: pass },
      this.#unlike(),
    );
    this.#uneven = null;
    return null;
  }
}

/** Hard links of the inode behind `fd`; -1: it cannot be read. */
function namesOf(fd: number): number {
  return statFd(fd) === 0
    ? stat.view.getUint32(stat.at + STATX.nlink, true)
    : -1;
}

function text(bytes: Uint8Array): string {
  // Any bytes: one character each.
  return String.fromCharCode(...bytes);
}
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
function join(path: Uint8Array, name: Uint8Array): Uint8Array {
  return path.length === 0
    ? name.slice()
    : new Uint8Array([...path, 47, ...name]);
}
