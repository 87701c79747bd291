/** The API's own object behind `hakit state --json`, the console and the support dump. */
import type { Identity } from "../replication/identity.ts";
import type { ResyncProgress } from "../replication/control.ts";
import type { Role, Status } from "../machine/state.ts";

export interface LinkState {
  readonly local: string;
  readonly remote: string;
  readonly state: "up" | "down" | "unknown";
  readonly roundTripMs: number | null;
}

export interface ModuleState {
  readonly name: string;
  readonly role: Role;
  readonly status: Status;
  readonly upToDate: boolean;
  /** Why it waits and what to do, or null. */
  readonly reason: string | null;
  readonly identity: Identity;
  readonly session: "none" | "connecting" | "resync" | "mirrored" | "lost";
  readonly resync: ResyncProgress | null;
  readonly lastResync: {
    readonly bytesSent: number;
    readonly seconds: number;
    readonly full: boolean;
  } | null;
  readonly dirtyBytes: number;
  readonly addresses: readonly {
    readonly address: string;
    readonly held: boolean;
  }[];
}

export interface NodeState {
  readonly name: string;
  /** True for the node that answered. */
  readonly local: boolean;
  /** False: its agent does not answer; modules is then what was last known (empty if nothing). */
  readonly reachable: boolean;
  readonly version: string | null;
  readonly addresses: readonly string[];
  readonly modules: readonly ModuleState[];
}

export interface ClusterState {
  readonly cluster: string;
  readonly nodes: readonly NodeState[];
  readonly links: readonly LinkState[];
  /** "none" until there is a witness: two primaries cannot be excluded when all links break. */
  readonly arbiter: "none";
  /** What holds now, in one plain sentence; in WAIT also why and what to do. */
  readonly sentence: string;
  /** One sentence a module, same order as nodes[0].modules. */
  readonly sentences: Readonly<{ [module: string]: string }>;
  readonly warnings: readonly string[];
}
