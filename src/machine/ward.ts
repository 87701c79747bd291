/** Until when this node may serve, for the guard beside the agent: it acts when the agent itself does not any more. Pure. */
import { LEASE_SHARE, leaseUntil, timeoutOf, witnessOf } from "./arbiter.ts";
import type { State } from "./turn.ts";

export interface Until {
  /** null: not known in this life of the agent; what the last one said holds. */
  readonly until: number | null;
  /** The end has come, and what still serves is on its way out. */
  readonly leaving: boolean;
}

/** null: nobody could go on in this node's place, or nothing serves here. */
export function wardOf(state: State): Until | null {
  const { config, record } = state;
  if (state.role === "PRIM") {
    // Before the witness was heard for the first time the other node is entitled to nothing.
    const free = witnessOf(state) === null
      ? !config.failover
      : record.claim === undefined;
    return free ? null : { until: served(state), leaving: false };
  }
  if (state.role !== "WAIT" || state.ranOutSince === null) return null;
  const serves = config.mirrored
    ? state.report?.phase === "primary"
    : state.plan?.name === "leave";
  return serves ? { until: state.ranOutSince, leaving: true } : null;
}

function served(state: State): number | null {
  if (witnessOf(state) !== null) return leaseUntil(state) || null;
  // Without a witness the peer goes on when it has not heard this node for the time-out: an agent that says nothing for so long
  // has sent nothing either. One that was away must have been heard again first, as the peer may have gone on meanwhile.
  const share = timeoutOf(state) * LEASE_SHARE;
  const heard = state.peerUntil > 0 &&
    state.peerUntil - share >= state.awakeAt;
  return heard ? state.lastAt + share : null;
}
