/** step(state, event) → { state, actions }: the automaton of one mirror module on one node. Pure; the heart; read it first. */
import type { Report } from "../replication/control.ts";
import { EMPTY } from "../replication/identity.ts";
import type { Action } from "./action.ts";
import { unlike, witnessOf } from "./arbiter.ts";
import { answerAsk, changeArbiter, kept } from "./claim.ts";
import {
  absentMs,
  leaseOf,
  leaseUntil,
  peerHeardUs,
  servesAsPrimary,
  tellLease,
} from "./lease.ts";
import { beginAsking, endAsking, heardPing } from "./permission.ts";
import { ask, heardWitness } from "./witness_word.ts";
import { begin, beginSilent, endSilence } from "./begin.ts";
import { obey, wantRun } from "./command.ts";
import type { Event } from "./event.ts";
import { finished } from "./finished.ts";
import { hasten, leave } from "./leave.ts";
import { primary } from "./primary.ts";
import { heldBack, obeyRule } from "./rule.ts";
import { cleanPlan, resumePlan } from "./plans.ts";
import { hangs, stallReason } from "./stall.ts";
import { judgeSync, secondary } from "./secondary.ts";
import type { ModuleView, Status } from "./state.ts";
import {
  CATCH_UP_MS,
  isPrimary,
  log,
  peerView,
  run,
  type State,
  type Turn,
} from "./turn.ts";
import { stillHolds, waiting } from "./waiting.ts";

export { refusal, refusedBy } from "./command.ts";
export { type Config, initial, type State } from "./turn.ts";
export { ask };

export interface Step {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** Everything that happens to a module comes through here, one event at a time. */
export function step(state: State, event: Event): Step {
  const turn: Turn = { state: { ...state }, at: event.at, actions: [] };
  const stoodStill = event.type === "stood-still";
  // Nobody knows how long. Where a lease limits what may be acknowledged, whoever gave it is asked before anything is decided.
  if (stoodStill && leaseOf(state) === null) {
    turn.state.peerUntil = Math.min(state.peerUntil, event.at);
  }
  const absent = stoodStill || event.at - state.lastAt > absentMs(state);
  if ((state.begun || state.silent !== null) && absent) wasAbsent(turn);
  turn.state.lastAt = Math.max(state.lastAt, event.at);
  observe(turn, event);
  const heard = leaseUntil(turn.state) > event.at;
  if (heard || !servesAsPrimary(turn.state)) turn.state.unsure = false;
  beginAsking(turn);
  // Until the agent has said what it found, this node decides nothing; nor before it has read what came while it stood still.
  const ready = turn.state.begun && !catchesUp(turn);
  if (ready && !heldBack(turn)) ROLE[turn.state.role](turn);
  endAsking(turn);
  tellLease(turn);
  settle(turn);
  recordOther(turn);
  return inOrder(state, turn);
}

/** An agent that dies in the middle of a plan leaves the service half started or half stopped: the record must say so before. */
function settle({ state }: Turn): void {
  if (state.addressesDue || !state.begun) return;
  const { settled, ...record } = state.record;
  const now = isPrimary(state.role) && state.plan === null &&
    state.scripts === state.role && state.swap === null;
  if (now !== (settled ?? false)) {
    state.record = now ? { ...record, settled: true } : record;
  }
}

/** Whatever role a new record is of: after a restart this node must know it unheard. */
function recordOther({ state }: Turn): void {
  const { otherWitness, ...record } = state.record;
  if ((otherWitness ?? null) === state.otherWitness) return;
  state.record = state.otherWitness === null
    ? record
    : { ...record, otherWitness: state.otherWitness };
}

/** One function a role, asked after every event: rules look at the facts as they are, not at what changed. */
const ROLE: { readonly [role in State["role"]]: (turn: Turn) => void } = {
  STOP: stopped,
  WAIT: waiting,
  ALONE: primary,
  PRIM: primary,
  SECOND: secondary,
};

/** Ticks come several times a second: a process or machine that was stopped and goes on must hear anew who it is and what the peer does. */
function wasAbsent({ state, at }: Turn): void {
  state.awakeAt = at;
  // What its lease was before says nothing: who heard it since must be asked first.
  if (isPrimary(state.role)) state.mustNotServeSince = null;
  if (servesAsPrimary(state) && leaseUntil(state) <= at) state.unsure = true;
  state.synced = false;
  state.peer = { ...state.peer, view: undefined };
}

/**
 * What came meanwhile waits in its order, the oldest first: a peer that was in WAIT ten seconds ago may be primary now. All of it is
 * read at once, so a moment is enough.
 */
function catchesUp({ state, at }: Turn): boolean {
  return at - state.awakeAt < CATCH_UP_MS;
}

/** STOP: an address or a mount that could not be let go at the first try is tried again. */
function stopped(turn: Turn): void {
  const { state } = turn;
  answerAsk(turn, peerView(state));
  if (state.plan !== null || turn.at < state.retryAt) return;
  if (stillHolds(state)) run(turn, "clean", cleanPlan());
  else if (state.startAt !== null && turn.at >= state.startAt) wantRun(turn);
}

/** Takes the event's facts into the state. */
function observe(turn: Turn, event: Event): void {
  const { state } = turn;
  switch (event.type) {
    case "begin":
      return event.silent ? beginSilent(turn, event) : begin(turn, event);
    case "command":
      return obey(turn, event);
    case "heard": {
      const role = event.view?.role;
      const roleSince = role === state.peer.view?.role
        ? state.peer.roleSince
        : turn.at;
      state.peer = { verdict: "alive", view: event.view, roleSince };
      state.peerWitness = event.view?.witness ?? null;
      // A peer without the module says nothing of its arbiter.
      if (event.view !== null) {
        state.otherWitness = unlike(state.arbiter, event.view.witness);
      }
      state.peerClaim = event.view?.claim ?? null;
      state.peerTimeoutMs = event.timeoutMs ?? null;
      // Only one that follows leaves this node alone for having heard it.
      if (role === "SECOND" && !event.view?.bids) {
        peerHeardUs(turn, event.heardUsAt);
      }
      return judgeSync(turn, event.view);
    }
    case "peer":
      // What it said before it was lost is history: it must speak again to be believed.
      state.peer = event.verdict === "lost" || event.verdict === "unknown"
        ? {
          verdict: event.verdict,
          view: undefined,
          roleSince: state.peer.roleSince,
        }
        : { ...state.peer, verdict: event.verdict };
      return;
    case "report":
      state.report = event.report;
      state.identity = event.report.identity;
      return endSilence(turn, event.report);
    case "replicator-gone":
      if (state.report !== null) state.reportGoneAt = turn.at;
      state.report = null;
      return endSilence(turn, null);
    case "performed":
      // An older number is a plan that was replaced.
      if (state.plan?.number === event.plan) {
        finished(turn, state.plan, event.failed);
      }
      return;
    case "address":
      return address(turn, event.problem, event.again ?? false);
    case "stuck":
      return stuck(turn);
    case "rule":
      return obeyRule(turn, event);
    case "blocked":
      state.blocked = event.blocked;
      return;
    case "config": {
      const { restarts, home } = event;
      state.config = { ...state.config, restarts, home };
      return;
    }
    case "failover":
      state.config = { ...state.config, failover: event.on };
      return;
    case "witness":
      return heardWitness(turn, event);
    case "pinged":
      return heardPing(turn, event);
    case "arbiter":
      return changeArbiter(turn, event.arbiter);
    case "stood-still":
      return;
    case "tick":
      // Ticks come as long as heartbeats do.
      state.listensSince ??= turn.at;
      return;
    default:
      return event satisfies never;
  }
}

function address(turn: Turn, problem: string, again: boolean): void {
  const { state } = turn;
  if (!again) log(turn, "error", problem);
  // Taken once more, in case it was only lost; a second machine that holds it is a matter for a person. Who stood still may have been
  // succeeded: that is read first.
  const settled = isPrimary(state.role) && state.plan === null &&
    !state.addressesDue && !state.unsure && !catchesUp(turn);
  if (settled && turn.at >= state.addressAt) {
    state.addressAt = turn.at + 10_000;
    run(turn, "resume", resumePlan());
  }
}

/** Whatever stands still is killed and stopped anew: nothing of it comes to life that may have served. */
function stuck(turn: Turn): void {
  const why = "what it served was taken away already";
  switch (turn.state.plan?.name) {
    case "leave":
    case "fence":
    case "let-go":
      return hasten(turn, why);
    case "yield":
      return leave(turn, why, { succeeded: true });
  }
}

/** The order is law and is written here once: durable, then told, then done. */
function inOrder(before: State, turn: Turn): Step {
  const after: State = turn.state;
  const actions: Action[] = [];
  if (!same(before.record, after.record)) {
    actions.push({
      do: "persist",
      record: after.record,
      ...(mayBeLate(before, after) ? { late: true } : {}),
    });
  }
  const shown = differs(before, after);
  if (shown && worthTelling(view(before), view(after))) {
    actions.push({ do: "tell" });
  }
  return { state: after, actions: [...actions, ...turn.actions] };
}

/**
 * That its scripts have all ended may be known later: an agent that comes back runs them again, at worst. That it is not so any more must
 * be known before, except on a disk that is sick or hangs: from there a node must get away without writing to it.
 */
function mayBeLate(before: State, after: State): boolean {
  const { settled: _, ...old } = before.record;
  const { settled, ...rest } = after.record;
  const sick = hangs(after) !== null || (after.report?.fault ?? null) !== null;
  return (settled || sick) && same(old, rest);
}

/** Of these nothing is told; they change with nearly every event. */
const UNTOLD: ReadonlySet<string> = new Set<keyof State>([
  "lastAt",
  "peer",
  "seen",
  "pinged",
  "peerUntil",
  "witnessUntil",
  "toldUntil",
  "reportGoneAt",
  "dialledFollower",
]);

/** Whether what is told may have changed; most events change nothing of it, and comparing costs. */
function differs(before: State, after: State): boolean {
  for (const key in after) {
    const name = key as keyof State;
    if (before[name] !== after[name] && !UNTOLD.has(key)) return true;
  }
  return false;
}

/** Progress, and that a leave has ended, is shown with the next heartbeat; everything else is told at once. */
function worthTelling(before: ModuleView, after: ModuleView): boolean {
  const still = (
    { resync: _, lastResync: __, dirtyBytes: ___, leaving: ____, ...rest }:
      ModuleView,
  ) => rest;
  return !same(still(before), still(after));
}

function same(left: object, right: object): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** What the heartbeat says, and `state` shows. */
export function view(state: State): ModuleView {
  const { record, report } = state;
  const witness = witnessOf(state);
  return {
    module: state.config.module,
    role: state.role,
    status: status(state),
    goal: record.goal,
    lastRole: record.lastRole,
    cameFrom: record.cameFrom,
    identity: state.identity ?? EMPTY,
    phase: report?.phase ?? "absent",
    session: report?.session ?? "none",
    shutOut: state.shutOut,
    outdated: state.outdated,
    swap: state.swap,
    reason: state.reason ??
      (isPrimary(state.role) ? stallReason(state) : null),
    resync: report?.resync ?? null,
    lastResync: report?.lastResync ?? null,
    dirtyBytes: report?.dirtyBytes ?? 0,
    addresses: state.addresses,
    failover: state.config.failover,
    bids: state.bidding,
    keeps: state.config.keeps ?? null,
    ...(leaves(state) ? { leaving: true } : {}),
    ...(report?.stalled ? { stalls: true } : {}),
    ...(report?.strange ? { otherFolder: true } : {}),
    ...compared(report),
    ...kept(record),
    ...(witness === null ? {} : { witness: witness.id }),
  };
}

function compared(
  report: Report | null,
): Pick<ModuleView, "proven" | "differences"> {
  const { verify, proof } = report ?? {};
  const mended = verify?.state === "identical" || verify?.state === "repaired";
  return {
    ...(proof ? { proven: proof.at } : {}),
    ...(verify && !mended && verify.differences > 0
      ? { differences: verify.differences }
      : {}),
  };
}

function leaves({ plan }: State): boolean {
  return plan?.name === "leave" || plan?.name === "fence" ||
    plan?.name === "let-go";
}

function status(state: State): Status {
  const busy = state.plan !== null;
  const whole = !state.config.mirrored || state.report?.session === "mirrored";
  switch (state.role) {
    case "STOP":
      return busy || state.silent !== null ? "Transient" : "NotReady";
    case "WAIT":
      return busy || state.pending ? "Transient" : "NotReady";
    case "ALONE":
      return busy || state.addressesDue ? "Transient" : "Ready";
    case "PRIM":
      return busy || state.addressesDue || !whole ? "Transient" : "Ready";
    case "SECOND":
      return !busy && whole && state.synced ? "Ready" : "Transient";
    default:
      return state.role satisfies never;
  }
}
