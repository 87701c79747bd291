/** A disk that does not end what was asked of it, and says nothing about it. Pure. */

/** What waits for this node's disk alone: where a peer is asked too, it has answered. */
export interface Stall {
  /** word: the replicator itself says nothing, which the agent notices. */
  readonly what: "fsync" | "read" | "word";
  readonly ms: number;
}

/** A busy disk takes a second now and then; so much is told. */
export const TOLD_MS = 5_000;
/**
 * The disk hangs. Twice what a primary grants its peer's disk (SYNC_MS in patience.ts), whose answer is there by then: what is merely
 * slow on both nodes moves nothing.
 */
export const HANGS_MS = 20_000;

/** Of a replicator that has said nothing for so long: what its last word says to hang, hangs still. */
export function stalledInSilence(last: Stall | null, ms: number): Stall {
  return last === null ? { what: "word", ms } : { ...last, ms: last.ms + ms };
}

/** The longer one, if it is worth telling. Each: since when it waits, 0: it does not. */
export function stalled(
  now: number,
  since: { readonly fsync: number; readonly read: number },
): Stall | null {
  const fsync = since.fsync === 0 ? 0 : now - since.fsync;
  const read = since.read === 0 ? 0 : now - since.read;
  const ms = Math.max(fsync, read);
  if (ms < TOLD_MS) return null;
  return { what: ms === fsync ? "fsync" : "read", ms: Math.round(ms) };
}
