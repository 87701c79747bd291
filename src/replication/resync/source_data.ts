/**
 * The second part of a pass: hashes of what is marked, then the blocks that differ; files that the target made new go whole. Data is
 * read when it is sent, so it is never older than what was compared.
 */
import { S_IFMT, S_IFREG, STATX } from "../../fuse/abi.ts";
import { joinBytes } from "../../system/bytes.ts";
import { E, errno, libc, O } from "../../system/libc.ts";
import { setU64 } from "../../system/u64.ts";
import { BLOCK, Chunks, dataRuns, nextData, SUMMARY } from "../blocks.ts";
import { sizeOf } from "../inspect.ts";
import { CHUNK, type Mark, type Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import { procPath, stat, statFd } from "../descriptor.ts";
import { readId } from "../id_xattr.ts";
import { isGone, unreadable } from "../unreadable.ts";
import type { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import { dataOf } from "./count_data.ts";
import type { Found } from "./places.ts";
import type { Progress } from "./progress.ts";
import type { Scope } from "./scope.ts";

/** Chunks whose hashes are on the way. */
const WINDOW = 32;

export class SourceData {
  readonly #chunks = new Chunks();

  constructor(
    readonly channel: Channel,
    readonly progress: Progress,
    /** For the next pass: what had moved. */
    readonly again: Marks,
  ) {}

  *run(
    scope: Scope,
    { files, whole, touched }: Batch,
  ): Generator<void, void> {
    const open = new Map<
      string,
      {
        readonly found: Found;
        readonly fd: number;
        waiting: number;
        ended: boolean;
      }
    >();
    let inFlight = 0;
    // BLOCKS answers name the blocks to send; the data is read only then, so it is never older than what was compared.
    const answers = function* (
      this: SourceData,
      until: number,
    ): Generator<void, void> {
      while (inFlight > until) {
        const message = yield* this.channel.answer(KIND.BLOCKS);
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
        for (const [first, end] of runsOf(bits)) {
          const from = message.argument * CHUNK + first * BLOCK;
          const to = message.argument * CHUNK + end * BLOCK;
          yield* this.#copy(
            file.found,
            file.fd,
            from,
            Math.min(to, Math.max(from, sizeOf(file.fd))),
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
      const all = new Map([...files, ...whole]);
      for (const [name, found] of all) {
        const fd = this.#openFile(found);
        if (fd === NO_DATA) continue;
        // Gone or moved meanwhile: what became of it is looked for in the next pass.
        if (fd < 0) {
          this.again.tail(found.volume.index, found.id, 0, 0);
          continue;
        }
        touched.set(name, found);
        const file = { found, fd, waiting: 0, ended: false };
        open.set(name, file);
        const size = sizeOf(fd);
        const length = new Uint8Array(8);
        setU64(new DataView(length.buffer), 0, size);
        yield* this.channel.send(
          KIND.FILE,
          found,
          joinBytes([length, found.path]),
        );
        if (whole.has(name)) {
          if (!scope.everything) this.progress.bytesTotal += dataOf(fd);
          for (
            let at = nextData(fd, 0, size), to: number;
            at < size;
            at = nextData(fd, to, size)
          ) {
            to = Math.min(at + CHUNK, size);
            yield* this.#copy(found, fd, at, to, false);
            this.progress.bytesDone += to - at;
          }
        } else {
          const mark = scope.of(found.volume.index, found.id);
          for (const chunk of mark ? chunksOf(mark, size) : []) {
            const summary = new Uint8Array(SUMMARY * (CHUNK / BLOCK));
            const blocks = this.#chunks.summarize(
              fd,
              chunk,
              sizeOf(fd),
              summary,
            );
            if (blocks < 0) throw unreadable(found.volume, found.path, E.IO);
            yield* this.channel.send(
              KIND.HASHES,
              found,
              summary.subarray(0, blocks * SUMMARY),
              chunk,
            );
            file.waiting++;
            inFlight++;
            // Holes are not: of a sparse file of many GiB nothing is read there.
            const data = dataIn(summary);
            this.progress.bytesCompared += data;
            this.progress.bytesDone += scope.everything ? data : CHUNK;
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
    const stands = fd < 0 ? fd : readId(fd);
    if (stands < 0) {
      if (fd >= 0) libc.close(fd);
      if (isGone(-stands)) return -1;
      throw unreadable(found.volume, path, -stands);
    }
    const same = stands === found.id && statFd(fd) === 0;
    const mode = same ? stat.view.getUint16(stat.at + STATX.mode, true) : 0;
    // Anything else has no data, and to open a pipe would wait for its other end.
    const regular = (mode & S_IFMT) === S_IFREG;
    let file = same ? NO_DATA : -1;
    if (regular) {
      file = libc.open(procPath(fd), O.RDONLY | O.NOATIME | O.CLOEXEC, 0);
    }
    const error = file === -1 && regular ? errno() : 0;
    libc.close(fd);
    if (error) throw unreadable(found.volume, path, error);
    return file;
  }

  /** Sends [from, to), a chunk at most, as it is now: data as data, and with `punch` zeros as holes. */
  *#copy(
    found: Found,
    fd: number,
    from: number,
    to: number,
    punch: boolean,
  ): Generator<void, void> {
    // Behind the last data that was sent.
    let at = from;
    const begin = nextData(fd, from, to);
    if (!this.#chunks.read(fd, begin, to - begin)) {
      throw unreadable(found.volume, found.path, E.IO);
    }
    // A copy: other generators read into the same memory while this one waits.
    const bytes = this.#chunks.memory.bytes.slice(0, to - begin);
    for (const [first, last] of dataRuns(bytes)) {
      const data = begin + first;
      if (punch && data > at) yield* this.#hole(found, at, data - at);
      yield* this.channel.send(
        KIND.DATA,
        found,
        bytes.subarray(first, last),
        data,
      );
      at = begin + last;
      this.progress.bytesSent += last - first;
      yield* this.channel.throttle(last - first);
    }
    if (punch && at < to) yield* this.#hole(found, at, to - at);
  }

  *#hole(found: Found, at: number, length: number): Generator<void, void> {
    const bytes = new Uint8Array(8);
    setU64(new DataView(bytes.buffer), 0, length);
    yield* this.channel.send(KIND.HOLE, found, bytes, at);
  }
}

/** Runs of blocks that follow each other, [first, end): what a frame costs beside its bytes is as much as 64 KiB of them. */
function* runsOf(bits: number): Generator<readonly [number, number]> {
  for (let block = 0; bits >> block; block++) {
    const first = block;
    while (bits >> block & 1) block++;
    if (block > first) yield [first, block];
  }
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

const NO_DATA = -2;

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
