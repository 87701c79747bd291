/** Everything that the automaton can ask for, as data: tests compare arrays, the log prints them, the simulator counts them. */
import type { Command } from "../replication/control.ts";
import type { Record, Role } from "./state.ts";

/** What a module may have in its bin/ for this automaton; the other product calls them the same (src/import). */
export const SCRIPTS = [
  "prestart",
  "start_prim",
  "stop_prim",
  "start_both",
  "stop_both",
  "start_second",
  "stop_second",
  "start_sec",
  "stop_sec",
  "poststop",
  "transition",
] as const;
export type ScriptName = typeof SCRIPTS[number];

/** A step of a plan: done in order, one plan of a module at a time; the next starts when this one has succeeded. */
export type PlanAction =
  | { readonly do: "replicator"; readonly command: Command }
  | { readonly do: "take-addresses" }
  | { readonly do: "release-addresses" }
  /** No instruction of the module's services is run any more, until its next script or address. */
  | { readonly do: "freeze-services" }
  /** A missing script is skipped. `force` is its first argument then; a failing stop script is logged, a failing start script fails the plan. */
  | {
    readonly do: "script";
    readonly script: ScriptName;
    readonly current: Role;
    readonly next: Role;
    readonly action: string;
    readonly force: boolean;
  };

/**
 * How a plan begins that takes away what the other node may serve by now. That waits for nothing, neither for a record nor for what still
 * runs, and says nothing that a power cut could undo.
 */
export function takenAway(
  actions: readonly PlanAction[],
): readonly PlanAction[] {
  const [release, freeze] = actions;
  const both = release?.do === "release-addresses" &&
    freeze?.do === "freeze-services";
  return both ? [release, freeze] : [];
}

export type Action =
  /** Durable before anything after it in the same list happens: write, fsync, rename, fsync the folder. */
  | {
    readonly do: "persist";
    readonly record: Record;
    /**
     * Not waited for long: it says nothing that must be known after a crash, and a node whose disk does not answer must be able to let go.
     */
    readonly late?: boolean;
  }
  /** Send a heartbeat at once on every link. */
  | { readonly do: "tell" }
  /** Quick replicator commands (alone, connect, outdate) outside a plan; a failure comes back as a report's fault or replicator-gone. */
  | { readonly do: "replicator"; readonly command: Command }
  /** Starts a plan; its end comes back as `performed` with this number. Given while another runs: `replace` kills that one's script first. */
  | {
    readonly do: "run";
    readonly plan: number;
    readonly name: string;
    readonly actions: readonly PlanAction[];
    readonly replace: boolean;
  }
  /** error: needs a person; warning; info: a state change. Goes to the module's log. */
  | {
    readonly do: "log";
    readonly level: "error" | "warning" | "info";
    readonly text: string;
  };
