/** Everything that can happen to a module. Each event carries its time (`at`, monotonic milliseconds); no clock is read inside. */
import type { Report } from "../replication/control.ts";
import type { Answer } from "../witness/protocol.ts";
import type { Arbiter } from "./arbiter.ts";
import type { ModuleView } from "./state.ts";
import type { Config } from "./turn.ts";

export interface Blocked {
  readonly reason: string;
  /** A resource that such a rule looks at is not known yet: only a start waits for that. */
  readonly pending: boolean;
}

/** What a person may ask for. */
export const USER_COMMANDS = [
  "start",
  "stop",
  "restart",
  "stopstart",
  "swap",
  "prim",
  "primforce",
  "second",
] as const;
export type UserCommand = typeof USER_COMMANDS[number];

/** What a failover rule may ask for. wait() is no order but a state: see the event "blocked". */
export type RuleOrder = "restart" | "stopstart" | "stop" | "swap";

export type Event =
  /** module.yaml was changed while the module runs. */
  | {
    readonly type: "config";
    readonly at: number;
    readonly restarts: Config["restarts"];
    readonly home: Config["home"];
  }
  /** First event of a life: what the agent found. `report` is set when a replicator outlived the last agent. `boot`: start now. */
  | {
    readonly type: "begin";
    readonly at: number;
    readonly report: Report | null;
    readonly boot: boolean;
    /** `boot` waits so long first. */
    readonly bootDelayMs?: number;
    /** One was found whose mounts are in use, and it has not said what it does: its disk may hang. */
    readonly silent?: boolean;
  }
  | {
    readonly type: "command";
    readonly at: number;
    readonly command: UserCommand;
    readonly full: boolean;
    /** primforce: also what stands in another folder than the mirrored one. */
    readonly otherFolder?: boolean;
    readonly by: string;
  }
  /** A genuine heartbeat of the peer, what it says of this module (null: the peer does not have the module). */
  | {
    readonly type: "heard";
    readonly at: number;
    readonly view: ModuleView | null;
    /** The peer has heard what this node sent at this time; absent: not known. */
    readonly heardUsAt?: number | undefined;
    /** After so much silence the peer takes this node for lost; absent: as long as this node waits for it. */
    readonly timeoutMs?: number | undefined;
  }
  /** The detector's verdict changed, or is repeated (every tick). unknown: never heard since this agent began. */
  | {
    readonly type: "peer";
    readonly at: number;
    readonly verdict: "alive" | "late" | "lost" | "unknown";
  }
  | { readonly type: "report"; readonly at: number; readonly report: Report }
  /** The replicator process is gone (died, or its socket closed). The agent restarts it at once; the mount, if any, is dead. */
  | { readonly type: "replicator-gone"; readonly at: number }
  /** The end of a plan; `failed` names the first action that failed, later ones were not run. */
  | {
    readonly type: "performed";
    readonly at: number;
    readonly plan: number;
    readonly failed: { readonly action: string; readonly error: string } | null;
  }
  /** A virtual address was found in use by another machine before it was taken, or was lost. */
  | {
    readonly type: "address";
    readonly at: number;
    readonly problem: string;
    /** As at the last look: it was said then. */
    readonly again?: boolean;
  }
  /** What stops here was frozen by the guard, its scripts too, and it is not certain that nobody has gone on: it stands still. */
  | { readonly type: "stuck"; readonly at: number }
  /** A failover rule fired, after its holding time. */
  | {
    readonly type: "rule";
    readonly at: number;
    readonly rule: string;
    readonly order: RuleOrder;
    /** Which resources made it fire, in words. */
    readonly reason: string;
  }
  /** A rule with wait() holds here; null: none does any more. */
  | {
    readonly type: "blocked";
    readonly at: number;
    readonly blocked: Blocked | null;
  }
  /** The maintenance switch, which outranks the configuration. */
  | { readonly type: "failover"; readonly at: number; readonly on: boolean }
  /** The witness has answered what was asked at `askedAt`. */
  | {
    readonly type: "witness";
    readonly at: number;
    readonly askedAt: number;
    readonly answer: Answer;
  }
  /** A round of pings, begun at `askedAt`, to all addresses that were configured. */
  | {
    readonly type: "pinged";
    readonly at: number;
    readonly askedAt: number;
    /** null: none could be sent. */
    readonly answered: boolean | null;
  }
  /** Another arbiter was configured. */
  | { readonly type: "arbiter"; readonly at: number; readonly arbiter: Arbiter }
  /** This machine was stopped from outside, and its clock with it: time has passed that no time of an event tells. */
  | { readonly type: "stood-still"; readonly at: number }
  /** Every 100 ms while heartbeats run, so that waiting rules can fire. */
  | { readonly type: "tick"; readonly at: number };
