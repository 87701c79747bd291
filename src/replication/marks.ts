/**
 * Where the copies may differ: for each inode its names (a directory's entries), its attributes, and its data by chunks of 1 MiB.
 * Each mark carries the sequence number of the last operation that made it, so that a durable acknowledgement clears exactly what
 * it covers. Pure.
 */
import { FATTR } from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { KIND } from "./operation.ts";
import type { Frame } from "../peer/frame.ts";

/** What one mark of data stands for. Small: a crash costs what was being written. Large enough: 100 GiB are 100,000 marks. */
export const CHUNK = 1 << 20;
/** More chunks than this in one operation become one mark "from here to the end". */
const MANY = 1024;
/** Inodes with following ids, one entry of the journal: a directory's worth of small files costs one flush. */
export const GROUP = 256;

export interface Mark {
  /** Sequence of the last change of the directory's entries; -1: none. */
  names: number;
  attributes: number;
  readonly chunks: Map<number, number>;
  /** Every chunk from this one to the end of the file; Infinity: none. */
  tail: number;
  tailSequence: number;
}

export interface Marked {
  readonly volume: number;
  readonly id: number;
  readonly mark: Mark;
}

function newMark(): Mark {
  return {
    names: -1,
    attributes: -1,
    chunks: new Map(),
    tail: Infinity,
    tailSequence: -1,
  };
}

export class Marks {
  readonly #volumes: Map<number, Mark>[] = [];
  /** Whole groups of inodes, by "volume group"; see `group`. */
  readonly #groups = new Map<string, number>();

  #mark(volume: number, id: number): Mark {
    let inodes = this.#volumes[volume];
    if (!inodes) {
      for (let i = this.#volumes.length; i <= volume; i++) {
        this.#volumes[i] = new Map();
      }
      inodes = this.#volumes[volume]!;
    }
    let mark = inodes.get(id);
    if (!mark) inodes.set(id, mark = newMark());
    return mark;
  }

  get(volume: number, id: number): Mark | undefined {
    return this.#volumes[volume]?.get(id);
  }

  names(volume: number, id: number, sequence: number): void {
    this.#mark(volume, id).names = sequence;
  }

  attributes(volume: number, id: number, sequence: number): void {
    this.#mark(volume, id).attributes = sequence;
  }

  data(
    volume: number,
    id: number,
    range: { readonly offset: number; readonly length: number },
    sequence: number,
  ): void {
    const mark = this.#mark(volume, id);
    mark.attributes = sequence;
    const first = Math.floor(range.offset / CHUNK);
    const last = Math.floor(
      (range.offset + Math.max(range.length, 1) - 1) / CHUNK,
    );
    if (last - first > MANY) {
      return this.tail(volume, id, range.offset, sequence);
    }
    for (let chunk = first; chunk <= last; chunk++) {
      mark.chunks.set(chunk, sequence);
    }
  }

  tail(volume: number, id: number, offset: number, sequence: number): void {
    const mark = this.#mark(volume, id);
    mark.tail = Math.min(mark.tail, Math.floor(offset / CHUNK));
    mark.tailSequence = sequence;
    mark.attributes = sequence;
  }

  /** Names, attributes and the first chunk of all GROUP inodes whose id divided by GROUP is `group`: see groups.ts. */
  group(volume: number, group: number, sequence: number): void {
    this.#groups.set(`${volume} ${group}`, sequence);
  }

  *groups(): Generator<{ readonly volume: number; readonly group: number }> {
    for (const key of this.#groups.keys()) {
      const [volume, group] = key.split(" ").map(Number);
      yield { volume: volume!, group: group! };
    }
  }

  hasGroup(volume: number, group: number): boolean {
    return this.#groups.has(`${volume} ${group}`);
  }

  /** Everything up to `sequence` is on the other node's disk. */
  settle(sequence: number): void {
    for (const [key, at] of this.#groups) {
      if (at <= sequence) this.#groups.delete(key);
    }
    for (const inodes of this.#volumes) {
      for (const [id, mark] of inodes) {
        if (mark.names <= sequence) mark.names = -1;
        if (mark.attributes <= sequence) mark.attributes = -1;
        for (const [chunk, at] of mark.chunks) {
          if (at <= sequence) mark.chunks.delete(chunk);
        }
        if (mark.tailSequence <= sequence) {
          mark.tail = Infinity;
          mark.tailSequence = -1;
        }
        if (
          mark.names < 0 && mark.attributes < 0 && mark.chunks.size === 0 &&
          mark.tail === Infinity
        ) inodes.delete(id);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0 &&
      this.#volumes.every((inodes) => inodes.size === 0);
  }

  /** Upper bound of the marked data; a tail counts as one chunk because its file's size is not known here. */
  get bytes(): number {
    let chunks = 0;
    for (const { mark } of this) {
      chunks += mark.chunks.size + (mark.tail === Infinity ? 0 : 1);
    }
    return chunks * CHUNK;
  }

  get count(): number {
    return this.#volumes.reduce(
      (sum, inodes) => sum + inodes.size,
      this.#groups.size,
    );
  }

  clear(): void {
    this.#volumes.length = 0;
    this.#groups.clear();
  }

  /** Takes over all marks of `other`, with sequence `as` when given. */
  add(other: Iterable<Marked>, as?: number): void {
    if (other instanceof Marks) {
      for (const [key, at] of other.#groups) {
        this.#groups.set(key, Math.max(this.#groups.get(key) ?? 0, as ?? at));
      }
    }
    for (const { volume, id, mark } of other) {
      const mine = this.#mark(volume, id);
      if (mark.names >= 0) mine.names = Math.max(mine.names, as ?? mark.names);
      if (mark.attributes >= 0) {
        mine.attributes = Math.max(mine.attributes, as ?? mark.attributes);
      }
      for (const [chunk, at] of mark.chunks) {
        mine.chunks.set(chunk, Math.max(mine.chunks.get(chunk) ?? 0, as ?? at));
      }
      if (mark.tail !== Infinity) {
        mine.tail = Math.min(mine.tail, mark.tail);
        mine.tailSequence = Math.max(
          mine.tailSequence,
          as ?? mark.tailSequence,
        );
      }
    }
  }

  *[Symbol.iterator](): Generator<Marked> {
    for (const [volume, inodes] of this.#volumes.entries()) {
      for (const [id, mark] of inodes) yield { volume, id, mark };
    }
  }
}

/** Marks what the operation in `frame` changes; its payload begins at `at`. The same on both nodes. */
export function markOperation(
  marks: Marks,
  frame: Frame,
  view: DataView,
  at: number,
): void {
  const { volume, id, argument, sequence } = frame;
  switch (frame.kind) {
    case KIND.WRITE:
      return marks.data(
        volume,
        id,
        { offset: argument, length: frame.length },
        sequence,
      );
    case KIND.COPY:
      return marks.data(volume, id, {
        offset: argument,
        length: view.getUint32(at + 16, true),
      }, sequence);
    case KIND.FALLOCATE:
      return marks.data(volume, id, {
        offset: argument,
        length: getU64(view, at),
      }, sequence);
    case KIND.SETATTR:
      if (view.getUint32(at, true) & FATTR.SIZE) {
        return marks.tail(volume, id, getU64(view, at + 16), sequence);
      }
      return marks.attributes(volume, id, sequence);
    case KIND.CREATE:
      marks.names(volume, argument, sequence);
      marks.attributes(volume, argument, sequence);
      return marks.attributes(volume, id, sequence);
    case KIND.UNLINK:
    case KIND.RMDIR:
      marks.names(volume, id, sequence);
      return marks.attributes(volume, id, sequence);
    case KIND.RENAME:
      marks.names(volume, id, sequence);
      marks.names(volume, argument, sequence);
      marks.attributes(volume, id, sequence);
      return marks.attributes(volume, argument, sequence);
    case KIND.LINK:
      marks.names(volume, argument, sequence);
      marks.attributes(volume, argument, sequence);
      return marks.attributes(volume, id, sequence);
    case KIND.SETXATTR:
    case KIND.REMOVEXATTR:
    case KIND.TIMES:
      return marks.attributes(volume, id, sequence);
  }
}

/** One line of text for each thing marked: the form of dirty.log and of MARKS frames. */
export function* encodeMarks(marks: Marks): Generator<string> {
  for (const { volume, group } of marks.groups()) yield `g ${volume} ${group}`;
  for (const { volume, id, mark } of marks) {
    if (mark.names >= 0) yield `n ${volume} ${id}`;
    if (mark.attributes >= 0) yield `a ${volume} ${id}`;
    for (const chunk of mark.chunks.keys()) yield `d ${volume} ${id} ${chunk}`;
    if (mark.tail !== Infinity) yield `t ${volume} ${id} ${mark.tail}`;
  }
}

/** Reads one such line into `marks`; false: it is none (torn by a crash, or hostile). */
export function decodeMark(marks: Marks, line: string): boolean {
  const match = /^([gnadt]) (\d{1,3}) (\d{1,16})(?: (\d{1,12}))?$/.exec(line);
  if (!match) return false;
  const volume = Number(match[2]),
    id = Number(match[3]),
    chunk = Number(match[4] ?? 0);
  switch (match[1]) {
    case "g":
      marks.group(volume, id, 0);
      break;
    case "n":
      marks.names(volume, id, 0);
      break;
    case "a":
      marks.attributes(volume, id, 0);
      break;
    case "d":
      marks.data(volume, id, { offset: chunk * CHUNK, length: CHUNK }, 0);
      break;
    default:
      marks.tail(volume, id, chunk * CHUNK, 0);
  }
  return true;
}
