/** The facts by which the table in verdict.ts decides. Pure. */
import {
  compare,
  type Comparison,
  EMPTY,
  type Identity,
} from "../replication/identity.ts";
import { good } from "./copies.ts";
import type { ModuleView } from "./state.ts";
import { alive, type State } from "./turn.ts";

/** What the rows look at. */
export interface Facts {
  readonly state: State;
  readonly config: State["config"];
  readonly waitedMs: number;
  /** For how long the peer says its role, and this node waits. */
  readonly staysMs: number;
  /** What the peer says now; null: it is not heard, or does not have the module. */
  readonly theirs: ModuleView | null;
  /** It answers and has not said yet what it is. */
  readonly unsaid: boolean;
  /** It answers and does not have the module. */
  readonly without: boolean;
  readonly mine: Identity;
  /** What the two copies are for each other; null: one of them is not known. */
  readonly relation: Comparison["kind"] | null;
}

export function facts(state: State, waitedMs: number): Facts {
  const { config, peer, report } = state;
  const heard = alive(state);
  const theirs = heard ? peer.view ?? null : null;
  const mine = report?.identity ?? EMPTY;
  const known = theirs !== null && theirs.phase !== "absent" &&
    config.mirrored && report !== null;
  return {
    state,
    config,
    waitedMs,
    staysMs: Math.min(waitedMs, state.lastAt - peer.roleSince),
    theirs,
    unsaid: heard && peer.view === undefined,
    without: heard && peer.view === null,
    mine,
    relation: known ? compare(mine, theirs.identity).kind : null,
  };
}

export function isEqual(relation: Facts["relation"]): boolean {
  return relation === "equal" || relation === "equal-after-crash";
}

/** Equal data: who was primary last goes on; then the first node of the cluster's list. */
export function iGoFirst(state: State, theirs: ModuleView): boolean {
  const rank = (role: string | null) =>
    role === "PRIM" || role === "ALONE" ? 1 : 0;
  const mine = rank(state.record.lastRole);
  const other = rank(theirs.lastRole);
  if (mine !== other) return mine > other;
  return state.config.nodeIndex === 0;
}

/** This node went on alone and knows it: nobody can have newer data. */
export function shutOutBefore(state: State): boolean {
  return state.record.lastRole === "ALONE" && good(state.report!.identity);
}

/** Level when it stopped, and the witness may say that nobody has gone on since. */
export function entitled({ arbiter, record, report }: State): boolean {
  return arbiter.kind === "witness" && record.claim !== undefined &&
    good(report!.identity);
}
