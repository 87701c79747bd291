/**
 * The names of the target become those of the source's listings: first everything leaves that must, then everything is placed that
 * must be there, parents first. Moves cost no data: what left one directory is found again by its id in another's listing.
 */
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, STATX } from "../../fuse/abi.ts";
import type { Frame } from "../../peer/frame.ts";
import { equalBytes } from "../../system/bytes.ts";
import { AT, E, errno, libc, Memory, SYS } from "../../system/libc.ts";
import { setU64 } from "../../system/u64.ts";
import { inspect, openName } from "../inspect.ts";
import { OWN } from "../inode.ts";
import { keepOwn } from "../keep_own.ts";
import { decodeListing, type Entry } from "../listing.ts";
import { Marks } from "../marks.ts";
import {
  KIND,
  MISSING_DATA,
  MISSING_NAMES,
  WANTED_DIRECTORY,
  WANTED_FILE,
  WANTED_OTHER,
} from "../operation.ts";
import { inoOf, procPath, stat, statFd, statMode } from "../descriptor.ts";
import { listNames } from "../directory.ts";
import { readId, writeId } from "../id_xattr.ts";
import { joinPath, validName } from "../name.ts";
import { isGone } from "../unreadable.ts";
import { ROOT, type Volume } from "../volume.ts";
import { type Outcome, quoted } from "./outcome.ts";
import { decodePage, isOnPage, type Page } from "./page.ts";
import type { Purgatory } from "./purgatory.ts";

const memory = new Memory(12288);
const NAME = 0, OTHER = 4096;
/** Names after which the primary hears that this node lives: where none is in memory each may be a read of the disk. */
const A_TURN = 256;
/** Listings held until the source asks for them to be done; more is a broken source. */
const MAX_LISTINGS = 4096;

interface Listing {
  readonly volume: Volume;
  readonly id: number;
  readonly path: Uint8Array;
  readonly page: Page;
  readonly entries: Entry[];
}

export class TargetNames {
  #listings: Listing[] = [];
  #partial: Listing | null = null;

  constructor(
    readonly outcome: Outcome,
    readonly purgatory: Purgatory,
    readonly options: {
      /** Everything is compared, so that a file of the same name without an id (from a backup) may be what it seems. */
      readonly adopts: boolean;
      /** See ResyncTarget. */
      readonly announce: (marks: Marks) => void;
    },
  ) {}

  take(volume: Volume, frame: Frame, bytes: Uint8Array): string | null {
    const listing = decodeListing(bytes);
    const page = decodePage(frame.argument, frame.flags);
    if (
      !listing || !page ||
      listing.entries.some((entry) => !validName(entry.name) || entry.id < 2)
    ) return "a listing that is none";
    if (this.#partial) this.#partial.entries.push(...listing.entries);
    else {this.#partial = {
        volume,
        id: frame.id,
        path: listing.path,
        page,
        entries: listing.entries,
      };}
    if (frame.flags & 1) return null;
    if (this.#listings.length >= MAX_LISTINGS) {
      return "too many listings at once";
    }
    this.#listings.push(this.#partial);
    this.#partial = null;
    return null;
  }

  /** Does the listings that came: first everything that must leave its place, then everything that must be there, parents first. */
  *arrange(): Generator<void, void> {
    const wanted: number[][] = [];
    const listings = this.#listings;
    this.#listings = [];
    // Each name that leaves or comes sets the time of its directory, which the source may list for a link only, unmarked.
    const directories = new Marks();
    for (const { volume, id } of listings) {
      directories.attributes(volume.index, id, 0);
    }
    try {
      if (!directories.isEmpty) this.options.announce(directories);
    } catch {
      // A full disk: what leaves makes room, and they go to the disk with the next marks.
    }
    for (const listing of listings) {
      const fd = this.#openDirectory(listing);
      if (fd < 0) continue;
      try {
        yield* this.#remove(listing, fd);
      } finally {
        libc.close(fd);
      }
    }
    yield* this.#announce(listings);
    for (const listing of listings) {
      if (listing.page.removeOnly) continue;
      const fd = this.#openDirectory(listing);
      if (fd < 0) {
        this.outcome.missing(listing.volume, listing.id, MISSING_NAMES);
        continue;
      }
      try {
        // Again: a directory that only now came to its place could not be looked at before.
        yield* this.#remove(listing, fd);
        let placed = 0;
        for (const entry of listing.entries) {
          if (++placed % A_TURN === 0) yield;
          yield* this.#place(listing, fd, entry, wanted);
        }
      } finally {
        libc.close(fd);
      }
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
      this.outcome.outgoing.append({
        kind: KIND.WANTED,
        flags: at + PART < wanted.length ? 1 : 0,
      }, bytes);
    }
  }

  /**
   * What is made here has nothing in it at first, and the source's marks need not name all that belongs there. It is marked before it is
   * made: found by the next resync after one that broke off, it looks like any other.
   */
  *#announce(listings: readonly Listing[]): Generator<void, void> {
    const marks = new Marks();
    let looked = 0;
    for (const listing of listings) {
      if (listing.page.removeOnly) continue;
      const directory = this.#openDirectory(listing);
      try {
        for (const entry of listing.entries) {
          if (++looked % A_TURN === 0) yield;
          // A directory that comes to its place only with the others may hold anything.
          const fd = directory < 0 ? -1 : openName(directory, entry.name);
          if (fd >= 0) libc.close(fd);
          else markWhole(marks, listing.volume.index, entry);
        }
      } finally {
        if (directory >= 0) libc.close(directory);
      }
    }
    if (!marks.isEmpty) this.options.announce(marks);
  }

  /** Where a file stands that may get another name: found there, it costs no data. */
  hint(volume: Volume, id: number, path: Uint8Array): void {
    volume.bind(id, path);
  }

  #openDirectory(listing: Listing): number {
    const fd = listing.volume.walk(listing.path);
    if (fd < 0) return fd;
    if (listing.id === ROOT || readId(fd) === listing.id) return fd;
    libc.close(fd);
    return -E.STALE;
  }

  *#remove(listing: Listing, directory: number): Generator<void, void> {
    const expected = new Map(
      listing.entries.map((entry) => [text(entry.name), entry]),
    );
    let looked = 0;
    for (const name of listNames(directory)) {
      if (++looked % A_TURN === 0) yield;
      if (listing.volume.leavesOut(listing.path, name)) continue;
      if (!isOnPage(listing.page, name)) continue;
      const fd = openName(directory, name);
      if (fd < 0) {
        // Perhaps one that is to leave.
        if (!isGone(-fd)) {
          this.outcome.failed(-fd, quoted(joinPath(listing.path, name)));
        }
        continue;
      }
      const entry = expected.get(text(name));
      if (entry && this.options.adopts) adopt(fd, entry);
      const id = readId(fd), error = statFd(fd);
      const mode = stat.view.getUint16(stat.at + STATX.mode, true);
      const right = !error && entry && entry.id === id &&
        (entry.mode & S_IFMT) === (mode & S_IFMT);
      if (right) {
        if (this.#agrees(listing.volume, entry, fd)) continue;
        // Two inodes stood for one: passes may have brought the data to either. The one that stays is compared as a whole.
        const marks = new Marks();
        markWhole(marks, listing.volume.index, entry);
        this.options.announce(marks);
        this.outcome.missing(listing.volume, id, MISSING_DATA);
      } else libc.close(fd);
      yield* this.#banish(listing, directory, name, Math.max(id, 0));
    }
  }

  /**
   * Takes `fd` and, where the entry has further names, remembers its inode for them. False: the id stands elsewhere as another
   * inode (a link that was copied), also when the other name went at the source meanwhile: data of this id would go to that one.
   */
  #agrees(volume: Volume, entry: Entry, fd: number): boolean {
    const known = volume.get(entry.id);
    const agrees = !known || inoOf(known.fd) === inoOf(fd);
    if (isLinked(entry) && agrees) volume.take(fd);
    else libc.close(fd);
    return agrees;
  }

  *#banish(
    { volume, path }: Listing,
    directory: number,
    name: Uint8Array,
    id: number,
  ): Generator<void, void> {
    this.#keepOwn(volume, directory, name, joinPath(path, name));
    if (!(yield* this.purgatory.take(volume, directory, name, id))) {
      this.outcome.uneven ??= `"${text(name)}" cannot be moved away`;
    }
  }

  /** What is excluded in a directory that goes stays with this node. */
  #keepOwn(
    volume: Volume,
    directory: number,
    name: Uint8Array,
    path: Uint8Array,
  ): void {
    if (!volume.hasExclusions) return;
    const fd = openName(directory, name);
    if (fd < 0) return;
    try {
      const isDirectory = statFd(fd) === 0 &&
        (statMode() & S_IFMT) === S_IFDIR;
      this.outcome.kept += isDirectory ? keepOwn(volume, fd, path) : 0;
    } finally {
      libc.close(fd);
    }
  }

  *#place(
    listing: Listing,
    directory: number,
    entry: Entry,
    wanted: number[][],
  ): Generator<void, void> {
    const { volume } = listing;
    const there = openName(directory, entry.name);
    if (there >= 0) {
      libc.close(there);
      return;
    }
    const name = memory.string(entry.name, NAME);
    const type = entry.mode & S_IFMT;
    const other = isLinked(entry) ? volume.get(entry.id) : undefined;
    // A further name of a file that stands elsewhere.
    const path = () => quoted(joinPath(listing.path, entry.name));
    if (other && other.type === type && type !== S_IFDIR) {
      const from = procPath(other.fd);
      const flags = AT.SYMLINK_FOLLOW;
      if (libc.linkat(AT.FDCWD, from, directory, name, flags) === 0) return;
      const error = errno();
      // A file of its own in its place would be unlike in every pass, and nothing would say why.
      if (error === E.MLINK) return this.outcome.failed(error, path());
    }
    if (this.purgatory.give(volume, entry.id, directory, entry.name)) {
      const fd = openName(directory, entry.name);
      const right = fd >= 0 && readId(fd) === entry.id && statFd(fd) === 0 &&
        (stat.view.getUint16(stat.at + STATX.mode, true) & S_IFMT) === type;
      if (right) return this.#remember(volume, entry, fd);
      if (fd >= 0) libc.close(fd);
      yield* this.#banish(listing, directory, entry.name, 0);
    }
    if (this.#make(directory, name, entry) !== 0) {
      this.outcome.failed(errno(), path());
      return;
    }
    const fd = openName(directory, entry.name);
    const unnamed = fd < 0 ? -fd : writeId(fd, entry.id);
    if (unnamed !== 0) this.outcome.failed(unnamed, path());
    // What had this id before must not get the new one's data.
    volume.dropId(entry.id);
    if (fd >= 0) this.#remember(volume, entry, fd);
    let sort: number = WANTED_OTHER;
    if (type === S_IFREG) sort = WANTED_FILE;
    else if (type === S_IFDIR) sort = WANTED_DIRECTORY;
    wanted.push([volume.index, sort, entry.id]);
  }

  /** Takes `fd`, of an inode that has come to its place. */
  #remember(volume: Volume, entry: Entry, fd: number): void {
    if (isLinked(entry)) volume.take(fd);
    else libc.close(fd);
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
}

function markWhole(marks: Marks, volume: number, { id, mode }: Entry): void {
  marks.attributes(volume, id, 0);
  if ((mode & S_IFMT) === S_IFREG) marks.tail(volume, id, 0, 0);
  if ((mode & S_IFMT) === S_IFDIR) marks.names(volume, id, 0);
}

/** Gives what has no id of the cluster the one of the entry of its name, if it may be the same; its data is compared afterwards. */
function adopt(fd: number, entry: Entry): void {
  const id = readId(fd);
  if (id !== 0 && id < OWN) return;
  const mine = inspect(fd, entry.name, null);
  if (
    typeof mine !== "number" &&
    (mine.mode & S_IFMT) === (entry.mode & S_IFMT) &&
    mine.rdev === entry.rdev && equalBytes(mine.target, entry.target)
  ) writeId(fd, entry.id);
}

function text(bytes: Uint8Array): string {
  // Any bytes: one character each.
  return String.fromCharCode(...bytes);
}

/** It has, or may have, further names in other directories. */
function isLinked(entry: Entry): boolean {
  return entry.nlink > 1 && (entry.mode & S_IFMT) !== S_IFDIR;
}
