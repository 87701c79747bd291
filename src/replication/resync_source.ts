/**
 * Makes a returning peer level while the application works: passes over what differs, each over what changed during the one before;
 * when little is left the application waits for the last pass, and from then on every change goes to both. A pass: names first
 * (whole listings of the directories that changed), then data by hashes, then attributes. See DESIGN.md in this folder.
 *
 * A generator: every `yield` gives the loop back to the application's requests.
 */
import { S_IFDIR, S_IFMT, S_IFREG, STATX } from "../fuse/abi.ts";
import { getU64, setU64 } from "../system/u64.ts";
import type { Outgoing } from "../peer/connection.ts";
import { libc, O } from "../system/libc.ts";
import { BLOCK, Chunks, dataRuns, extents, SUMMARY } from "./blocks.ts";
import type { ResyncProgress } from "./control.ts";
import { inspect, openName, readAttributes, sizeOf } from "./inspect.ts";
import { encodeAttributes, encodeListing, type Entry } from "./listing.ts";
import { CHUNK, type Mark, Marks } from "./marks.ts";
import {
  KIND,
  MISSING_DATA,
  MISSING_NAMES,
  WANTED_DIRECTORY,
  WANTED_FILE,
} from "./operation.ts";
import { type Frame, HEADER } from "../peer/frame.ts";
import {
  DT_DIR,
  isHidden,
  listEntries,
  listNames,
  procPath,
  readId,
  ROOT,
  stat,
  statFd,
  type Volume,
} from "./volume.ts";

/** Room that must be free in the outgoing buffer before more is made. */
const ROOM = 4 << 20;
/** Listings in flight before the target's answer is awaited. */
const LISTINGS = 512;
/** Chunks whose hashes are on the way. */
const WINDOW = 16;
/** What may be left for the last pass, during which applications wait: some tens of milliseconds. */
const LAST_BYTES = 8 << 20;
const LAST_INODES = 256;
/** An application that changes faster than the network carries is held for the last pass after so many. */
const MAX_PASSES = 12;
/** Listings that did not lead to equal names (moves across batches, hard links): everything is listed again, so often at most. */
const MAX_FULL = 3;
/** Last passes in a row that had something left to do, while applications wait. */
const MAX_ROUNDS = 3;

export interface SourceTools {
  readonly volumes: readonly Volume[];
  readonly outgoing: Outgoing;
  /** Bytes per second; 0: no cap. */
  readonly limit: number;
  now(): number;
  /** Takes the changes made since the last call. */
  takeFresh(): Marks;
  /** From here on applications wait until the copies are level, or until `release`. */
  hold(): void;
  release(): void;
}

interface Found {
  readonly volume: Volume;
  readonly id: number;
  readonly path: Uint8Array;
}
interface Message {
  readonly kind: number;
  readonly volume: number;
  readonly flags: number;
  readonly id: number;
  readonly argument: number;
  readonly bytes: Uint8Array;
}

export class ResyncSource {
  bytesDone = 0;
  bytesTotal = 0;
  bytesSent = 0;
  stage: ResyncProgress["stage"] = "names";
  readonly startedAt: number;
  readonly #inbox: Message[] = [];
  readonly #chunks = new Chunks();
  /** Where an id was seen, by `volume:id`. */
  readonly #paths = new Map<string, Uint8Array>();
  /** Files that the target made empty and needs whole; kept until sent. */
  readonly #whole = new Map<string, Found>();
  /** Data that the target could not take because the file had moved: for the next pass. */
  readonly #again = new Marks();
  /** Directories of which everything below is to be compared, in passes over what changed. */
  readonly #deep = new Set<string>();
  /** Files that have another number of links at the target. */
  readonly #linked: { readonly volume: Volume; readonly id: number }[] = [];
  #tokens = 0;
  #tokensAt: number;

  constructor(readonly tools: SourceTools) {
    this.startedAt = this.#tokensAt = tools.now();
  }

  /** An answer of the target. */
  heard(frame: Frame, bytes: Uint8Array): void {
    if (frame.kind === KIND.MISSING) {
      // In a pass it had moved at this node after its directory was listed.
      if (frame.flags & MISSING_NAMES) {
        this.#again.names(frame.volume, frame.id, 0);
      }
      if (frame.flags & MISSING_DATA) {
        this.#again.tail(frame.volume, frame.id, 0, 0);
      }
      this.#again.attributes(frame.volume, frame.id, 0);
      return;
    }
    this.#inbox.push({
      kind: frame.kind,
      volume: frame.volume,
      flags: frame.flags,
      id: frame.id,
      argument: frame.argument,
      bytes,
    });
  }

  get progress(): ResyncProgress {
    const seconds = Math.max(0.001, (this.tools.now() - this.startedAt) / 1000);
    const rate = this.bytesDone / seconds;
    const left = Math.max(0, this.bytesTotal - this.bytesDone);
    return {
      stage: this.stage,
      bytesDone: this.bytesDone,
      bytesTotal: Math.max(this.bytesTotal, this.bytesDone),
      bytesSent: this.bytesSent,
      bytesPerSecond: Math.round(rate),
      secondsLeft: rate > 0 && this.stage !== "names"
        ? Math.ceil(left / rate)
        : null,
    };
  }

  /** Runs the whole resync; `marks` null: everything. Ends when the target has the last pass; throws when it cannot be levelled. */
  *run(marks: Marks | null): Generator<void, void> {
    let full = marks === null, todo = marks ?? new Marks();
    let tries = 0, rounds = 0;
    for (let pass = 1;; pass++) {
      const last = !full &&
        (pass > MAX_PASSES ||
          (todo.bytes <= LAST_BYTES && todo.count <= LAST_INODES &&
            this.#whole.size === 0));
      if (last) {
        this.tools.hold();
        this.stage = "final";
        todo.add(this.tools.takeFresh());
      } else {
        this.tools.release();
        if (this.stage === "final") this.stage = "data";
      }
      const why = yield* this.#pass(full ? null : todo, pass);
      yield* this.#findLinks();
      const again = new Marks();
      again.add(this.#again);
      this.#again.clear();
      if (last && why === null && again.isEmpty) return;
      full = why !== null || (last && ++rounds > MAX_ROUNDS);
      if (full) {
        // What the target could not do, or could not match while everything stood still, is found by listing and comparing everything.
        rounds = 0;
        if (++tries > MAX_FULL) {
          throw new Error(
            `the copies do not become level: ${
              why ?? "names differ after every pass"
            }`,
          );
        }
      }
      todo = this.tools.takeFresh();
      todo.add(again);
    }
  }

  *#pass(
    marks: Marks | null,
    pass: number,
  ): Generator<void, string | null> {
    const touched = new Map<string, Found>();
    const data = yield* this.#names(marks, touched);
    if (this.stage === "names") this.stage = "data";
    yield* this.#data(marks, data, touched);
    // Deepest first: setting a child's attributes does not change its parent's times, making it did.
    const order = [...touched.values()].sort((a, b) =>
      b.path.length - a.path.length
    );
    for (const found of order) {
      const fd = found.volume.walk(found.path);
      const stands = fd >= 0 && readId(fd) === found.id;
      const attributes = stands ? readAttributes(fd) : null;
      if (fd >= 0) libc.close(fd);
      if (attributes) {
        yield* this.#send(
          KIND.META,
          found,
          encodeAttributes(found.path, attributes),
        );
      } else if (!stands) {
        // Gone, or moved: a move marks the directories only.
        this.#again.attributes(found.volume.index, found.id, 0);
      }
    }
    yield* this.#send(KIND.END, null, new Uint8Array(0), pass);
    const ended = yield* this.#await(KIND.ENDED);
    return this.#ended(ended.bytes);
  }

  /** What the target says at the end of a pass; null, or why it could not do all of it. */
  #ended(bytes: Uint8Array): string | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < 4) throw new Error("the end of a pass that is none");
    const count = view.getUint32(0, true), words = 4 + count * 9;
    if (words > bytes.length) throw new Error("the end of a pass that is none");
    // Inodes with fewer or more names than they had here when their attributes were read: an unlink marks the directory only.
    for (let at = 4; at < words; at += 9) {
      const volume = this.tools.volumes[view.getUint8(at)];
      if (volume) this.#linked.push({ volume, id: getU64(view, at + 1) });
    }
    if (words === bytes.length) return null;
    // A peer's words must not play with a terminal.
    return new TextDecoder().decode(bytes.subarray(words, words + 300))
      .replace(/\p{Cc}/gu, "?");
  }

  /** Names of the marked directories (all, with null) at the target; returns the files whose data is to be compared. */
  *#names(
    marks: Marks | null,
    touched: Map<string, Found>,
  ): Generator<void, Map<string, Found>> {
    const files = new Map<string, Found>();
    let queue: Found[] = [];
    if (marks === null) {
      queue = this.tools.volumes.map((volume) => ({
        volume,
        id: ROOT,
        path: new Uint8Array(0),
      }));
    } else {
      for (const { volume: index, id, mark } of marks) {
        const volume = this.tools.volumes[index];
        const found = volume && (yield* this.#locate(volume, id, marks));
        if (!found) continue;
        touched.set(key(found), found);
        if (mark.names >= 0) queue.push(found);
        else yield* this.#send(KIND.HINT, found, found.path);
        if (mark.chunks.size > 0 || mark.tail !== Infinity) {
          files.set(key(found), found);
        }
      }
      queue.sort((a, b) => a.path.length - b.path.length);
    }
    while (queue.length > 0) {
      const batch = queue.splice(0, LISTINGS);
      for (const directory of batch) {
        const entries = yield* this.#list(directory);
        const deep = this.#deep.delete(key(directory)) || marks === null;
        if (!entries) {
          // Gone, or moved: a move marks the directories above only, and nobody else would list this one.
          this.#again.names(directory.volume.index, directory.id, 0);
          if (deep) this.#deep.add(key(directory));
          continue;
        }
        touched.set(key(directory), directory);
        for (const entry of entries) {
          const found = {
            volume: directory.volume,
            id: entry.id,
            path: join(directory.path, entry.name),
          };
          this.#paths.set(key(found), found.path);
          if (!deep) continue;
          touched.set(key(found), found);
          if ((entry.mode & S_IFMT) === S_IFDIR) {
            queue.push(found);
            if (marks !== null) this.#deep.add(key(found));
          }
          if ((entry.mode & S_IFMT) === S_IFREG) files.set(key(found), found);
        }
      }
      yield* this.#send(KIND.LISTED, null, new Uint8Array(0));
      let more = true;
      while (more) {
        const wanted = yield* this.#await(KIND.WANTED);
        more = (wanted.flags & 1) !== 0;
        const view = new DataView(
          wanted.bytes.buffer,
          wanted.bytes.byteOffset,
          wanted.bytes.length,
        );
        // What the target made new: u8 volume, u8 sort, u64 id each.
        for (let at = 0; at + 10 <= wanted.bytes.length; at += 10) {
          const volume = this.tools.volumes[view.getUint8(at)],
            id = getU64(view, at + 2);
          const path = volume && this.#paths.get(`${volume.index}:${id}`);
          if (!volume || !path) continue;
          const found = { volume, id, path };
          touched.set(key(found), found);
          const sort = view.getUint8(at + 1);
          if (sort === WANTED_FILE) this.#whole.set(key(found), found);
          else if (sort === WANTED_DIRECTORY && marks !== null) {
            queue.push(found);
          }
        }
      }
    }
    if (marks === null) {
      this.bytesTotal = 0;
      for (const { volume, path } of files.values()) {
        const fd = volume.walk(path);
        if (fd < 0) continue;
        this.bytesTotal += dataOf(fd);
        libc.close(fd);
      }
    } else this.bytesTotal += marks.bytes;
    return files;
  }

  *#list(directory: Found): Generator<void, Entry[] | null> {
    const fd = directory.volume.walk(directory.path);
    if (fd < 0) return null;
    try {
      if (directory.id !== ROOT && readId(fd) !== directory.id) return null;
      const entries: Entry[] = [];
      // One turn of the loop for a whole directory: what changes later marks it again.
      for (const name of listNames(fd)) {
        if (directory.id === ROOT && isHidden(name)) continue;
        const child = openName(fd, name);
        if (child < 0) continue;
        const entry = inspect(child, name, directory.volume.newId);
        libc.close(child);
        if (entry) entries.push(entry);
      }
      for (let at = 0; at === 0 || at < entries.length;) {
        let size = 0, end = at;
        while (end < entries.length && size < 512 * 1024) {
          size += 32 + entries[end]!.name.length +
            entries[end++]!.target.length;
        }
        yield* this.#send(
          KIND.LIST,
          directory,
          encodeListing(directory.path, entries.slice(at, end)),
          0,
          end < entries.length ? 1 : 0,
        );
        at = Math.max(end, 1);
      }
      return entries;
    } finally {
      libc.close(fd);
    }
  }

  *#data(
    marks: Marks | null,
    files: Map<string, Found>,
    touched: Map<string, Found>,
  ): Generator<void, void> {
    const open = new Map<
      string,
      { readonly fd: number; waiting: number; ended: boolean }
    >();
    let inFlight = 0;
    // BLOCKS answers name the blocks to send; the data is read only then, so it is never older than what was compared.
    const answers = function* (
      this: ResyncSource,
      until: number,
    ): Generator<void, void> {
      while (inFlight > until) {
        const message = yield* this.#await(KIND.BLOCKS);
        inFlight--;
        const name = `${message.volume}:${message.id}`;
        const file = open.get(name);
        if (!file) continue;
        const view = new DataView(
          message.bytes.buffer,
          message.bytes.byteOffset,
          message.bytes.length,
        );
        const bits = message.bytes.length >= 2 ? view.getUint16(0, true) : 0;
        const volume = this.tools.volumes[message.volume]!;
        for (let block = 0; bits >> block; block++) {
          if (!(bits >> block & 1)) continue;
          const from = message.argument * CHUNK + block * BLOCK;
          yield* this.#copy(
            { volume, id: message.id, path: EMPTY },
            file.fd,
            from,
            Math.min(from + BLOCK, Math.max(from, sizeOf(file.fd))),
            true,
          );
        }
        if (--file.waiting === 0 && file.ended) {
          libc.close(file.fd);
          open.delete(name);
        }
      }
    }.bind(this);
    try {
      const all = new Map([...files, ...this.#whole]);
      for (const [name, found] of all) {
        const fd = this.#openFile(found);
        if (fd === NO_DATA) {
          this.#whole.delete(name);
          continue;
        }
        // Gone or moved meanwhile: what became of it is looked for in the next pass.
        if (fd < 0) {
          this.#again.tail(found.volume.index, found.id, 0, 0);
          this.#whole.delete(name);
          continue;
        }
        touched.set(name, found);
        const file = { fd, waiting: 0, ended: false };
        open.set(name, file);
        const size = sizeOf(fd);
        const length = new Uint8Array(8);
        setU64(new DataView(length.buffer), 0, size);
        yield* this.#send(KIND.FILE, found, concat(length, found.path));
        if (this.#whole.has(name)) {
          if (marks !== null) this.bytesTotal += dataOf(fd);
          for (const [begin, end] of extents(fd, 0, size)) {
            for (let at = begin; at < end; at += CHUNK) {
              const to = Math.min(at + CHUNK, end);
              yield* this.#copy(found, fd, at, to, false);
              this.bytesDone += to - at;
            }
          }
          this.#whole.delete(name);
        } else {
          const mark = marks?.get(found.volume.index, found.id) ?? null;
          for (const chunk of chunksOf(marks === null ? null : mark, size)) {
            const summary = new Uint8Array(SUMMARY * (CHUNK / BLOCK));
            const blocks = this.#chunks.summarize(
              fd,
              chunk,
              sizeOf(fd),
              summary,
            );
            if (blocks < 0) throw new Error("a file could not be read");
            yield* this.#send(
              KIND.HASHES,
              found,
              summary.subarray(0, blocks * SUMMARY),
              chunk,
            );
            file.waiting++;
            inFlight++;
            this.bytesDone += marks === null ? dataIn(summary) : CHUNK;
            yield* answers(WINDOW);
          }
        }
        file.ended = true;
        if (file.waiting === 0) {
          libc.close(fd);
          open.delete(name);
        }
      }
      yield* answers(0);
    } finally {
      for (const { fd } of open.values()) libc.close(fd);
    }
  }

  /** A descriptor for reading; -1: the file does not stand where it was seen; NO_DATA: it is none. */
  #openFile(found: Found): number {
    const known = found.volume.get(found.id);
    const path = known ? found.volume.pathOf(known) ?? found.path : found.path;
    const fd = found.volume.walk(path);
    if (fd < 0) return -1;
    const same = readId(fd) === found.id && statFd(fd) === 0;
    const mode = same ? stat.view.getUint16(stat.at + STATX.mode, true) : 0;
    // Anything else has no data, and to open a pipe would wait for its other end.
    const regular = (mode & S_IFMT) === S_IFREG;
    let file = same ? NO_DATA : -1;
    if (regular) {
      file = libc.open(procPath(fd), O.RDONLY | O.NOATIME | O.CLOEXEC, 0);
    }
    libc.close(fd);
    return file;
  }

  /** Sends [from, to) as it is now: data as data, and with `punch` zeros as holes. */
  *#copy(
    found: Found,
    fd: number,
    from: number,
    to: number,
    punch: boolean,
  ): Generator<void, void> {
    // Behind the last data that was sent.
    let at = from;
    for (const [begin, end] of extents(fd, from, to)) {
      for (let part = Math.max(begin, at); part < end; part += CHUNK) {
        const length = Math.min(CHUNK, end - part);
        if (!this.#chunks.read(fd, part, length)) {
          throw new Error("a file could not be read");
        }
        // A copy: other generators read into the same memory while this one waits.
        const bytes = this.#chunks.memory.bytes.slice(0, length);
        for (const [first, last] of dataRuns(bytes)) {
          const data = part + first;
          if (punch && data > at) yield* this.#hole(found, at, data - at);
          yield* this.#send(
            KIND.DATA,
            found,
            bytes.subarray(first, last),
            data,
          );
          at = part + last;
          this.bytesSent += last - first;
          yield* this.#throttle(last - first);
        }
      }
    }
    if (punch && at < to) yield* this.#hole(found, at, to - at);
  }

  *#hole(found: Found, at: number, length: number): Generator<void, void> {
    const bytes = new Uint8Array(8);
    setU64(new DataView(bytes.buffer), 0, length);
    yield* this.#send(KIND.HOLE, found, bytes, at);
  }

  /** Where a marked inode is now. */
  *#locate(
    volume: Volume,
    id: number,
    marks: Marks,
  ): Generator<void, Found | null> {
    if (id === ROOT) return { volume, id, path: new Uint8Array(0) };
    const known = volume.get(id);
    const name = `${volume.index}:${id}`;
    const path = (known && volume.pathOf(known)) ?? this.#paths.get(name);
    if (path && this.#stands(volume, id, path)) return { volume, id, path };
    // Unlinked but open: nothing to copy.
    if (known) return null;
    if (!this.#walked.has(marks)) {
      this.#walked.add(marks);
      yield* this.#walkAll();
      const again = this.#paths.get(name);
      if (again && this.#stands(volume, id, again)) {
        return { volume, id, path: again };
      }
    }
    return null;
  }

  readonly #walked = new WeakSet<Marks>();

  #stands(volume: Volume, id: number, path: Uint8Array): boolean {
    const fd = volume.walk(path);
    if (fd < 0) return false;
    const same = readId(fd) === id;
    libc.close(fd);
    return same;
  }

  /**
   * A file that has another number of links at the target: the directories with its names are listed again, and its data is
   * compared again, because one of its names was made as a copy. One walk over the directories finds them by inode number.
   */
  *#findLinks(): Generator<void, void> {
    const linked = this.#linked.splice(0);
    for (const volume of this.tools.volumes) {
      const numbers = new Set<number>();
      for (const { id } of linked.filter((each) => each.volume === volume)) {
        const known = volume.get(id);
        const path = known ? null : this.#paths.get(`${volume.index}:${id}`);
        const fd = known ? known.fd : path ? volume.walk(path) : -1;
        if (fd < 0) continue;
        if (statFd(fd) === 0 && readId(fd) === id) {
          numbers.add(getU64(stat.view, stat.at + STATX.ino));
          const mode = stat.view.getUint16(stat.at + STATX.mode, true);
          if ((mode & S_IFMT) === S_IFREG) {
            this.#again.tail(volume.index, id, 0, 0);
          } else this.#again.attributes(volume.index, id, 0);
        }
        if (!known) libc.close(fd);
      }
      if (numbers.size > 0) yield* this.#namesOf(volume, numbers);
    }
  }

  *#namesOf(volume: Volume, numbers: Set<number>): Generator<void, void> {
    const queue: Uint8Array[] = [new Uint8Array(0)];
    for (let path = queue.pop(); path; path = queue.pop()) {
      const at = volume.walk(path);
      if (at < 0) continue;
      const id = path.length === 0 ? ROOT : readId(at);
      for (const entry of listEntries(at)) {
        if (path.length === 0 && isHidden(entry.name)) continue;
        if (entry.type === DT_DIR) queue.push(join(path, entry.name));
        else if (numbers.has(entry.ino) && id !== 0) {
          this.#again.names(volume.index, id, 0);
        }
      }
      libc.close(at);
      yield;
    }
  }

  /** After a restart nobody knows where the marked ids are: one walk over all names finds them. */
  *#walkAll(): Generator<void, void> {
    for (const volume of this.tools.volumes) {
      const queue: Uint8Array[] = [new Uint8Array(0)];
      for (let path = queue.pop(); path; path = queue.pop()) {
        const fd = volume.walk(path);
        if (fd < 0) continue;
        for (const name of listNames(fd)) {
          if (path.length === 0 && isHidden(name)) continue;
          const child = openName(fd, name);
          if (child < 0) continue;
          const entry = inspect(child, name, volume.newId);
          libc.close(child);
          if (!entry) continue;
          const below = join(path, name);
          this.#paths.set(`${volume.index}:${entry.id}`, below);
          if ((entry.mode & S_IFMT) === S_IFDIR) queue.push(below);
        }
        libc.close(fd);
        yield;
      }
    }
  }

  *#send(
    kind: number,
    about: Found | null,
    payload: Uint8Array,
    argument = 0,
    flags = 0,
  ): Generator<void, void> {
    while (this.tools.outgoing.room < ROOM + payload.length + HEADER) yield;
    this.tools.outgoing.append({
      kind,
      volume: about?.volume.index ?? 0,
      id: about?.id ?? 0,
      argument,
      flags,
    }, payload);
    if (payload.length >= 64 * 1024) yield;
  }

  *#await(kind: number): Generator<void, Message> {
    while (true) {
      const at = this.#inbox.findIndex((message) => message.kind === kind);
      if (at >= 0) return this.#inbox.splice(at, 1)[0]!;
      yield;
    }
  }

  /** Keeps to the bandwidth cap, except while applications wait. */
  *#throttle(bytes: number): Generator<void, void> {
    const { limit, now } = this.tools;
    if (limit === 0) return;
    this.#tokens -= bytes;
    while (this.#tokens < 0 && this.stage !== "final") {
      const at = now();
      this.#tokens = Math.min(
        limit / 4,
        this.#tokens + (at - this.#tokensAt) / 1000 * limit,
      );
      this.#tokensAt = at;
      if (this.#tokens < 0) yield;
    }
  }
}

/** Bytes of a file that are not holes. */
function dataOf(fd: number): number {
  if (statFd(fd) !== 0) return 0;
  const blocks = getU64(stat.view, stat.at + STATX.blocks);
  return Math.min(getU64(stat.view, stat.at + STATX.size), blocks * 512);
}

/** Bytes of a summarized chunk that are not holes, in whole pages. */
function dataIn(summary: Uint8Array): number {
  let pages = 0;
  for (let at = SUMMARY - 2; at < summary.length; at += SUMMARY) {
    for (let map = summary[at]! | summary[at + 1]! << 8; map; map &= map - 1) {
      pages++;
    }
  }
  return pages * 4096;
}

const EMPTY = new Uint8Array(0);
const NO_DATA = -2;

function key(found: Found): string {
  return `${found.volume.index}:${found.id}`;
}

function join(path: Uint8Array, name: Uint8Array): Uint8Array {
  if (path.length === 0) return name;
  const joined = new Uint8Array(path.length + 1 + name.length);
  joined.set(path);
  joined[path.length] = 47;
  joined.set(name, path.length + 1);
  return joined;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The marked chunks of a file of `size` bytes, ascending; all of them without a mark. */
export function chunksOf(mark: Mark | null, size: number): number[] {
  const count = Math.ceil(size / CHUNK);
  const all = (from: number) =>
    Array.from({ length: Math.max(0, count - from) }, (_, i) => from + i);
  if (mark === null) return all(0);
  const marked = [...mark.chunks.keys()].filter((chunk) =>
    chunk < count && chunk < mark.tail
  ).sort((a, b) => a - b);
  return mark.tail === Infinity ? marked : [...marked, ...all(mark.tail)];
}
