/**
 * May this waiting node start, and as what? The table for every doubtful case, by what both nodes' data are. Pure.
 * Both nodes ask it with the sides exchanged; it never answers "alone" to both when each has heard the other's present word.
 */
import {
  compare,
  type Comparison,
  type Identity,
} from "../replication/identity.ts";
import { grantedThere } from "./arbiter.ts";
import type { ModuleView } from "./state.ts";
import { alive, GRACE_MS, isPrimary, type State } from "./turn.ts";

export type Verdict =
  | {
    readonly start: "alone";
    readonly cameFrom: "PRIM" | "SECOND";
    readonly why: string;
  }
  | { readonly start: "second"; readonly why: string }
  /** `pending`: it goes on by itself; otherwise the reason says what a person can do. */
  | {
    readonly start: "wait";
    readonly pending: boolean;
    readonly reason: string;
  };

/** A start on both nodes at once must be heard by each before the one that would stand back goes first after all. */
const SETTLE_MS = 1_500;

/** The verdict for a node in WAIT that wants to run; `waitedMs` since it began to wait. */
export function startVerdict(state: State, waitedMs: number): Verdict {
  const verdict = judge(state, waitedMs);
  // Without failover the service stays where it was, whoever's data is good: a person moves it.
  const moves = verdict.start === "alone" && !state.config.failover &&
    state.record.lastRole === "SECOND";
  if (!moves) return verdict;
  const { module, peer } = state.config;
  return stuck(
    `failover is off: waits for ${peer} to run the module again; to run it here: "hakit prim ${module}"`,
  );
}

function judge(state: State, waitedMs: number): Verdict {
  const { config, peer } = state;
  if (config.mirrored && state.report === null) {
    return pending("the replicator is starting");
  }
  if (alive(state)) {
    if (peer.view === undefined) return pending(`listens to ${config.peer}`);
    if (peer.view !== null) return withPeer(state, peer.view, waitedMs);
    return absent(state, "has no such module", waitedMs);
  }
  if (peer.verdict === "unknown" && waitedMs < GRACE_MS) {
    return pending(`listens for ${config.peer}`);
  }
  return absent(state, "does not answer", waitedMs);
}

function withPeer(
  state: State,
  theirs: ModuleView,
  waitedMs: number,
): Verdict {
  const { config } = state;
  if (isPrimary(theirs.role)) {
    if (newerHere(state, theirs)) {
      return pending(`${config.peer} is ${theirs.role} with older data`);
    }
    return { start: "second", why: `${config.peer} is ${theirs.role}` };
  }
  if (theirs.role === "SECOND") {
    return pending(
      `${config.peer} is SECOND and decides whether it takes over`,
    );
  }
  if (!hasLetGo(theirs)) return pending(`${config.peer} is still stopping`);
  if (!config.mirrored) return withoutData(state, theirs, waitedMs);
  if (theirs.phase === "absent") {
    if (shutOutBefore(state) && waitedMs >= GRACE_MS) return alone(state);
    return pending(`the replicator of ${config.peer} does not run yet`);
  }
  const mine = state.report!.identity;
  return byData(state, {
    mine,
    theirs,
    comparison: compare(mine, theirs.identity),
    waitedMs,
  });
}

/** Nothing is mounted and no address held over there: two primaries at once are excluded. */
export function hasLetGo(peer: ModuleView): boolean {
  return !peer.addresses && (peer.phase === "idle" || peer.phase === "absent");
}

/** It has acknowledged nothing since this node went on: it stands back when it hears that. */
export function newerHere(state: State, theirs: ModuleView): boolean {
  const mine = state.identity;
  return state.config.mirrored && mine !== null && good(mine) &&
    theirs.phase !== "absent" &&
    compare(mine, theirs.identity).kind === "mine-newer";
}

interface Sides {
  readonly mine: Identity;
  readonly theirs: ModuleView;
  readonly comparison: Comparison;
  readonly waitedMs: number;
}

function byData(state: State, sides: Sides): Verdict {
  const { config } = state;
  const { mine, theirs, comparison, waitedMs } = sides;
  switch (comparison.kind) {
    case "both-empty":
      return stuck(
        `first start: neither node has data of this module yet; say "hakit prim ${config.module}" on the node whose data is good`,
      );
    case "diverged":
      return stuck(
        `both nodes wrote without the other: this copy is ${
          describe(mine)
        }, the one of ${config.peer} is ${
          describe(theirs.identity)
        }; to keep this one: "hakit prim ${config.module}", to keep the other: "hakit prim ${config.module} --node ${config.peer}"; what only the losing side has is kept aside`,
      );
    case "mine-newer":
      if (!good(mine)) return stuck(doubtful(state, mine));
      // An empty peer cannot tell what its lost disk knew: a former secondary may lack what was written without it.
      if (
        theirs.identity.current === null && state.record.lastRole === "SECOND"
      ) {
        return stuck(
          `${config.peer} is empty and this node was SECOND, so this copy may lack the last writes; if it is good: "hakit prim ${config.module}"`,
        );
      }
      return alone(state);
    case "theirs-newer":
      return theyFirst(state, theirs);
    case "equal":
    case "equal-after-crash": {
      if (!good(mine) && !good(theirs.identity)) {
        return stuck(doubtful(state, mine));
      }
      if (!good(mine)) return theyFirst(state, theirs);
      if (!good(theirs.identity) || iGoFirst(state, theirs)) {
        return alone(state);
      }
      if (theirs.goal === "run") {
        return pending(`${config.peer} was primary last and starts first`);
      }
      if (waitedMs < SETTLE_MS) return pending(`listens to ${config.peer}`);
      return alone(state);
    }
    default:
      return comparison satisfies never;
  }
}

/** Equal data: who was primary last goes on; then the first node of the cluster's list. */
function iGoFirst(state: State, theirs: ModuleView): boolean {
  const rank = (role: string | null) =>
    role === "PRIM" || role === "ALONE" ? 1 : 0;
  const mine = rank(state.record.lastRole);
  const other = rank(theirs.lastRole);
  if (mine !== other) return mine > other;
  return state.config.nodeIndex === 0;
}

function theyFirst(state: State, theirs: ModuleView): Verdict {
  const { config } = state;
  if (!good(theirs.identity)) {
    return stuck(
      `${config.peer} has the newer copy, but says itself that it is not whole or not up to date; if it is good: "hakit prim ${config.module}" there`,
    );
  }
  if (state.report!.identity.current === null && theirs.lastRole === "SECOND") {
    return stuck(
      `this node has no data, and the copy of ${config.peer} may lack the last writes; if that one is good: "hakit prim ${config.module} --node ${config.peer}"`,
    );
  }
  if (theirs.goal === "run") {
    return pending(`${config.peer} has the newer data and starts first`);
  }
  return stuck(
    `${config.peer} has the newer data and is stopped; say "hakit start ${config.module}" there, or "hakit prim ${config.module}" here to go on without its last writes`,
  );
}

function withoutData(
  state: State,
  theirs: ModuleView,
  waitedMs: number,
): Verdict {
  if (state.config.nodeIndex === 0 || theirs.goal === "stop") {
    if (state.config.nodeIndex === 0 || waitedMs >= SETTLE_MS) {
      return alone(state);
    }
    return pending(`listens to ${state.config.peer}`);
  }
  return pending(`${state.config.peer} starts first`);
}

function absent(state: State, how: string, waitedMs: number): Verdict {
  const { config, record } = state;
  if (!config.mirrored) return alone(state);
  const mine = state.report!.identity;
  // "has no such module" may be true for a moment while the peer's agent starts.
  if (how !== "does not answer" && waitedMs < GRACE_MS) {
    return pending(`${config.peer} ${how}`);
  }
  if (shutOutBefore(state) || entitled(state)) return alone(state);
  const there = grantedThere(state);
  if (there !== null) return stuck(there);
  if (mine.current === null) {
    return stuck(
      `waits for ${config.peer}, which ${how}: this node has no data yet; if there is none elsewhere: "hakit prim ${config.module}"`,
    );
  }
  if (!mine.consistent) {
    return stuck(
      `waits for ${config.peer}, which ${how}: this copy is only half made; only "hakit primforce ${config.module}" starts it as it is`,
    );
  }
  const doubt = mine.upToDate && record.lastRole !== "ALONE"
    ? "it may have newer data"
    : "it has newer data";
  return stuck(
    `waits for ${config.peer}, which ${how}: ${doubt}; if it will not come back: "hakit prim ${config.module}"`,
  );
}

/** This node went on alone and knows it: nobody can have newer data. */
function shutOutBefore(state: State): boolean {
  return state.record.lastRole === "ALONE" && good(state.report!.identity);
}

/** Level when it stopped, and the witness may say that nobody has gone on since. */
function entitled({ arbiter, record, report }: State): boolean {
  return arbiter.kind === "witness" && record.claim !== undefined &&
    good(report!.identity);
}

export function good(identity: Identity): boolean {
  return identity.current !== null && identity.upToDate && identity.consistent;
}

function doubtful(state: State, mine: Identity): string {
  const { config } = state;
  return mine.consistent
    ? `this copy is not up to date and ${config.peer} has none that is; to go on with this one: "hakit prim ${config.module}"`
    : `this copy is only half made and ${config.peer} has none that is whole; only "hakit primforce ${config.module}" starts it as it is`;
}

function describe(identity: Identity): string {
  const name = identity.current?.slice(0, 8) ?? "empty";
  if (!identity.consistent) return `${name} (half made)`;
  return identity.upToDate ? name : `${name} (not up to date)`;
}

function alone(state: State): Verdict {
  const { record, config } = state;
  // Decides who yields if both turn out to be alone: the one that was primary last stays.
  const cameFrom = record.lastRole === "ALONE"
    ? record.cameFrom ?? "PRIM"
    : record.lastRole ?? "PRIM";
  const why = alive(state)
    ? `this node goes first, ${config.peer} follows`
    : state.arbiter.kind === "witness"
    ? `${config.peer} does not answer, and the witness has let nobody else go on`
    : `${config.peer} does not answer and cannot have newer data`;
  return { start: "alone", cameFrom, why };
}

function pending(reason: string): Verdict {
  return { start: "wait", pending: true, reason };
}

function stuck(reason: string): Verdict {
  return { start: "wait", pending: false, reason };
}
