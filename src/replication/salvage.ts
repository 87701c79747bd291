/**
 * Keeps aside what a yielding node alone wrote: each marked region of each file, at its offset in a sparse copy below a dated
 * folder, with a list of what is there. Nothing is overwritten before this has returned.
 */
import { S_IFDIR, S_IFMT, S_IFREG } from "../fuse/abi.ts";
import { fineStamp } from "../system/clock.ts";
import { writeAllSync } from "../system/files.ts";
import { isBefore, SYNCFS_TELLS } from "../system/kernel.ts";
import { messageOf } from "../system/message.ts";
import { errno, errnoName, libc, Memory, O } from "../system/libc.ts";
import { asideNote } from "./aside_note.ts";
import { inspect, openName, sizeOf } from "./inspect.ts";
import { CHUNK, type Mark, type Marks } from "./marks.ts";
import { chunksOf } from "./resync/source_data.ts";
import { procPath } from "./descriptor.ts";
import { listEntries } from "./directory.ts";
import { joinPath } from "./name.ts";
import { hasData } from "./resync/scope.ts";
import { LIST } from "./salvage_lock.ts";
import type { Volume } from "./volume.ts";
import { Chunks, dataRuns, nextData } from "./blocks.ts";
import { isGone, unreadable } from "./unreadable.ts";

const buffer = new Memory(8192);
const reader = new Chunks();
/** A sync of more would hold up the loop for longer than the primary waits for a word. */
const UNSYNCED = 16 * CHUNK;

/** More directories a module cannot have. */
const PLACES = [...Array(64).keys()];

const HEAD =
  "Written by this node alone, while the other one was primary too.\n";
const REGIONS =
  "Below 0, 1, … (the directories in their order) stand the regions at their offsets, the rest is holes.\n\n";

/**
 * Copies the marked regions; the folder, or null when nothing is marked. Throws when something could not be kept. A generator,
 * because the primary is to hear meanwhile that this node lives.
 */
export function* salvage(
  volumes: readonly Volume[],
  marks: Marks,
  below: string,
  /** The marks may name directories by another list than the present one. */
  { anyList = false }: { readonly anyList?: boolean } = {},
): Generator<void, string | null> {
  if (marks.isEmpty) return null;
  const folder = newFolder(below), disk = new KeptDisk(below);
  // All lines of a large volume would not fit into memory.
  let list: Deno.FsFile | undefined, whole = false;
  try {
    for (const volume of volumes) {
      // No two files have one id, in whichever directory.
      const marksOf = (id: number) =>
        anyList
          ? PLACES.map((place) => marks.whole(place, id)).find((each) => each)
          : marks.whole(volume.index, id);
      for (const line of keepVolume(volume, marksOf, folder)) {
        if (line !== null) {
          list ??= beginList(folder, REGIONS);
          write(list, line);
        }
        yield;
      }
    }
    if (list) {
      disk.sync();
      sync(list, `${folder}/${LIST}`);
    }
    whole = true;
  } finally {
    list?.close();
    disk.close();
    // Nothing is overwritten yet, and the next session keeps all of it again: what broke off must not fill the disk.
    if (list && !whole) removeQuietly(folder);
  }
  return list ? folder : null;
}

/** Where nothing names what this node alone wrote, all of its copy was set aside: said where people look for what was kept. */
export function noteAside(below: string, asides: readonly string[]): void {
  const folder = newFolder(below), disk = new KeptDisk(below);
  using list = beginList(folder, asideNote(asides));
  sync(list, `${folder}/${LIST}`);
  try {
    disk.sync();
  } finally {
    disk.close();
  }
}

/** Before Linux 5.8 syncfs tells nothing of what could not be written back; since then one for all of it is enough. */
const EACH = isBefore(Deno.osRelease(), SYNCFS_TELLS);

function sync(file: Deno.FsFile, path: string): void {
  try {
    file.syncSync();
  } catch (cause) {
    throw new Error(`Cannot keep "${path}": ${messageOf(cause)}`, { cause });
  }
}

/** Where it is kept. Opened before the first of it is written: a descriptor that is opened later does not hear what could not be. */
class KeptDisk {
  readonly #fd: number;

  constructor(readonly folder: string) {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
    this.#fd = libc.open(buffer.string(folder), flags, 0);
    if (this.#fd < 0) this.#fail();
  }

  /** All that was written, names too, is on the disk; throws where it is not: what it is a copy of goes next. */
  sync(): void {
    if (libc.syncfs(this.#fd) !== 0) this.#fail();
  }

  #fail(): never {
    const error = errno();
    throw new Error(`Cannot keep "${this.folder}": ${errnoName(error)}`);
  }

  close(): void {
    libc.close(this.#fd);
  }
}

function newFolder(below: string): string {
  return `${below}/${fineStamp()}`;
}

function removeQuietly(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    /* Why keeping broke off is told. */
  }
}

function beginList(folder: string, what: string): Deno.FsFile {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const list = Deno.openSync(`${folder}/${LIST}`, {
    create: true,
    write: true,
    mode: 0o600,
  });
  // Never waits: nobody else knows of it yet.
  list.tryLockSync(true);
  write(list, HEAD + what);
  return list;
}

function write(file: Deno.FsFile, text: string): void {
  writeAllSync(file, new TextEncoder().encode(text));
}

interface Place {
  readonly path: Uint8Array;
  /** As the list names it, and where it is kept. */
  readonly text: string;
  readonly kept: string;
}

/** A line for each that is marked, and an empty text before it is kept; null: some were looked at. */
function* keepVolume(
  volume: Volume,
  marksOf: (id: number) => Mark | undefined,
  folder: string,
): Generator<string | null, void> {
  const queue: Place[] = [{
    path: new Uint8Array(0),
    text: "",
    kept: `${folder}/${volume.index}`,
  }];
  let looked = 0;
  for (let at = queue.pop(); at; at = queue.pop()) {
    const { path } = at;
    const directory = volume.walk(path);
    if (directory < 0) {
      if (isGone(-directory)) continue;
      throw unreadable(volume, path, -directory);
    }
    try {
      for (const { name } of listEntries(directory)) {
        if (volume.leavesOut(path, name)) continue;
        if (++looked % 1000 === 0) yield null;
        const fd = openName(directory, name);
        try {
          const entry = fd < 0 ? -fd : inspect(fd, name, null);
          if (typeof entry === "number") {
            if (isGone(entry)) continue;
            throw unreadable(volume, joinPath(path, name), entry);
          }
          const own = textOf(name);
          const text = `${at.text}/${own}`, kept = `${at.kept}/${cut(own)}`;
          const type = entry.mode & S_IFMT;
          if (type === S_IFDIR) {
            queue.push({ path: joinPath(path, name), text, kept });
          }
          const mark = marksOf(entry.id);
          if (!mark) continue;
          // The list comes first: by its lock a large file that is being kept is known as half of what there will be.
          yield "";
          let what = "names or attributes";
          if (type === S_IFREG && hasData(mark)) {
            const chunks = chunksOf(mark, sizeOf(fd));
            what = yield* keep(fd, chunks, kept);
          }
          yield `${volume.path}${text}: ${what}\n`;
        } finally {
          if (fd >= 0) libc.close(fd);
        }
      }
    } finally {
      libc.close(directory);
    }
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
/** Bytes of a name, by the file systems. */
const MAX_NAME = 255;

/** A name as text that is one line, and a file's name too: what is no UTF-8 and what controls a terminal is written as "\\x1f". */
function textOf(name: Uint8Array): string {
  const hex = (code: number) => `\\x${code.toString(16).padStart(2, "0")}`;
  let text = "";
  try {
    text = UTF8.decode(name);
  } catch {
    for (const byte of name) {
      text += byte < 0x80 ? String.fromCharCode(byte) : hex(byte);
    }
  }
  return text.replace(/\p{Cc}/gu, (each) => hex(each.charCodeAt(0)));
}

/** As long as a file's name may be, with room for what tells it from others that begin alike. */
function cut(text: string): string {
  const length = () => new TextEncoder().encode(text).length;
  if (length() <= MAX_NAME) return text;
  while (length() > MAX_NAME - 15) text = text.slice(0, -1);
  return text;
}

/** Two names may be one as text: neither takes the other's place. */
function create(wanted: string): { file: Deno.FsFile; path: string } {
  const how = { createNew: true, write: true, mode: 0o600 };
  for (let n = 1;; n++) {
    const path = n === 1 ? wanted : `${wanted}~${n}`;
    try {
      return { file: Deno.openSync(path, how), path };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** What it says of a file; yields after each MiB: a large file takes minutes, and a node that is silent for so long counts as dead. */
function* keep(
  fd: number,
  chunks: readonly number[],
  wanted: string,
): Generator<null, string> {
  Deno.mkdirSync(wanted.slice(0, wanted.lastIndexOf("/")), {
    recursive: true,
    mode: 0o700,
  });
  const source = libc.open(procPath(fd), O.RDONLY | O.NOATIME | O.CLOEXEC, 0);
  const size = sizeOf(fd);
  const { file: target, path } = create(wanted);
  try {
    if (source < 0) {
      throw new Error(`Cannot keep "${path}": ${errnoName(errno())}`);
    }
    target.truncateSync(size);
    let bytes = 0, unsynced = 0;
    for (const chunk of chunks) {
      const end = Math.min(size, (chunk + 1) * CHUNK);
      const begin = nextData(source, chunk * CHUNK, end);
      // All of it: a read that a bad sector ends early would leave out what is behind, and what is not kept is overwritten.
      if (!reader.read(source, begin, end - begin)) {
        throw new Error(`Cannot keep "${path}": ${errnoName(errno())}`);
      }
      const bytesRead = reader.memory.bytes.subarray(0, end - begin);
      for (const [first, last] of dataRuns(bytesRead)) {
        target.seekSync(begin + first, Deno.SeekMode.Start);
        writeAllSync(target, bytesRead.subarray(first, last));
        bytes += last - first;
        unsynced += last - first;
      }
      yield null;
      if (!EACH || unsynced < UNSYNCED) continue;
      unsynced = 0;
      sync(target, path);
    }
    if (EACH) sync(target, path);
    const other = path === wanted ? "" : `, kept as ${path}`;
    return `${bytes} bytes in ${chunks.length} MiB-regions of ${size} bytes${other}`;
  } finally {
    if (source >= 0) libc.close(source);
    target.close();
  }
}
