/**
 * Which regions may differ if both nodes died now, in few and coarse entries that stay: the activity log of a secondary, as DRBD
 * keeps it. What is entered once costs nothing more until it has been quiet for long. Pure; on disk it is journal.ts.
 */
import { CHUNK, GROUP, markOperation, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import type { Frame } from "../peer/frame.ts";

const REGION = {
  /** GROUP inodes with following ids: names and attributes of each, and the first MiB of its data. */
  GROUP: 1,
  /** 2^shift chunks of one inode's data, aligned. */
  DATA: 2,
  /** An inode's data from a chunk to its end. */
  TAIL: 3,
} as const;

export interface Region {
  readonly kind: number;
  readonly volume: number;
  /** Inode, or number of the group. */
  readonly id: number;
  readonly chunk: number;
  readonly shift: number;
  /** The last operation that needed it: it may leave when that one is on both disks. */
  last: number;
  /** Settlements so far when that one came: about one a second. */
  at: number;
}

/** Scattered writes enter 1 MiB; a file that grows 16 MiB, then 64, then 256; where too much is under way 16 MiB at least, or 256. */
const SHIFTS = [0, 4, 6, 8] as const;
/** Entries kept when all is quiet: what is compared after the death of both is this many MiB, or what LIMIT says. */
export const KEPT = 1024;
/** In chunks: 4 GiB. */
const LIMIT = 4096;
/** What was needed in the last half minute stays beyond that: entering a cold region again and again would cost a flush each time. */
const RECENT = 30;
/** But no more than so much: 16 GiB, and entries. */
const WIDE = 16384;
const MANY = 4 * KEPT;
/** A group of inodes costs at most GROUP chunks to compare, but small files are what it is made for. */
const GROUP_WEIGHT = 16;

export class Regions {
  readonly #active = new Map<string, Region>();
  #weight = 0;
  #settled = -1;
  #settlements = 0;
  /** Above this many entries it is worth looking for some that may leave. */
  #tidyAt = KEPT;

  get size(): number {
    return this.#active.size;
  }

  /** Everything up to `sequence` is on both disks. */
  settle(sequence: number): void {
    if (sequence <= this.#settled) return;
    this.#tidyAt = KEPT;
    this.#settled = sequence;
    this.#settlements++;
  }

  /**
   * Enters what the operation changes; returns what was not entered before. `size`: of the file now, when it is truncated; Infinity
   * when it is not known.
   */
  enter(frame: Frame, view: DataView, at: number, size: number): Region[] {
    const added: Region[] = [];
    const { volume, id, sequence } = frame;
    if (frame.kind === KIND.WRITE) {
      const first = Math.floor(frame.argument / CHUNK);
      const end = frame.argument + Math.max(frame.length, 1) - 1;
      const last = Math.floor(end / CHUNK);
      for (let chunk = first; chunk <= last; chunk++) {
        this.#chunk({ volume, id, sequence }, chunk, added);
      }
      return added;
    }
    const marks = new Marks();
    markOperation(marks, frame, view, at);
    for (const { volume, id, mark } of marks) {
      const about = { volume, id, sequence };
      if (mark.names >= 0 || mark.attributes >= 0) this.#group(about, added);
      for (const chunk of mark.chunks.keys()) this.#chunk(about, chunk, added);
      if (mark.tail === Infinity) continue;
      // Nothing stands behind the first MiB: the group says it all. So a small file that is written anew costs no entry.
      const small = mark.tail === 0 && size <= CHUNK &&
        frame.kind === KIND.SETATTR;
      if (!small) this.#tail(about, mark.tail, added);
    }
    return added;
  }

  #group(about: About, added: Region[]): void {
    const id = Math.floor(about.id / GROUP);
    const key = `g${about.volume}:${id}`;
    const known = this.#active.get(key);
    if (known) {
      this.#use(known, about);
      return;
    }
    this.#tidy();
    const { volume, sequence } = about;
    const region = { kind: REGION.GROUP, volume, id, chunk: 0, shift: 0 };
    this.#add(key, { ...region, last: sequence, at: this.#settlements }, added);
  }

  #chunk(about: About, chunk: number, added: Region[]): void {
    if (chunk === 0) return this.#group(about, added);
    if (this.#touch(about, chunk)) return;
    this.#tidy();
    const { volume, id, sequence } = about;
    // What follows something entered is a file that grows, or one that is written everywhere: the next flush is for more of it.
    const before = chunk > 1 ? this.#find(about, chunk - 1) : undefined;
    let step = before === undefined ? 0 : stepAfter(before);
    if (this.#active.size > KEPT) step = Math.max(step, 1);
    if (this.#active.size > 4 * KEPT) step = SHIFTS.length - 1;
    const shift = SHIFTS[step]!;
    const first = Math.floor(chunk / 2 ** shift) * 2 ** shift;
    const region = { kind: REGION.DATA, volume, id, chunk: first, shift };
    const key = dataKey(about, chunk, shift);
    this.#add(key, { ...region, last: sequence, at: this.#settlements }, added);
  }

  #tail(about: About, chunk: number, added: Region[]): void {
    const key = `t${about.volume}:${about.id}`;
    const known = this.#active.get(key);
    if (known && known.chunk <= chunk) {
      this.#use(known, about);
      return;
    }
    this.#tidy();
    const { volume, id, sequence } = about;
    const region = { kind: REGION.TAIL, volume, id, chunk, shift: 0 };
    this.#add(key, { ...region, last: sequence, at: this.#settlements }, added);
  }

  #find(about: About, chunk: number): Region | undefined {
    for (const shift of SHIFTS) {
      const region = this.#active.get(dataKey(about, chunk, shift));
      if (region) return region;
    }
    const tail = this.#active.get(`t${about.volume}:${about.id}`);
    return tail && tail.chunk <= chunk ? tail : undefined;
  }

  #touch(about: About, chunk: number): boolean {
    const region = this.#find(about, chunk);
    if (!region) return false;
    this.#use(region, about);
    return true;
  }

  #use(region: Region, { sequence }: About): void {
    region.last = sequence;
    region.at = this.#settlements;
  }

  #add(key: string, region: Region, added: Region[]): void {
    const before = this.#active.get(key);
    if (before) this.#weight -= weightOf(before);
    this.#weight += weightOf(region);
    this.#active.set(key, region);
    added.push(region);
  }

  /** What both disks have may leave, the longest quiet first, when there is too much. Nothing is written for it. */
  #tidy(): void {
    if (this.#active.size < this.#tidyAt && this.#weight < LIMIT) return;
    if (this.#tidied === this.#settled && this.#active.size < this.#tidyAt) {
      return;
    }
    this.#tidied = this.#settled;
    const quiet = [...this.#active].filter(([, { last }]) =>
      last <= this.#settled
    ).sort(([, a], [, b]) => a.last - b.last);
    for (const [key, region] of quiet) {
      const isRecent = this.#settlements - region.at < RECENT;
      const [entries, weight] = isRecent ? [MANY, WIDE] : [KEPT, LIMIT];
      if (
        this.#active.size <= entries * 3 / 4 && this.#weight <= weight * 3 / 4
      ) break;
      this.#active.delete(key);
      this.#weight -= weightOf(region);
    }
    // All of it is under way: looked at again when something has settled, or there is a good deal more.
    this.#tidyAt = Math.max(KEPT, Math.ceil(this.#active.size * 1.25));
  }

  #tidied = -2;

  [Symbol.iterator](): Iterator<Region> {
    return this.#active.values();
  }
}

interface About {
  readonly volume: number;
  readonly id: number;
  readonly sequence: number;
}

function dataKey(about: About, chunk: number, shift: number): string {
  return `${about.volume}:${about.id}:${shift}:${
    Math.floor(chunk / 2 ** shift)
  }`;
}

function stepAfter({ shift }: Region): number {
  const coarser = SHIFTS.findIndex((one) => one > shift);
  return coarser < 0 ? SHIFTS.length - 1 : coarser;
}

function weightOf(region: Region): number {
  if (region.kind === REGION.GROUP) return GROUP_WEIGHT;
  return region.kind === REGION.DATA ? 2 ** region.shift : 1;
}

/** The regions as marks: what is to be compared after the death of both. */
export function marksOf(regions: Iterable<Region>): Marks {
  const marks = new Marks();
  for (const { kind, volume, id, chunk, shift } of regions) {
    if (kind === REGION.GROUP) marks.group(volume, id, 0);
    else if (kind === REGION.TAIL) marks.tail(volume, id, chunk * CHUNK, 0);
    else {
      const length = CHUNK * 2 ** shift;
      marks.data(volume, id, { offset: chunk * CHUNK, length }, 0);
    }
  }
  return marks;
}
