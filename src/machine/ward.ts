/** Until when this node may serve, for the guard beside the agent: it acts when the agent itself does not any more. Pure. */
import { witnessOf } from "./arbiter.ts";
import { nobodyClaims } from "./claim.ts";
import { leaseLasts, leaseUntil, servesAsPrimary, timeoutOf } from "./lease.ts";
import { peerView, type State } from "./turn.ts";

export interface Until {
  /** null: not known in this life of the agent; what the last one said holds. */
  readonly until: number | null;
  /** The other node leaves this one alone for so long after it has heard a heartbeat of it, and follows. */
  readonly lastsMs: number;
  /** Heartbeats count as heard: without a witness silence alone makes the other node go on. */
  readonly beats: boolean;
  /** How long the guard may be late with it: the other node begins after what is left of its time-out. */
  readonly slackMs: number;
  /** The end has come, and what still serves is on its way out. */
  readonly leaving: boolean;
}

/** Most of what a lease leaves of the time-out belongs to the agent, which leaves in order when it can. */
const SLACK_SHARE = 0.05;
const MAX_SLACK_MS = 100;

/**
 * null: there is nothing to guard. Guarded is a primary that another node would succeed, until it has let go:
 * - with a witness for as long as its lease: nobody goes on before it ends.
 * - without one the peer goes on when it hears nothing, so the heartbeats count that go out. They have a thread of their own, which
 *   goes on for a while when the agent's loop is held up: nobody succeeds that node, and it keeps its services.
 * A node that is ALONE is not guarded: nobody goes on in its place. `told`: the last state that is on record.
 */
export function wardOf(state: State, told: State = state): Until | null {
  // What waits for its disk is not so yet for anybody else: a primary that will be ALONE is still one that may be succeeded.
  return unlessAlone(state) ?? (told === state ? null : unlessAlone(told));
}

function unlessAlone(state: State): Until | null {
  const slackMs = Math.min(MAX_SLACK_MS, timeoutOf(state) * SLACK_SHARE);
  const lastsMs = leaseLasts(timeoutOf(state));
  const leaving = mustLeaveSince(state);
  if (leaving !== null) {
    return { until: leaving, lastsMs, beats: false, slackMs, leaving: true };
  }
  if (!servesAsPrimary(state)) return null;
  const until = leaseUntil(state) || null;
  if (witnessOf(state) !== null) {
    if (state.role === "PRIM" && nobodyClaims(state)) return null;
    return { until, lastsMs, beats: false, slackMs, leaving: false };
  }
  // Each node has its own switch: one that has not heard "off" goes on all the same.
  if (!state.config.failover && peerView(state)?.failover === false) {
    return null;
  }
  return { until, lastsMs, beats: true, slackMs, leaving: false };
}

/** Since when something here serves that must not, and is being taken away by the agent; null: nothing does. */
function mustLeaveSince(state: State): number | null {
  const { config, plan, report, role } = state;
  const name = plan?.name;
  const serves = config.mirrored
    ? report?.phase === "primary"
    : name === "fence" || name === "let-go" || name === "yield";
  if (!serves) return null;
  if (role === "WAIT") return state.mustNotServeSince;
  return role === "SECOND" && name === "yield" ? state.since : null;
}
