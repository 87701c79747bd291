/**
 * How two copies of a chunk are compared: by blocks of 64 KiB, each with a 128-bit hash (XXH64 under two seeds: files are not
 * written by an attacker against us) and a map of its 4 KiB pages that hold data, so that holes stay holes.
 */
import xxhash from "xxhash-wasm";
import { CHUNK } from "./marks.ts";
import { libc, Memory } from "../system/libc.ts";

export const BLOCK = 64 * 1024;
const PAGE = 4096;
const PAGES = BLOCK / PAGE;
export const BLOCKS = CHUNK / BLOCK;
/** Hash 16 bytes, page map u16. */
export const SUMMARY = 18;
const SEEK_DATA = 3, SEEK_HOLE = 4;
const { h64Raw } = await xxhash();

/** Data extents of [from, to) of an open file, in whole pages. */
export function* extents(
  fd: number,
  from: number,
  to: number,
): Generator<readonly [number, number]> {
  let at = from;
  while (at < to) {
    const data = Number(libc.lseek(fd, at, SEEK_DATA));
    // ENXIO: no data behind; a file system without SEEK_DATA says that all is data.
    if (data < 0 || data >= to) return;
    const hole = Number(libc.lseek(fd, data, SEEK_HOLE));
    const begin = data - (data % PAGE),
      end = Math.min(hole < 0 ? to : hole + (PAGE - hole % PAGE) % PAGE, to);
    yield [begin, end];
    at = Math.max(end, at + 1);
  }
}

export class Chunks {
  readonly memory = new Memory(CHUNK);

  /** Reads a chunk of an open file and writes its summary into `out`; returns the number of blocks (fewer at the file's end) or -1. */
  summarize(fd: number, chunk: number, size: number, out: Uint8Array): number {
    const from = chunk * CHUNK;
    const length = Math.max(0, Math.min(CHUNK, size - from));
    const blocks = Math.ceil(length / BLOCK);
    const maps = new Uint16Array(blocks);
    for (const [begin, end] of extents(fd, from, from + length)) {
      for (
        let page = Math.floor((begin - from) / PAGE);
        page * PAGE < end - from;
        page++
      ) maps[Math.floor(page / PAGES)]! |= 1 << (page % PAGES);
    }
    if (length > 0 && maps.some((map) => map !== 0)) {
      if (!this.read(fd, from, length)) return -1;
    }
    const view = new DataView(out.buffer, out.byteOffset);
    for (let block = 0; block < blocks; block++) {
      const at = block * SUMMARY;
      const bytes = this.memory.bytes.subarray(
        block * BLOCK,
        Math.min((block + 1) * BLOCK, length),
      );
      // A block that is all hole is told by its map; hashing zeros would cost for nothing.
      view.setBigUint64(at, maps[block] ? h64Raw(bytes, 0n) : 0n, true);
      view.setBigUint64(
        at + 8,
        maps[block] ? h64Raw(bytes, 0x9e3779b97f4a7c15n) : 0n,
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
