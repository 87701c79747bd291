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
/** Inodes with following ids, one mark: a directory's worth of small files costs one entry of the journal. */
export const GROUP = 256;
/** Inodes that are marked one by one. When there are more they become groups: millions of new files are thousands of marks. */
export const MOST_INODES = 1 << 16;
/** Chunks of one inode: 256 GiB written here and there. More become one mark "from the first of them to the end". */
const MOST_CHUNKS = 1 << 18;

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

/** Names and attributes of all inodes of a group, and of their data the first chunk, or (`whole`) all of it. */
interface Group {
  sequence: number;
  whole: boolean;
}

export class Marks {
  readonly #volumes: Map<number, Mark>[] = [];
  readonly #groups: Map<number, Group>[] = [];
  /** Inodes above which it is worth looking for some that groups can stand for. */
  #enough: number;
  /** Counts how often inodes became groups: more is marked since than was asked for. */
  coarsened = 0;

  constructor(readonly most = MOST_INODES) {
    this.#enough = most;
  }

  #mark(volume: number, id: number): Mark {
    const inodes = of(this.#volumes, volume);
    let mark = inodes.get(id);
    if (!mark) {
      if (inodes.size >= this.#enough) this.#coarsen();
      inodes.set(id, mark = newMark());
    }
    return mark;
  }

  /** Whether a group stands for this inode, which then needs no mark but for data that the group does not name. */
  #inGroup(volume: number, id: number, sequence: number): Group | undefined {
    const groups = this.#groups[volume];
    if (!groups || groups.size === 0) return undefined;
    const group = groups.get(Math.floor(id / GROUP));
    if (group) group.sequence = Math.max(group.sequence, sequence);
    return group;
  }

  /** Inodes become groups, all but the data of theirs that groups do not name. */
  #coarsen(): void {
    this.coarsened++;
    let left = 0;
    for (const [volume, inodes] of this.#volumes.entries()) {
      for (const [id, mark] of inodes) {
        const { names, attributes, tailSequence, chunks } = mark;
        const whole = mark.tail === 0;
        const sequence = Math.max(
          ...[names, attributes, tailSequence, chunks.get(0) ?? -1],
        );
        this.group(volume, Math.floor(id / GROUP), sequence, whole);
        chunks.delete(0);
        if (whole) {
          chunks.clear();
          mark.tail = Infinity;
          mark.tailSequence = -1;
        }
        mark.names = mark.attributes = -1;
        if (isNothing(mark)) inodes.delete(id);
        else left++;
      }
    }
    this.#enough = Math.max(this.most, left * 2);
  }

  get(volume: number, id: number): Mark | undefined {
    return this.#volumes[volume]?.get(id);
  }

  /** All that is marked of an inode, by its own mark and by its group's. */
  whole(volume: number, id: number): Mark | undefined {
    const mark = this.get(volume, id);
    const group = this.#groups[volume]?.get(Math.floor(id / GROUP));
    if (!group) return mark;
    const { sequence, whole } = group;
    const chunks = new Map(mark?.chunks);
    chunks.set(0, Math.max(chunks.get(0) ?? -1, sequence));
    return {
      names: Math.max(mark?.names ?? -1, sequence),
      attributes: Math.max(mark?.attributes ?? -1, sequence),
      chunks,
      tail: whole ? 0 : mark?.tail ?? Infinity,
      tailSequence: whole ? sequence : mark?.tailSequence ?? -1,
    };
  }

  names(volume: number, id: number, sequence: number): void {
    if (this.#inGroup(volume, id, sequence)) return;
    const mark = this.#mark(volume, id);
    mark.names = Math.max(mark.names, sequence);
  }

  attributes(volume: number, id: number, sequence: number): void {
    if (this.#inGroup(volume, id, sequence)) return;
    const mark = this.#mark(volume, id);
    mark.attributes = Math.max(mark.attributes, sequence);
  }

  data(
    volume: number,
    id: number,
    range: { readonly offset: number; readonly length: number },
    sequence: number,
  ): void {
    const first = Math.floor(range.offset / CHUNK);
    const last = Math.floor(
      (range.offset + Math.max(range.length, 1) - 1) / CHUNK,
    );
    if (last - first > MANY) {
      return this.tail(volume, id, range.offset, sequence);
    }
    const group = this.#inGroup(volume, id, sequence);
    if (group && (group.whole || last === 0)) return;
    const mark = this.#mark(volume, id);
    if (!group) mark.attributes = Math.max(mark.attributes, sequence);
    for (let chunk = first; chunk <= last; chunk++) {
      mark.chunks.set(chunk, Math.max(mark.chunks.get(chunk) ?? -1, sequence));
    }
    if (mark.chunks.size <= MOST_CHUNKS) return;
    let begin = Infinity, newest = -1;
    for (const [chunk, at] of mark.chunks) {
      begin = Math.min(begin, chunk);
      newest = Math.max(newest, at);
    }
    mark.chunks.clear();
    this.tail(volume, id, begin * CHUNK, newest);
  }

  tail(volume: number, id: number, offset: number, sequence: number): void {
    const group = this.#inGroup(volume, id, sequence);
    if (group?.whole) return;
    const mark = this.#mark(volume, id);
    mark.tail = Math.min(mark.tail, Math.floor(offset / CHUNK));
    mark.tailSequence = Math.max(mark.tailSequence, sequence);
    if (!group) mark.attributes = Math.max(mark.attributes, sequence);
  }

  /** Names, attributes and the first chunk (`whole`: all data) of the GROUP inodes whose id divided by GROUP is `group`. */
  group(
    volume: number,
    group: number,
    sequence: number,
    whole = false,
  ): void {
    const groups = of(this.#groups, volume);
    const known = groups.get(group);
    if (!known) groups.set(group, { sequence, whole });
    else {
      known.sequence = Math.max(known.sequence, sequence);
      known.whole ||= whole;
    }
  }

  *groups(): Generator<
    { readonly volume: number; readonly group: number } & Readonly<Group>
  > {
    for (const [volume, groups] of this.#groups.entries()) {
      for (const [group, how] of groups) yield { volume, group, ...how };
    }
  }

  hasGroup(volume: number, group: number, whole = false): boolean {
    const known = this.#groups[volume]?.get(group);
    return known !== undefined && (known.whole || !whole);
  }

  get hasGroups(): boolean {
    return this.#groups.some((groups) => groups.size > 0);
  }

  /** Everything up to `sequence` is on the other node's disk. */
  settle(sequence: number): void {
    for (const groups of this.#groups) {
      for (const [group, how] of groups) {
        if (how.sequence <= sequence) groups.delete(group);
      }
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
        if (isNothing(mark)) inodes.delete(id);
      }
    }
  }

  get isEmpty(): boolean {
    return !this.hasGroups &&
      this.#volumes.every((inodes) => inodes.size === 0);
  }

  /** About the marked data; a tail and a group count as one chunk because sizes of files are not known here. */
  get bytes(): number {
    let chunks = this.#groups.reduce((sum, { size }) => sum + size, 0);
    for (const { mark } of this) {
      chunks += mark.chunks.size + (mark.tail === Infinity ? 0 : 1);
    }
    return chunks * CHUNK;
  }

  get count(): number {
    return [...this.#volumes, ...this.#groups]
      .reduce((sum, { size }) => sum + size, 0);
  }

  clear(): void {
    this.#volumes.length = 0;
    this.#groups.length = 0;
    this.#enough = this.most;
  }

  /** Takes over all marks of `other`, with sequence `as` when given. */
  add(other: Iterable<Marked>, as?: number): void {
    if (other instanceof Marks) {
      for (const { volume, group, sequence, whole } of other.groups()) {
        this.group(volume, group, as ?? sequence, whole);
      }
    }
    for (const { volume, id, mark } of other) {
      const { names, attributes, chunks, tail, tailSequence } = mark;
      if (names >= 0) this.names(volume, id, as ?? names);
      if (attributes >= 0) this.attributes(volume, id, as ?? attributes);
      for (const [chunk, at] of chunks) {
        const range = { offset: chunk * CHUNK, length: CHUNK };
        this.data(volume, id, range, as ?? at);
      }
      if (tail !== Infinity) {
        this.tail(volume, id, tail * CHUNK, as ?? tailSequence);
      }
    }
  }

  *[Symbol.iterator](): Generator<Marked> {
    for (const [volume, inodes] of this.#volumes.entries()) {
      for (const [id, mark] of inodes) yield { volume, id, mark };
    }
  }
}

function of<T>(all: Map<number, T>[], volume: number): Map<number, T> {
  while (all.length <= volume) all.push(new Map());
  return all[volume]!;
}

function isNothing(mark: Mark): boolean {
  return mark.names < 0 && mark.attributes < 0 && mark.chunks.size === 0 &&
    mark.tail === Infinity;
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
  for (const { volume, group, whole } of marks.groups()) {
    yield `${whole ? "w" : "g"} ${volume} ${group}`;
  }
  for (const { volume, id, mark } of marks) {
    if (mark.names >= 0) yield `n ${volume} ${id}`;
    if (mark.attributes >= 0) yield `a ${volume} ${id}`;
    for (const chunk of mark.chunks.keys()) yield `d ${volume} ${id} ${chunk}`;
    if (mark.tail !== Infinity) yield `t ${volume} ${id} ${mark.tail}`;
  }
}

/** Reads one such line into `marks`; false: it is none (torn by a crash, or hostile). */
export function decodeMark(marks: Marks, line: string): boolean {
  const match = /^([gwnadt]) (\d{1,3}) (\d{1,16})(?: (\d{1,12}))?$/.exec(line);
  if (!match) return false;
  const volume = Number(match[2]),
    id = Number(match[3]),
    chunk = Number(match[4] ?? 0);
  switch (match[1]) {
    case "g":
      marks.group(volume, id, 0);
      break;
    case "w":
      marks.group(volume, id, 0, true);
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
