/** What the guard may have taken from a primary comes back as soon as it is certain that nobody went on in its place. Pure. */
import { servesAsPrimary } from "./lease.ts";
import { isPrimary, type State } from "./turn.ts";
import type { Until } from "./ward.ts";

/** What is taken away is frozen for a moment by the agent itself, before the first script lets it go on. */
const FREEZES_MS = 1_000;

export interface Doubts {
  /** The end that the guard was told last. */
  readonly until: number | null;
  /** When this process last went on after it had been stopped. */
  readonly awakeAt: number;
  /** The guard may have acted. */
  readonly doubt: boolean;
  /** The guard was told last that it may be served: what comes back then it does not take away again. */
  readonly told: boolean;
}

/** Of a new agent: the last one may have died of what made the guard act. */
export const DOUBTFUL: Doubts = {
  until: null,
  awakeAt: -Infinity,
  doubt: true,
  told: false,
};

/** Asked before each word to the guard. */
export function regain(
  doubts: Doubts,
  { state, ward, now }: {
    readonly state: State;
    readonly ward: Until | null;
    readonly now: number;
  },
): {
  readonly doubts: Doubts;
  /** Something was taken, as far as is known, and comes back now. */
  readonly back: boolean;
  /** Whatever else stands still may go on. */
  readonly safe: boolean;
  /** Scripts that stop the service may stand still, and nobody can tell when they may go on. */
  readonly stuck: boolean;
} {
  const { awakeAt } = state;
  // A script that stops the service in order must not stand still for its whole time.
  const inOrder = servesAsPrimary(state) && !state.unsure &&
    state.mustNotServeSince === null;
  if (!isPrimary(state.role) && !inOrder) {
    // What is being taken away here may be the other node's by now.
    const doubt = state.mustNotServeSince !== null ||
      state.plan?.name === "yield";
    // Nothing is served: what stands still is a script, which the guard froze in the moment in which it was told that it is over.
    const over = ward === null;
    return {
      doubts: { until: null, awakeAt, doubt, told: over },
      back: false,
      safe: over && doubts.told,
      // Without directories nothing tells whether all that served is dead, and what the guard froze since is its stop scripts alone.
      stuck: ward !== null && ward.leaving && !state.config.mirrored &&
        now - ward.until! > FREEZES_MS,
    };
  }
  const passed = doubts.until !== null && doubts.until < now;
  const doubt = doubts.doubt || passed || awakeAt > doubts.awakeAt;
  // Nobody can succeed a node that is not guarded.
  const certain = ward === null || (ward.until ?? 0) > now;
  const until = ward === null ? null : ward.until ?? doubts.until;
  // A word whose end has passed keeps the guard from nothing: it would take away once more what came back before it hears the next.
  const safe = certain && doubts.told && !passed;
  const back = doubt && safe;
  return {
    doubts: { until, awakeAt, doubt: doubt && !back, told: certain },
    back,
    safe,
    stuck: doubt && !certain && !isPrimary(state.role),
  };
}
