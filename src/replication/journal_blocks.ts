/**
 * The form of the journal on disk: two halves of blocks of 4 KiB, each block whole in itself. A half begins with a snapshot of
 * all regions (batch 0) and goes on with what was entered since; when it is full, the other half begins with a new snapshot. So
 * blocks are never written twice within a half, and what a power cut tears is only the batch that nobody has built on. Pure.
 *
 *   0 u32 magic   4 u32 crc32 of bytes 8..4096   8 generation   16 u32 epoch of the half   20 u32 block in the half
 *   24 u32 batch   28 u16 block in the batch   30 u16 blocks of the batch   32 u16 entries   40 entries of 16 bytes:
 *   u8 kind, u8 volume, u8 shift, u8 zero, u32 chunk, u64 id
 */
import { crc32 } from "node:zlib";
import { getU64, setU64 } from "../system/u64.ts";
import type { Region } from "./journal_regions.ts";

export const BLOCK = 4096;
/** Blocks in a half. */
export const BLOCKS = 64;
export const HALF = BLOCK * BLOCKS;
const MAGIC = 0x314a4b48;
const ENTRIES = 40;
const PER_BLOCK = Math.floor((BLOCK - ENTRIES) / 16);
/** What a snapshot may hold: two blocks must be left for what comes after it. */
export const MOST = (BLOCKS - 2) * PER_BLOCK;

export interface Position {
  readonly generation: string;
  readonly epoch: number;
  readonly block: number;
  readonly batch: number;
}

/** One batch as blocks; at least one. */
export function encodeBatch(
  regions: readonly Region[],
  position: Position,
): Uint8Array<ArrayBuffer> {
  const blocks = Math.max(1, Math.ceil(regions.length / PER_BLOCK));
  const bytes = new Uint8Array(blocks * BLOCK);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < blocks; i++) {
    const at = i * BLOCK;
    const part = regions.slice(i * PER_BLOCK, (i + 1) * PER_BLOCK);
    view.setUint32(at, MAGIC, true);
    bytes.set(Uint8Array.fromHex(position.generation), at + 8);
    view.setUint32(at + 16, position.epoch, true);
    view.setUint32(at + 20, position.block + i, true);
    view.setUint32(at + 24, position.batch, true);
    view.setUint16(at + 28, i, true);
    view.setUint16(at + 30, blocks, true);
    view.setUint16(at + 32, part.length, true);
    part.forEach(({ kind, volume, shift, chunk, id }, entry) => {
      const to = at + ENTRIES + entry * 16;
      view.setUint8(to, kind);
      view.setUint8(to + 1, volume);
      view.setUint8(to + 2, shift);
      view.setUint32(to + 4, chunk, true);
      setU64(view, to + 8, id);
    });
    view.setUint32(at + 4, crc32(bytes.subarray(at + 8, at + BLOCK)), true);
  }
  return bytes;
}

interface Header {
  readonly epoch: number;
  readonly block: number;
  readonly batch: number;
  readonly inBatch: number;
  readonly blocks: number;
}

function readBlock(
  bytes: Uint8Array,
  at: number,
  generation: string,
): Header | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(at, true) !== MAGIC) return null;
  const sum = crc32(bytes.subarray(at + 8, at + BLOCK));
  if (view.getUint32(at + 4, true) !== sum) return null;
  if (bytes.subarray(at + 8, at + 16).toHex() !== generation) return null;
  return {
    epoch: view.getUint32(at + 16, true),
    block: view.getUint32(at + 20, true),
    batch: view.getUint32(at + 24, true),
    inBatch: view.getUint16(at + 28, true),
    blocks: view.getUint16(at + 30, true),
  };
}

/** What the file says for this generation; null: it cannot be relied on, everything may differ. */
export function decodeJournal(
  bytes: Uint8Array,
  generation: string,
): Region[] | null {
  if (bytes.length !== 2 * HALF) return null;
  const halves = [0, HALF].map((from) =>
    Array.from(
      { length: BLOCKS },
      (_, i) => readBlock(bytes, from + i * BLOCK, generation),
    )
  );
  const found = [0, 1].map((half) => ({ half, ...wholeOf(halves[half]!) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.epoch - a.epoch)[0];
  if (!found) return null;
  const { half, length, epoch, next } = found;
  // What is behind a torn batch cannot be there: a batch is written when the one before it is durable. So the disk has lost something.
  const later = halves.flat().some((block, i) =>
    block !== null &&
    (block.epoch > epoch
      ? block.batch > 0
      : block.epoch === epoch && i >= half * BLOCKS + length &&
        block.batch > next)
  );
  if (later) return null;
  const regions: Region[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < length; i++) {
    const at = half * HALF + i * BLOCK;
    const count = Math.min(view.getUint16(at + 32, true), PER_BLOCK);
    for (let entry = 0; entry < count; entry++) {
      const from = at + ENTRIES + entry * 16;
      regions.push({
        kind: view.getUint8(from),
        volume: view.getUint8(from + 1),
        shift: view.getUint8(from + 2),
        chunk: view.getUint32(from + 4, true),
        id: getU64(view, from + 8),
        last: 0,
        at: 0,
      });
    }
  }
  return regions;
}

/** The blocks from the half's begin that belong together, and the batch that may be torn behind them; none without a whole snapshot. */
function wholeOf(
  blocks: readonly (Header | null)[],
): { length: number; epoch: number; next: number } {
  const first = blocks[0];
  const epoch = first?.epoch ?? 0;
  let length = 0, next = 0;
  for (const [i, block] of blocks.entries()) {
    if (!block || block.epoch !== epoch || block.block !== i) break;
    if (block.batch !== next) break;
    if (block.inBatch === block.blocks - 1) {
      length = i + 1;
      next++;
    }
  }
  return { length, epoch, next };
}
