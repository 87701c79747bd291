/** Roles PRIM and ALONE: serve, shut out a peer that left, connect one that came back, yield to one that has more right. Pure. */
import { witnessOf } from "./arbiter.ts";
import { aloneRecord, giveUpClaim, kept } from "./claim.ts";
import { good, whoIsNewer } from "./copies.ts";
import { leaseOf, leaseRanOut, leaseUntil } from "./lease.ts";
import { type Permission, permission } from "./permission.ts";
import { deposed } from "./witness_word.ts";
import { failed, leave } from "./leave.ts";
import { failureOf, hangs } from "./stall.ts";
import {
  alonePlan,
  aloneToPrimaryPlan,
  completePlan,
  primaryToAlonePlan,
  resumePlan,
  swapBackPlan,
  swapReleasePlan,
  yieldPlan,
} from "./plans.ts";
import type { ModuleView } from "./state.ts";
import {
  alive,
  command,
  CONFIRM_MS,
  enter,
  GRACE_MS,
  isPrimary,
  log,
  peerView,
  run,
  type State,
  type Turn,
} from "./turn.ts";
import { whoYields } from "./yields.ts";

/** After a swap the other side needs a moment to connect; writes wait meanwhile. */
const CONNECT_MS = 3_000;
/** A peer that has been primary for so long is: heartbeats come every 0.3 s, and reports at each change. */
const OLD_REPORT_MS = 1_000;
/** How long a plan may be over while the replicator still reports another phase. */
const PHASE_MS = 10_000;

export function primary(turn: Turn): void {
  const { state } = turn;
  const peer = peerView(state);
  // One that is mirrored has just said so: what the peer says of its role is older. Said again and again it is not: then the report is
  // old, of a replicator that stands still.
  const apart = !mirrored(state) ||
    turn.at - state.peer.roleSince > OLD_REPORT_MS;
  const yields = peer !== null && isPrimary(peer.role) && apart &&
    whoYields(state, peer)?.says === "yields";
  if (yields) return yieldTo(turn, peer);
  if (peer !== null && overtaken(state, peer)) {
    return leave(turn, `${state.config.peer} went on without this node`, {
      succeeded: true,
    });
  }
  if (deposed(state)) {
    log(turn, "error", `The witness has let ${state.config.peer} go on`);
    giveUpClaim(turn);
    return leave(turn, `${state.config.peer} goes on without this node`, {
      succeeded: true,
    });
  }
  if (leaseRanOut(turn)) return fence(turn);
  const failure = failureHere(turn, peer);
  if (failure !== null) return failed(turn, failure);

  if (state.role === "PRIM") watchMirror(turn, peer);
  else awaitMirror(turn, peer);
  connect(turn, peer);
  takeAgain(turn, peer);
  if (
    state.role === "PRIM" && state.swap === null && peer?.swap === "asked" &&
    state.plan === null && turn.at >= state.swapAt
  ) {
    startSwap(turn);
  }
  if (
    state.homeward && swapRefusal(state) === null &&
    unreachableThere(state) === null
  ) {
    // Once: a swap that fails is not tried again and again.
    state.homeward = false;
    log(turn, "info", `${state.config.peer} is where the primary belongs`);
    startSwap(turn);
  }
  bringScripts(turn);
}

/** Neither the peer nor the witness hears this node: the peer may be primary any moment. What it holds still counts afterwards. */
function fence(turn: Turn): void {
  const { config } = turn.state;
  const why =
    `neither ${config.peer} nor the witness has heard this node in time`;
  log(turn, "error", `Fenced: ${why}; nothing is acknowledged any more`);
  leave(turn, why, { succeeded: true });
}

/**
 * A primary that was without its agent for a while may find that the peer had taken over, written, and stopped: the peer's data is
 * what was acknowledged, so this node stops serving and data decides.
 */
function overtaken(state: State, peer: ModuleView): boolean {
  if (!state.config.mirrored || mirrored(state)) return false;
  if (peer.role !== "STOP" && peer.role !== "WAIT") return false;
  if (good(peer.identity) && whoIsNewer(state, peer) === "theirs") return true;
  return state.role === "PRIM" && peer.role === "STOP" &&
    peer.lastRole === "ALONE";
}

function yieldTo(turn: Turn, peer: ModuleView): void {
  const { state } = turn;
  const from = state.role === "PRIM" ? "PRIM" : "ALONE";
  log(
    turn,
    "error",
    `Both nodes were primary: this one yields to ${state.config.peer} (${peer.role}); what only this node wrote is kept in the module's salvage folder`,
  );
  enter(turn, "SECOND", `${state.config.peer} stays primary`);
  state.record = { goal: "run", lastRole: "SECOND", cameFrom: null };
  state.scripts = from;
  run(turn, "yield", yieldPlan(from));
}

/** What makes this node unable to serve; null: nothing. */
function failureHere(turn: Turn, peer: ModuleView | null): string | null {
  const { state } = turn;
  if (!state.config.mirrored) return null;
  if (state.report === null) return "the replicator died";
  const { fault, phase } = state.report;
  if (fault === null) state.oldFault = null;
  else if (fault !== state.oldFault) return fault;
  const stall = hangs(state);
  if (stall !== null && canGoOn(state, peer)) return failureOf(stall);
  const stray = phase !== "primary" && state.plan === null &&
    turn.at - state.since > PHASE_MS;
  return stray ? `the replicator is ${phase}` : null;
}

/**
 * The other node, at once: whoever leaves for nobody serves nobody. It need not be Ready, which it is not beside a replicator that is
 * silent here; but its own must not be silent, too, as where both disks are in one storage.
 */
function canGoOn({ role }: State, peer: ModuleView | null): boolean {
  return role === "PRIM" && peer !== null && peer.role === "SECOND" &&
    peer.identity.upToDate && peer.failover !== false && !peer.stalls;
}

/** Whether the other node has all that is written here. */
export function mirrored(state: State): boolean {
  if (state.config.mirrored) return state.report?.session === "mirrored";
  return peerView(state)?.role === "SECOND";
}

/** PRIM: is the mirror still whole? If not, nothing is acknowledged until the peer is gone or has recorded that it is behind. */
function watchMirror(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  const { config } = state;
  if (state.peer.verdict === "lost") {
    // With a witness that one is asked; without, the other node is silent either way, dead or serving.
    if (state.unsure && witnessOf(state) === null && config.mirrored) {
      const why =
        `${config.peer} was not heard since this node stood still, and may have gone on`;
      return leave(turn, why, { succeeded: true });
    }
    return tryAlone(turn, peer, `no heartbeat of ${config.peer}`);
  }
  if (unheard(turn)) {
    const why = `${config.peer} was not heard since this agent began`;
    // It may have gone on while there was no agent here: the witness knows, and without directories nothing is lost by it.
    if (witnessOf(state) !== null || !config.mirrored) {
      return tryAlone(turn, peer, why);
    }
    return leave(turn, why, { succeeded: true });
  }
  if (mirrored(state) && !brokenCopy(turn, peer)) {
    state.wasMirrored = true;
    state.unmirroredSince = null;
    state.shutOut = null;
    state.reason = null;
    return;
  }
  // A swap's first half holds writes by itself, and ends soon; unless the peer goes.
  if (alive(state) && peer === null && state.peer.view === null) {
    return tryAlone(turn, peer, `${config.peer} does not have the module`);
  }
  if (!config.mirrored) {
    if (peer !== null && peer.role !== "SECOND") {
      askToStandBack(turn);
      tryAlone(turn, peer, `${config.peer} is ${peer.role}`);
    }
    return;
  }
  if (state.report?.phase !== "primary") return;
  state.unmirroredSince ??= turn.at;
  const waited = turn.at - state.unmirroredSince;
  if (peer !== null && standsBack(state, peer)) {
    const word = permission(turn, peer, { bid: false });
    const how = peer.role === "SECOND"
      ? "has recorded that it is behind"
      : `is ${peer.role}`;
    // Told first: until this node's record is on its disk, which may take long, the peer must not come back, be level and be entitled.
    const isTold = state.shutOut !== null;
    askToStandBack(turn);
    if (word.may === "yes" && isTold) {
      return goAlone(turn, `${config.peer} ${how}`, word);
    }
  }
  const atOnce = state.report.session === "lost" && state.wasMirrored;
  if (!atOnce && waited < CONNECT_MS) return;
  if (state.swap === "releasing") cancelSwap(turn);
  askToStandBack(turn);
  const late = turn.at - state.shutOutSince > CONFIRM_MS;
  // It is heard and does not hear: the witness can decide what it cannot.
  if (late && witnessOf(state) !== null) {
    tryAlone(
      turn,
      peer,
      `the data connection to ${config.peer} is broken and it does not answer`,
    );
    if (state.role !== "PRIM") return;
  }
  if (!state.shutOutWarned && late) {
    state.shutOutWarned = true;
    state.reason =
      `writes wait: the data connection to ${config.peer} is broken and it has not recorded yet that its copy is behind`;
    log(turn, "warning", state.reason);
  }
}

/** An agent that came back has waited long enough for the first word of the other node. */
function unheard({ state, at }: Turn): boolean {
  const { listensSince, peer, since } = state;
  if (peer.verdict !== "unknown" || mirrored(state)) return false;
  return listensSince !== null &&
    at - Math.max(since, listensSince) > GRACE_MS;
}

/** The copy over there is called outdated although the session is whole: a late answer to a shut-out. Only a resync mends it. */
function brokenCopy(turn: Turn, peer: ModuleView | null): boolean {
  const { state } = turn;
  if (!state.config.mirrored) return false;
  const broken = peer !== null && peer.role === "SECOND" &&
    peer.session === "mirrored" && !peer.identity.upToDate;
  if (!broken) state.brokenSince = null;
  else state.brokenSince ??= turn.at;
  return state.brokenSince !== null && turn.at - state.brokenSince > CONNECT_MS;
}

/** Whether the peer can no longer take over by itself: it has said so to this very request, or has left the role on record. */
function standsBack(state: State, peer: ModuleView): boolean {
  if (state.shutOut !== null && peer.outdated === state.shutOut) return true;
  return (peer.role === "STOP" || peer.role === "WAIT") &&
    peer.lastRole !== "ALONE";
}

function askToStandBack({ state, at }: Turn): void {
  if (state.shutOut !== null) return;
  state.shutOut = `${state.report?.identity.current ?? ""}/${at}`;
  state.shutOutSince = at;
  state.shutOutWarned = false;
}

/** Until somebody says that the peer cannot go on, writes wait; if nobody does in time, leaseRanOut() ends it. */
function tryAlone(turn: Turn, peer: ModuleView | null, why: string): void {
  const { state } = turn;
  const word = permission(turn, peer);
  switch (word.may) {
    case "yes":
      return goAlone(turn, why, word);
    case "later":
      state.reason = `writes wait: ${why}, and ${word.reason}`;
      return;
    case "no":
      log(turn, "error", `Not alone: ${why}, and ${word.reason}`);
      return leave(turn, `${why}, and ${word.reason}`, { succeeded: true });
    default:
      return word satisfies never;
  }
}

/** What has told the replicator to wait for the peer may not have been done yet, and would outlive the word: such a plan begins anew. */
function goAlone(
  turn: Turn,
  why: string,
  word: Permission & { readonly may: "yes" },
): void {
  const { state } = turn;
  const plan = state.plan?.name;
  const releasing = state.swap === "releasing" || plan === "swap-back";
  const mounting = plan === "become-prim" &&
    state.report?.phase !== "primary";
  enter(turn, "ALONE", why);
  state.record = aloneRecord("PRIM", word);
  if (releasing) {
    run(turn, "swap-back", swapBackPlan({ alone: true }));
  } else if (mounting) {
    state.scripts = "ALONE";
    run(turn, "become-alone", alonePlan("SECOND"));
  } else if (plan === "complete") {
    state.scripts = "ALONE";
    run(turn, "complete", completePlan("ALONE", null));
  } else {
    state.aloneAt = turn.at + 1_000;
    command(turn, { command: "alone" });
  }
}

/** ALONE: the peer is level again and the record says PRIM before the peer may rely on it. */
function awaitMirror(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  // What was mirrored before this node went on alone is so no more, whatever an older report and an older word say.
  const level = mirrored(state) && (state.dialled || !state.config.mirrored);
  if (peer !== null && peer.role === "SECOND" && level) {
    if (!state.config.mirrored && peer.status !== "Ready") return;
    const tookOver = state.record.cameFrom === "SECOND";
    enter(turn, "PRIM", `${state.config.peer} is up to date`);
    const { failover, home } = state.config;
    state.homeward = failover &&
      (home === "there" || (home === "last" && tookOver));
    state.record = {
      goal: "run",
      lastRole: "PRIM",
      cameFrom: null,
      ...kept(state.record),
    };
    state.wasMirrored = true;
    return;
  }
  // Level for a moment and lost again: nobody relied on it, so nobody need be asked. A replicator that could not obey the
  // first time (its disk was full) dials again by itself; what it levels is not asked for and makes no PRIM.
  const { report } = state;
  const unasked = !state.dialled && report?.session !== "none";
  if (
    report?.phase === "primary" && (report.session === "lost" || unasked) &&
    turn.at >= state.aloneAt
  ) {
    state.aloneAt = turn.at + 1_000;
    // A report that it is level again may have left before this reaches it.
    state.dialled = false;
    command(turn, { command: "alone" });
  }
}

function connect(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  const { report } = state;
  const follows = peer?.role === "SECOND" && peer.phase === "secondary";
  if (!follows) state.dialledFollower = false;
  if (!follows || report === null || turn.at < state.connectAt) return;
  if (report.phase !== "primary" || state.swap !== null) return;
  const apart = report.session === "none" ||
    (report.session === "lost" && !state.wasMirrored);
  // It began anew: what its disk refused minutes ago, and is tried again by itself minutes later, may be mended.
  const anew = report.session === "connecting" && !state.dialledFollower;
  state.dialledFollower = true;
  if (!apart && !anew) return;
  state.connectAt = turn.at + 2_000;
  state.dialled = true;
  command(turn, { command: "connect" });
}

/**
 * Why clients of a virtual address would not find the other node; null: they would. Whoever swaps there all the same comes back, and with
 * two addresses in two networks, each down on another node, the service would go to and fro until it is stopped.
 */
export function unreachableThere(state: State): string | null {
  const resources = peerView(state)?.watch?.resources ?? [];
  // Those of virtual addresses: the names of a person's own checkers have neither dots nor colons.
  const out = resources.find(({ name, state }) =>
    state === "down" && /^intf\..*[.:]/.test(name)
  );
  return out ? `${out.name} is down on ${state.config.peer}` : null;
}

/** Why no swap is possible now; null: it is. */
export function swapRefusal(state: State): string | null {
  const { config } = state;
  const peer = peerView(state);
  if (peer === null) return `${config.peer} does not answer`;
  const primaryRole = state.role === "PRIM" ? state.role : peer.role;
  const secondRole = state.role === "PRIM" ? peer.role : state.role;
  if (primaryRole !== "PRIM" || secondRole !== "SECOND") {
    return `it needs PRIM and SECOND, this node is ${state.role} and ${config.peer} is ${peer.role}`;
  }
  if (peer.status !== "Ready") {
    return `${config.peer} is ${peer.role} but not ready`;
  }
  if (state.plan !== null || state.swap !== null) {
    return "this node is still busy with a change";
  }
  return null;
}

export function startSwap(turn: Turn): void {
  const { state } = turn;
  const refusal = swapRefusal(state);
  if (refusal !== null || !mirrored(state)) return;
  log(turn, "info", `Swap with ${state.config.peer} begins`);
  state.swap = "releasing";
  state.swapSince = turn.at;
  run(turn, "swap-release", swapReleasePlan());
}

/** The first half of a swap cannot be finished: serve here again; who is asked to stand back is another question. */
export function cancelSwap(turn: Turn): void {
  const { state } = turn;
  log(turn, "error", "The swap was broken off: this node goes on as primary");
  state.swap = null;
  // The peer's request may still be under way.
  state.swapAt = turn.at + 10_000;
  run(turn, "swap-back", swapBackPlan({ alone: false, until: leaseOf(state) }));
}

/** After an agent's absence: the peer may have taken over meanwhile, so its word comes first, or its silence. */
function takeAgain(turn: Turn, peer: ModuleView | null): void {
  const { state } = turn;
  if (!state.addressesDue || state.plan !== null) return;
  if (turn.at < state.addressAt) {
    if (state.addressProblem !== null) {
      state.reason =
        `the virtual address is not here, it is tried again: ${state.addressProblem}`;
    }
    return;
  }
  // Whether a PRIM without its mirror goes on at all is asked first.
  const { verdict } = state.peer;
  if (state.role === "PRIM" && verdict === "unknown" && !mirrored(state)) {
    return;
  }
  const waited = turn.at - state.since > GRACE_MS;
  if (peer === null && verdict !== "lost" && !waited) return;
  // However long it takes: what a replicator that stands still reported last may be all that keeps this node from yielding.
  if (peer !== null && isPrimary(peer.role)) return;
  if (peer !== null && !waited && !leavesAlone(turn, peer)) return;
  state.addressesDue = false;
  state.reason = null;
  const role = state.role === "PRIM" ? "PRIM" : "ALONE";
  // The last agent died in the middle of a plan: scripts are idempotent, so all that belongs to the role is started.
  if (state.record.settled) run(turn, "resume", resumePlan());
  else run(turn, "complete", completePlan(role, leaseOf(state)));
}

/** It has not gone on, and will not for a while: who has not heard this life may be about to, a SECOND, or whom the witness lets. */
function leavesAlone({ state, at }: Turn, { role }: ModuleView): boolean {
  if (isPrimary(role)) return false;
  const mayGoOn = role === "SECOND" ||
    (state.role === "PRIM" && witnessOf(state) !== null);
  return !mayGoOn || leaseUntil(state) > at;
}

/** start_sec belongs to ALONE only: scripts follow the role as soon as no other plan runs. */
function bringScripts(turn: Turn): void {
  const { state } = turn;
  if (state.plan !== null || state.scripts === state.role) return;
  if (state.role === "PRIM" && state.scripts === "ALONE") {
    state.scripts = "PRIM";
    run(turn, "alone-to-primary", aloneToPrimaryPlan());
  } else if (state.role === "ALONE" && state.scripts === "PRIM") {
    state.scripts = "ALONE";
    run(turn, "primary-to-alone", primaryToAlonePlan());
  }
}
