/** Until when this node may serve, for the guard beside the agent: it acts when the agent itself does not any more. Pure. */
import { leaseUntil, witnessOf } from "./arbiter.ts";
import type { State } from "./turn.ts";

export interface Until {
  /** null: not known in this life of the agent; what the last one said holds. */
  readonly until: number | null;
  /** The end has come, and what still serves is on its way out. */
  readonly leaving: boolean;
}

/**
 * null: there is nothing to guard. Only a lease is guarded. Without a witness the peer goes on when it hears no heartbeats, and those
 * have a thread of their own: an agent whose loop is held up for some seconds still sends them, and nobody goes on in its place.
 * Nothing here can tell that from an agent that was stopped, and a healthy primary must not lose its services.
 */
export function wardOf(state: State): Until | null {
  const { config, record } = state;
  if (witnessOf(state) === null) return null;
  if (state.role === "PRIM") {
    // Before the witness was heard for the first time the other node is entitled to nothing.
    if (record.claim === undefined) return null;
    return { until: leaseUntil(state) || null, leaving: false };
  }
  if (state.role !== "WAIT" || state.ranOutSince === null) return null;
  const serves = config.mirrored
    ? state.report?.phase === "primary"
    : state.plan?.name === "leave";
  return serves ? { until: state.ranOutSince, leaving: true } : null;
}
