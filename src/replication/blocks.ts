/**
 * How two copies of a chunk are compared: by blocks of 64 KiB, each with a 128-bit hash (XXH64 under two seeds: files are not
 * written by an attacker against us) and a map of its 4 KiB pages that are not all zeros. Zeros travel as holes: what a file
 * system calls data in space that was only reserved depends on what happens to be in its cache.
 */
import { Buffer } from "node:buffer";
import xxhash from "xxhash-wasm";
import { CHUNK } from "./marks.ts";
import { E, errno, libc, Memory } from "../system/libc.ts";

export const BLOCK = 64 * 1024;
const PAGE = 4096;
const PAGES = BLOCK / PAGE;
export const BLOCKS = CHUNK / BLOCK;
/** Hash 16 bytes, page map u16. */
export const SUMMARY = 18;
const SEEK_DATA = 3;
const ZEROS = new Uint8Array(PAGE);
const { h64Raw } = await xxhash();

const SEED = 0x9e3779b97f4a7c15n;

/** The 128-bit hash of some bytes. */
export function digest(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(16), view = new DataView(out.buffer);
  view.setBigUint64(0, h64Raw(bytes, 0n), true);
  view.setBigUint64(8, h64Raw(bytes, SEED), true);
  return out;
}

/**
 * The page in [from, to) of an open file where its next data begins; `to`: there is none. Its end is not asked for: SEEK_HOLE walks
 * over all that is cached of it, which took nine tenths of a resync's time; what is zero is found by `dataRuns`.
 */
export function nextData(fd: number, from: number, to: number): number {
  if (from >= to) return to;
  const data = Number(libc.lseek(fd, from, SEEK_DATA));
  // What cannot be asked counts as data: as a hole it would make one of the peer's data.
  if (data < 0) return errno() === E.NXIO ? to : from;
  return Math.min(Math.max(from, data - data % PAGE), to);
}

function isZero(page: Uint8Array): boolean {
  // The first byte decides for nearly all.
  return page[0] === 0 &&
    Buffer.compare(page, ZEROS.subarray(0, page.length)) === 0;
}

/** Runs of whole pages that are not zeros, [begin, end) within `bytes`; the last page may be short. */
export function* dataRuns(
  bytes: Uint8Array,
): Generator<readonly [number, number]> {
  for (let at = 0; at < bytes.length;) {
    const begin = at;
    while (at < bytes.length && !isZero(bytes.subarray(at, at + PAGE))) {
      at += PAGE;
    }
    if (at > begin) yield [begin, Math.min(at, bytes.length)];
    else at += PAGE;
  }
}

/** The largest piece in which a file system reads a file into memory and keeps it: all of it, or none. */
export const PIECE = 2 << 20;
const DONTNEED = 4;

/**
 * Has what is read next of a chunk come from the disk: a page that the disk refused stays in memory as if it were written, and what rots
 * below a page is not seen through it. What is not written yet stays, and has nothing on the disk to be compared.
 */
export function dropCached(fd: number, chunk: number): void {
  const from = chunk * CHUNK;
  libc.posix_fadvise(fd, from - from % PIECE, PIECE, DONTNEED);
}

// One for all: whoever reads into it is done with it, or has copied it, before the loop goes on.
const memory = new Memory(CHUNK);

export class Chunks {
  readonly memory = memory;

  /** Reads a chunk of an open file and writes its summary into `out`; returns the number of blocks (fewer at the file's end) or -1. */
  summarize(fd: number, chunk: number, size: number, out: Uint8Array): number {
    const from = chunk * CHUNK;
    const length = Math.max(0, Math.min(CHUNK, size - from));
    const blocks = Math.ceil(length / BLOCK);
    const maps = new Uint16Array(blocks);
    if (nextData(fd, from, from + length) < from + length) {
      if (!this.read(fd, from, length)) return -1;
      for (
        const [begin, end] of dataRuns(this.memory.bytes.subarray(0, length))
      ) {
        for (let page = begin / PAGE; page * PAGE < end; page++) {
          maps[Math.floor(page / PAGES)]! |= 1 << (page % PAGES);
        }
      }
    }
    const view = new DataView(out.buffer, out.byteOffset);
    for (let block = 0; block < blocks; block++) {
      const at = block * SUMMARY;
      const bytes = this.memory.bytes.subarray(
        block * BLOCK,
        Math.min((block + 1) * BLOCK, length),
      );
      // A block that is all zeros is told by its map; hashing zeros would cost for nothing.
      view.setBigUint64(at, maps[block] ? h64Raw(bytes, 0n) : 0n, true);
      view.setBigUint64(
        at + 8,
        maps[block] ? h64Raw(bytes, SEED) : 0n,
        true,
      );
      view.setUint16(at + 16, maps[block]!, true);
    }
    return blocks;
  }

  /** Fills memory[0, length) from the file; what is behind its end reads as zero. */
  read(fd: number, from: number, length: number): boolean {
    let done = 0;
    while (done < length) {
      const n = libc.pread(
        fd,
        this.memory.address + done,
        length - done,
        from + done,
      );
      if (n < 0) return false;
      if (n === 0) {
        this.memory.bytes.fill(0, done, length);
        return true;
      }
      done += n;
    }
    return true;
  }
}
