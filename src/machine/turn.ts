/** The automaton's whole memory (State), and the draft of one step over it (Turn) with the few verbs that all roles use. Pure. */
import type { Identity } from "../replication/identity.ts";
import type { Command, Report } from "../replication/control.ts";
import { type Entry, MAX_LEASE_MS } from "../witness/register.ts";
import type { Action, PlanAction } from "./action.ts";
import type { Blocked } from "./event.ts";
import { type Arbiter, unlike } from "./arbiter.ts";
import type { ModuleView, Record, Role } from "./state.ts";

/** What the automaton needs to know of its surroundings; constant for a life. */
export interface Config {
  readonly module: string;
  readonly node: string;
  readonly peer: string;
  /** 0 or 1: order in cluster.yaml, the last tie-break. */
  readonly nodeIndex: 0 | 1;
  readonly failover: boolean;
  /** Whether the module has mirrored directories: without them there is no replicator and no question of whose data. */
  readonly mirrored: boolean;
  /** Failures, and restarts by rules, that are allowed within the period before the module is stopped; period 0: any number. */
  readonly restarts: { readonly maximum: number; readonly periodMs: number };
  /** Where the primary belongs once both nodes are level again; last: where it was before the failover. */
  readonly home: "anywhere" | "last" | "here" | "there";
  /** Silence after which each node takes the other for lost; a lease ends before it. Default 2100. */
  readonly timeoutMs?: number;
  /** After a split brain with data on both sides that node keeps its own, whoever the arbiter favours, if the other one says the same. */
  readonly keeps?: string;
}

/** Plans by what they are for; `finished` says what follows each. */
export type PlanName =
  | "clean"
  | "prestart"
  | "become-alone"
  | "become-prim"
  | "become-second"
  | "second-scripts"
  | "primary-to-alone"
  | "alone-to-primary"
  | "restart"
  | "resume"
  | "complete"
  | "yield"
  | "swap-release"
  | "swap-back"
  | "leave"
  /** The same beside a node that serves, or may: at once, and not in order. */
  | "fence"
  /** The beginning of that, from a disk that hangs: scripts may not end there, and the other node does not wait for them. */
  | "let-go"
  | "finish";

export interface Plan {
  readonly number: number;
  readonly name: PlanName;
  /** What is true of the virtual addresses when it has succeeded; null: it does not touch them. */
  readonly addressesAfter: boolean | null;
}

export interface Peer {
  readonly verdict: "alive" | "late" | "lost" | "unknown";
  /** What it last said; undefined: nothing since it was last lost; null: it does not have the module. */
  readonly view: ModuleView | null | undefined;
  /** Since when it says the role that it says now. */
  readonly roleSince: number;
}

/** What a person asked for and the automaton does as soon as it can. */
export interface Intent {
  readonly kind: "prim" | "second";
  readonly full: boolean;
  /** prim: also what stands in another folder than the mirrored one. */
  readonly otherFolder?: boolean;
  readonly at: number;
}

export interface State {
  readonly config: Config;
  readonly record: Record;
  /** The first event has come. */
  readonly begun: boolean;
  /** The replicator that was found serves by this node's record and has not said so yet: it begins with its first word. Null: it has. */
  readonly silent: Found | null;
  readonly role: Role;
  /** When the role was entered. */
  readonly since: number;
  readonly plan: Plan | null;
  /** Number of the last plan. */
  readonly plans: number;
  /** The replicator's last report; null: there is none now. */
  readonly report: Report | null;
  /** Since when there is none, or this life began. */
  readonly reportGoneAt: number;
  /** The data's identity as last reported, also while the replicator is away; null: not known in this life. */
  readonly identity: Identity | null;
  readonly peer: Peer;
  /** Whether the virtual addresses are, or may be, held here. */
  readonly addresses: boolean;
  /** Resumed beside a replicator that serves: the addresses are taken anew as soon as it is certain that the peer has not. */
  readonly addressesDue: boolean;
  /** The role that the module's scripts were last brought to: leaving undoes what belongs to it. */
  readonly scripts: Role;
  /** This secondary has every acknowledged write and the primary has recorded it: only then may it take over. */
  readonly synced: boolean;
  /** This primary was mirrored since it took the role: losing the session then needs an answer at once. */
  readonly wasMirrored: boolean;
  /** The replicator was told to dial since this node is ALONE (or the last agent may have told it): before, "mirrored" is old news. */
  readonly dialled: boolean;
  /** Since when a primary is without its mirror; null: it is mirrored. */
  readonly unmirroredSince: number | null;
  /** Since when the secondary's copy is called outdated although the session is mirrored. */
  readonly brokenSince: number | null;
  readonly shutOut: string | null;
  readonly shutOutSince: number;
  readonly shutOutWarned: boolean;
  readonly outdated: string | null;
  /** The request to stand back that came last, and when. */
  readonly asked: { readonly token: string; readonly at: number } | null;
  readonly swap: ModuleView["swap"];
  readonly swapSince: number;
  readonly reason: string | null;
  /** The wait goes on by itself: nobody has to do anything. */
  readonly pending: boolean;
  /** Times of module failures and of restarts by rules, within the period. */
  readonly failures: readonly number[];
  /** A fault that was there before the present attempt and is no news. */
  readonly oldFault: string | null;
  readonly intent: Intent | null;
  /** A rule with wait() holds: this node runs nothing. */
  readonly blocked: Blocked | null;
  /** A new PRIM whose place is the other node: it hands over as soon as that one is ready. */
  readonly homeward: boolean;
  /** The last order of a rule that could not be obeyed: said once. */
  readonly refused: string | null;
  /** Boot waits until then; null: it does not. */
  readonly startAt: number | null;
  /** Nothing is tried again before. */
  readonly retryAt: number;
  /** The peer's request to swap is not taken up before. */
  readonly swapAt: number;
  readonly connectAt: number;
  /** The replicator was told to dial, or has a session, since the peer follows. */
  readonly dialledFollower: boolean;
  readonly outdateAt: number;
  readonly aloneAt: number;
  readonly addressAt: number;
  /** Why the address that is due could not be taken; null: it was, or was not tried. */
  readonly addressProblem: string | null;
  readonly arbiter: Arbiter;
  /** What the witness said last, and when it was asked; null: nothing in this life. */
  readonly seen: {
    readonly entry: Entry | null;
    readonly askedAt: number;
    readonly at: number;
    readonly leasedMs: number;
    /** It answers a question that a bidding node asks. */
    readonly bid: boolean;
    /** This very question has let this node go on alone. */
    readonly set: boolean;
  } | null;
  /** This node wants to go on alone and asks whether it may; since when; by a person's word. */
  readonly bidding: boolean;
  readonly bidSince: number | null;
  readonly forced: boolean;
  /** The last round of pings. */
  readonly pinged: {
    readonly askedAt: number;
    readonly answered: boolean | null;
  } | null;
  /** Rounds since it bids that nobody answered. */
  readonly unanswered: number;
  /** Id of the witness that the peer heeds, as it last said. */
  readonly peerWitness: string | null;
  /** The same where this node heeds another one or none, also of one that is silent or lacks the module; null: both heed the same. */
  readonly otherWitness: string | null;
  /** Its claim, as it last said; null: none; undefined: nothing was heard of it in this life. */
  readonly peerClaim: number | null | undefined;
  /** After so much silence the peer takes this node for lost, as it last said; null: not known. */
  readonly peerTimeoutMs: number | null;
  /** Ends of this primary's lease: by the peer's having heard it, by the witness'. */
  readonly peerUntil: number;
  readonly witnessUntil: number;
  /** The end that the replicator was told. */
  readonly toldUntil: number | null;
  /** A primary whose lease has ended, or that was succeeded, must be gone: since when; kept until it has left. */
  readonly mustNotServeSince: number | null;
  /** It stood still for longer than the peer waits, and has not heard since that the peer follows: that one may have gone on. */
  readonly unsure: boolean;
  /** Since when this life's heartbeats run: before, nobody can have heard it. */
  readonly listensSince: number | null;
  /** When this process last went on after it had been stopped. */
  readonly awakeAt: number;
  /** Time of the last event. */
  readonly lastAt: number;
}

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One step in the making: the next state and what to do after it is durable and told. */
export interface Turn {
  readonly state: Writable<State>;
  readonly at: number;
  readonly actions: Action[];
}

/** A witness gives no longer leases, and heeds nobody who asks for one. */
export const MAX_TIMEOUT_MS = MAX_LEASE_MS;
/** Silence before anything was ever heard is not yet an absent peer: it may be booting as we are. */
export const GRACE_MS = 6_000;
/** A primary's peer has this long to record that it is behind before somebody is told. */
export const CONFIRM_MS = 2_100;
/** After that it only listens for so long. */
export const CATCH_UP_MS = 200;
/** A module that failed more often than this within a day is stopped: it will fail again. */
export const RESTARTS = { maximum: 3, periodMs: 24 * 3_600_000 } as const;

/** How the life begins when it is known what the replicator does: see the event "begin". */
export interface Found {
  readonly boot: boolean;
  readonly bootDelayMs?: number | undefined;
}

export function initial(
  config: Config,
  record: Record,
  arbiter: Arbiter = { kind: "none" },
): State {
  return {
    config,
    record,
    begun: false,
    silent: null,
    role: "STOP",
    since: 0,
    plan: null,
    plans: 0,
    report: null,
    reportGoneAt: 0,
    identity: null,
    peer: { verdict: "unknown", view: undefined, roleSince: 0 },
    // Until the first event says what was found, this node may still hold them: the peer must not take over meanwhile.
    addresses: true,
    addressesDue: false,
    scripts: "STOP",
    synced: false,
    wasMirrored: false,
    dialled: false,
    unmirroredSince: null,
    brokenSince: null,
    shutOut: null,
    shutOutSince: 0,
    shutOutWarned: false,
    outdated: null,
    asked: null,
    swap: null,
    swapSince: 0,
    reason: null,
    pending: false,
    failures: [],
    oldFault: null,
    intent: null,
    blocked: null,
    homeward: false,
    refused: null,
    startAt: null,
    retryAt: 0,
    swapAt: 0,
    connectAt: 0,
    dialledFollower: false,
    outdateAt: 0,
    aloneAt: 0,
    addressAt: 0,
    addressProblem: null,
    arbiter,
    seen: null,
    bidding: false,
    bidSince: null,
    forced: false,
    pinged: null,
    unanswered: 0,
    peerWitness: null,
    otherWitness: unlike(arbiter, record.otherWitness),
    peerClaim: undefined,
    peerTimeoutMs: null,
    peerUntil: 0,
    witnessUntil: 0,
    toldUntil: null,
    mustNotServeSince: null,
    unsure: false,
    listensSince: null,
    awakeAt: -Infinity,
    lastAt: 0,
  };
}

/** Starts a plan; what runs is replaced. Without mirrored directories there is no replicator to command. */
export function run(
  turn: Turn,
  name: PlanName,
  actions: readonly PlanAction[],
): void {
  const { state } = turn;
  const kept = state.config.mirrored
    ? actions
    : actions.filter((action) => action.do !== "replicator");
  let addressesAfter: boolean | null = null;
  for (const action of kept) {
    if (action.do === "take-addresses") addressesAfter = true;
    if (action.do === "release-addresses") addressesAfter = false;
  }
  if (addressesAfter === true) state.addresses = true;
  const replace = state.plan !== null;
  state.plans += 1;
  state.plan = { number: state.plans, name, addressesAfter };
  turn.actions.push({
    do: "run",
    plan: state.plans,
    name,
    actions: kept,
    replace,
  });
}

/** A quick command beside any plan. */
export function command(turn: Turn, what: Command): void {
  if (!turn.state.config.mirrored) return;
  turn.actions.push({ do: "replicator", command: what });
}

export function log(
  turn: Turn,
  level: "error" | "warning" | "info",
  text: string,
): void {
  turn.actions.push({ do: "log", level, text });
}

/** Which role may follow which. A resumed life (begin) sets its role without asking. */
export const ALLOWED: { readonly [role in Role]: readonly Role[] } = {
  STOP: ["WAIT"],
  WAIT: ["STOP", "ALONE", "SECOND"],
  ALONE: ["PRIM", "SECOND", "WAIT"],
  PRIM: ["ALONE", "SECOND", "WAIT"],
  SECOND: ["ALONE", "PRIM", "WAIT"],
};

/** Changes the role and forgets what belonged to the old one. */
export function enter(turn: Turn, role: Role, why: string): void {
  const { state } = turn;
  if (!ALLOWED[state.role].includes(role)) {
    throw new Error(
      `The automaton went from ${state.role} to ${role}: expected one of ${
        ALLOWED[state.role].join(", ")
      }; this is a bug`,
    );
  }
  log(turn, "info", `${state.role} becomes ${role}: ${why}`);
  state.role = role;
  state.since = turn.at;
  state.reason = null;
  state.pending = false;
  state.shutOut = null;
  state.shutOutWarned = false;
  state.swap = null;
  state.homeward = false;
  state.refused = null;
  state.brokenSince = null;
  state.unmirroredSince = null;
  if (role !== "SECOND") {
    state.synced = false;
    state.outdated = null;
  }
  if (role !== "WAIT") state.mustNotServeSince = null;
  state.unsure = false;
  if (role !== "PRIM") state.wasMirrored = false;
  state.dialled = false;
  if (!isPrimary(role)) state.addressesDue = false;
  state.addressProblem = null;
}

/** Whether the peer answers now: only then is what it says worth a decision. */
export function alive(state: State): boolean {
  return state.peer.verdict === "alive" || state.peer.verdict === "late";
}

/** What the peer says, if it answers and has the module. */
export function peerView(state: State): ModuleView | null {
  return alive(state) ? state.peer.view ?? null : null;
}

export function isPrimary(role: Role): boolean {
  return role === "ALONE" || role === "PRIM";
}

/** Nothing is mounted and no address held over there: two primaries at once are excluded. */
export function hasLetGo(peer: ModuleView): boolean {
  return !peer.addresses && (peer.phase === "idle" || peer.phase === "absent");
}
