/** A primary's own disk that hangs: from when on the other node is to go on, and what is told until then. Pure. */
import { HANGS_MS, type Stall } from "../replication/stall.ts";
import type { State } from "./turn.ts";

/** So often what is told of it changes. */
const STEP_S = 5;

/**
 * The disk of a primary whose peer has everything that was answered: so it says itself, or its replicator said so last. ALONE it has the
 * only copy, and whatever hangs is waited for.
 */
export function hangs({ report, record }: State): Stall | null {
  const { stalled = null, session } = report ?? {};
  const spare = record.lastRole === "PRIM" && session === "mirrored";
  return stalled !== null && stalled.ms >= HANGS_MS && spare ? stalled : null;
}

/** What it is given up for. */
export function failureOf({ what }: Stall): string {
  const seconds = `${HANGS_MS / 1000} s`;
  return what === "word"
    ? `the replicator has said nothing for ${seconds}`
    : `this node's disk has not ended ${A[what]} for ${seconds}`;
}

/** For `state`, while this node serves; null: all is well. */
export function stallReason({ report, config }: State): string | null {
  const stall = report?.stalled ?? null;
  if (stall === null) return null;
  const seconds = `${Math.floor(stall.ms / 1000 / STEP_S) * STEP_S} s`;
  return stall.what === "word"
    ? `applications may wait: the replicator on ${config.node} has said nothing for ${seconds}`
    : `applications wait: the disk of ${config.node} has not ended ${
      A[stall.what]
    } for ${seconds}`;
}

const A = { fsync: "an fsync", read: "a read" } as const;
