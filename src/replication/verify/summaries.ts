/** Two summaries of a chunk (blocks.ts), side by side. Pure. */

/** As blocks.ts has them; a test holds both together. */
const BLOCK = 64 * 1024, SUMMARY = 18;

/** Where the blocks differ, [begin, end) within the chunk, neighbours as one. A summary that is missing stands for zeros. */
export function differingBlocks(
  mine: Uint8Array,
  theirs: Uint8Array,
): { readonly begin: number; readonly end: number }[] {
  const ranges: { begin: number; end: number }[] = [];
  const length = Math.max(mine.length, theirs.length);
  for (let at = 0; at < length; at += SUMMARY) {
    let same = true;
    for (let i = at; i < at + SUMMARY; i++) {
      same &&= (mine[i] ?? 0) === (theirs[i] ?? 0);
    }
    if (same) continue;
    const begin = at / SUMMARY * BLOCK, end = begin + BLOCK;
    const last = ranges.at(-1);
    if (last?.end === begin) last.end = end;
    else ranges.push({ begin, end });
  }
  return ranges;
}
