/**
 * When applications may wait for the last pass of a resync, and what is done when what they change never becomes little: they are
 * held for a second at the most, at the speed that this resync has, and who changes more than that in a pass is slowed down, until
 * passes become short. Pure.
 */
import { CHUNK, type Marks } from "../marks.ts";

/** Always little, also at the slowest: some tens of milliseconds. */
const LAST_BYTES = 8 << 20;
const LAST_INODES = 256;
/** Passes in which it may become so little; after them a last pass may take longer, and who changes too much for it is slowed. */
const MAX_PASSES = 12;
const HOLD_SECONDS = 1;
/** Further ones: what is not little by then is no matter of bytes (a walk over all names). Standing still once ends it. */
const MAX_SLOWED = 20;
/** Between two changes, of all applications together, at the most: ten regions a second come after every comparison. */
const MAX_GAP_MS = 100;

export interface Left {
  readonly bytes: number;
  readonly inodes: number;
  /** To be looked for by a walk over all names, which takes as long as there are names. */
  readonly walks: boolean;
}

/** The next pass: with applications held, with their changes so many milliseconds apart, or (0) as they like. */
export type Pass =
  | { readonly hold: true }
  | { readonly hold: false; readonly gapMs: number };

export function nextPass(
  { pass, full, left, bytesPerSecond }: {
    /** From 1. */
    readonly pass: number;
    /** Everything is compared. */
    readonly full: boolean;
    readonly left: Left;
    /** Of a pass of this resync; 0: not known yet. */
    readonly bytesPerSecond: number;
  },
): Pass {
  // Never the first one: few marks may mean millions of names for the target to remove.
  if (full || pass === 1) return { hold: false, gapMs: 0 };
  const slowed = pass - MAX_PASSES;
  const more = slowed > 0 ? bytesPerSecond * HOLD_SECONDS : 0;
  if (isLittle(left, Math.max(LAST_BYTES, more))) return { hold: true };
  if (slowed <= 0) return { hold: false, gapMs: 0 };
  if (slowed > MAX_SLOWED) return { hold: true };
  return { hold: false, gapMs: Math.min(2 ** (slowed - 1), MAX_GAP_MS) };
}

function isLittle({ bytes, inodes, walks }: Left, most: number): boolean {
  return !walks && inodes <= LAST_INODES && bytes <= most;
}

/** What is to be compared of marked data, where the size of each file is known. */
export function bytesOf(
  marks: Marks,
  sizeOf: (volume: number, id: number) => number,
): number {
  let bytes = 0;
  for (const { volume, id, mark: { chunks, tail } } of marks) {
    bytes += chunks.size * CHUNK;
    // At the target it may be longer: that end is cut off, which takes no time.
    if (tail !== Infinity) {
      bytes += Math.max(CHUNK, sizeOf(volume, id) - tail * CHUNK);
    }
  }
  return bytes;
}

/** Bytes a second of the passes so far: of the newest one that had enough to do for a measurement. */
export class Speed {
  bytesPerSecond = 0;

  measured(bytes: number, milliseconds: number): void {
    if (bytes < LAST_BYTES) return;
    this.bytesPerSecond = bytes / Math.max(1, milliseconds) * 1000;
  }
}
