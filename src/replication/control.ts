/**
 * What agent and replicator say to each other on the unix socket RUN/MODULE.sock: one JSON object a line, both ways.
 * The agent sends requests and gets one answer each; the replicator sends a report when it is connected to, at every change,
 * and once a second. The replicator goes on unchanged when the agent leaves; a new agent connects and reads the report.
 */
import type { Identity } from "./identity.ts";
import type { Waits } from "./latency.ts";
import type { Found } from "./verify/form.ts";
import type { Proof } from "./verify/proof.ts";

/** Given to `hakit replicator FILE` as JSON; written by the agent (0600), read once at start. */
export interface ReplicatorConfig {
  readonly module: string;
  readonly cluster: string;
  readonly node: string;
  readonly peer: string;
  /** 0 for the first node of cluster.yaml, 1 for the second: keeps inode ids of both apart after a divergence. */
  readonly nodeIndex: 0 | 1;
  /** Cluster key, 32 bytes in hexadecimal. */
  readonly key: string;
  /** Unix socket for control. */
  readonly socket: string;
  /** Folder for identity and dirty map; outside every mirrored directory. */
  readonly stateDir: string;
  /** Folder below which diverged data is kept aside. */
  readonly salvageDir: string;
  readonly port: number;
  /** This node's addresses to listen on and the peer's to dial, link by link. */
  readonly listen: readonly string[];
  readonly dial: readonly string[];
  /** Link by link: whether it is marked trusted, so that the replication is not encrypted on it. Missing: no. */
  readonly trusted: readonly boolean[];
  readonly directories: readonly {
    readonly path: string;
    /** Path below it that must be there before this node mirrors: else an unmounted, empty folder would be mirrored. */
    readonly tocheck?: string | undefined;
    /** Names that are not mirrored: see Exclusions. */
    readonly exclude?: readonly string[] | undefined;
    /** fsync: a write is answered when it is sent, and only fsync waits for both nodes. Default strict. */
    readonly guarantee?: "strict" | "fsync" | undefined;
  }[];
  /** Digest of what both nodes must have configured alike; the replicator makes it of `directories`. */
  readonly terms?: string | undefined;
  /** Resync bandwidth cap in bytes per second; 0: none. */
  readonly resyncLimit: number;
  /** Inodes that keep a descriptor while nobody uses them; default 8192. Tests make it small. */
  readonly inodesInUse?: number | undefined;
  /** Bytes per second that are compared all the time in the background; 0 (and absent): none. */
  readonly verifyRate?: number | undefined;
}

export type Command =
  /**
   * Mount and serve. `alone`: the peer is shut out, go on without it. Otherwise writes wait for the peer's replicator (as after
   * a swap) until it is there or `alone` is said. Answered when the mounts are up.
   */
  | {
    readonly command: "primary";
    readonly alone: boolean;
    /** As of `lease`: refused when it is past, for this process may have been stopped since it was asked. */
    readonly until?: number;
  }
  /** The peer is shut out: what waits for it is released, changes are remembered for its return. Idempotent. */
  | { readonly command: "alone" }
  /** Primary only: dial the peer's replicator (which was told `secondary`), resync it if needed, then mirror. Retries until `alone` or `idle`. */
  | { readonly command: "connect" }
  /**
   * Unmount if mounted, listen for the primary. `yield` says, for the log, that this node lost a split brain; what it alone wrote is
   * kept aside whenever the identities have diverged, before the first byte is overwritten. `full`: everything is compared.
   */
  | {
    readonly command: "secondary";
    readonly yield?: boolean;
    readonly full?: boolean;
  }
  /**
   * Orderly end: nothing mounted, nothing connected, everything synced. `atOnce`: a mount that is in use is taken away from its users
   * without waiting for them to leave, and what waits for the peer gets no answer.
   */
  | { readonly command: "idle"; readonly atOnce?: boolean }
  /** This copy is behind and must not become primary by itself: persisted before the answer. */
  | { readonly command: "outdate" }
  /**
   * Primary that is mirrored: acknowledges nothing after `until` (monotonic milliseconds of the machine, clock.now()), as the peer
   * may have taken over by then. Null, and every `alone`: no limit.
   */
  | { readonly command: "lease"; readonly until: number | null }
  /**
   * Declares this copy the good one (prim, primforce, first start). A copy that is up to date and consistent already is left as it
   * is, unless `full`: then, or for any other copy, a new generation begins and the peer gets everything.
   */
  | { readonly command: "force"; readonly full: boolean }
  /** Idle only: the directories get another content now. The copy counts as none until `force`. */
  | { readonly command: "replace" }
  /**
   * Secondary only: for `ms` nothing is taken from the primary, where applications wait, so that what stands here can be read as it is in
   * one moment. 0: no longer; refused when it had ended by itself.
   */
  | { readonly command: "hold"; readonly ms: number }
  /** Idle, and never a copy before: what stands in the directories was restored there, and is compared instead of moved away. */
  | { readonly command: "external" }
  /**
   * Primary only: compares both copies while they are in use. `repair`: what differs is levelled from here. `rate`: bytes per second,
   * 0 as fast as it goes. Answered when it has begun; the report says the rest.
   */
  | {
    readonly command: "verify";
    readonly repair: boolean;
    readonly rate: number;
  }
  | { readonly command: "verify-stop" }
  /** Resync from here on: `limit` bytes per second (0: none), `paused` or not. What is absent stays as it is. Not kept over a restart. */
  | {
    readonly command: "resync";
    readonly limit?: number | undefined;
    readonly paused?: boolean | undefined;
  }
  /** The rates of the configuration from now on, in whatever role; the agent has written them into the file already. */
  | {
    readonly command: "configure";
    readonly resyncLimit: number;
    readonly verifyRate: number;
  }
  /** Ends the process after `idle`. */
  | { readonly command: "exit" };

export type Request = Command & { readonly id: number };
export type Answer =
  | { readonly id: number; readonly ok: true }
  | { readonly id: number; readonly ok: false; readonly error: string };

export interface ResyncProgress {
  /** names: directory listings; data: regions; final: the last moment, writes wait. */
  readonly stage: "names" | "data" | "final";
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes that really crossed the network (equal regions and holes do not). */
  readonly bytesSent: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  /** Waits for somebody to let it go on. */
  readonly paused?: boolean | undefined;
  /** Cap in bytes per second; 0: none. */
  readonly limit?: number | undefined;
}

export interface VerifyReport {
  /** Which verification of this primary's life it is, from 1. */
  readonly number: number;
  /** repairing: what differed is being levelled, then everything is compared again. */
  readonly state:
    | "running"
    | "repairing"
    | "identical"
    | "repaired"
    | "different"
    | "stopped"
    | "failed";
  readonly background: boolean;
  readonly repair: boolean;
  /** Compared in this round. */
  readonly bytesDone: number;
  /** Null: still being counted. */
  readonly bytesTotal: number | null;
  readonly entries: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  readonly round: number;
  /** All that were found, in all rounds. */
  readonly differences: number;
  /** The first of them; the rest stands in the module's log. */
  readonly found: readonly Found[];
}

export interface Report {
  /** Of its executable; absent: of one that did not say so yet. An agent that was upgraded may find an older one at work. */
  readonly version?: string | undefined;
  readonly phase: "idle" | "primary" | "secondary";
  /**
   * none: not connected and not trying; connecting: trying; resync: connected, copies not yet equal; mirrored: every change is
   * on both; lost: primary whose peer vanished: writes wait until the agent says `alone` (or the peer is back and level).
   */
  readonly session: "none" | "connecting" | "resync" | "mirrored" | "lost";
  readonly identity: Identity;
  readonly resync: ResyncProgress | null;
  /** The last finished resync, for `state`. */
  readonly lastResync: {
    readonly bytesSent: number;
    /** Bytes that were compared by hash; the primary knows it. */
    readonly bytesCompared?: number;
    readonly seconds: number;
    readonly full: boolean;
  } | null;
  /** The verification that runs, or the last one of this primary. */
  readonly verify?: VerifyReport | null;
  /** When this node last found both copies identical. */
  readonly proof?: Proof | null;
  /** Bytes that the peer lacks (upper bound, by regions). */
  readonly dirtyBytes: number;
  /** Writes waiting for the peer now, and for how long the oldest has waited. */
  readonly waiting: number;
  readonly waitingMs: number;
  readonly waitingBytes?: number | undefined;
  /** How long changes (a sample of them) and fsyncs of this primary's life waited until both nodes had them. */
  readonly latency?: {
    readonly changes: Waits;
    readonly fsyncs: Waits;
  } | undefined;
  /** Inodes known by their ids: those that the kernel remembers, or that the primary has named. */
  readonly inodes?: number | undefined;
  /** A failure that the agent must act on: local disk error, mount lost, configuration impossible. One line. */
  readonly fault: string | null;
  /** A path of `tocheck` that is not there: nothing may start here. One line. */
  readonly missing?: string | null;
  /** Last thing worth telling that is no failure, for `state` (a salvage folder, a refused stranger). */
  readonly notice: string | null;
}
export type Message = Answer | { readonly report: Report };
