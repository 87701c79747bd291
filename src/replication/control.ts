/**
 * What agent and replicator say to each other on the unix socket RUN/MODULE.sock: one JSON object a line, both ways.
 * The agent sends requests and gets one answer each; the replicator sends a report when it is connected to, at every change,
 * and once a second. The replicator goes on unchanged when the agent leaves; a new agent connects and reads the report.
 */
import { z } from "zod";
import type { Identity } from "./identity.ts";
import type { Waits } from "./latency.ts";
import type { Stall } from "./stall.ts";
import type { Found } from "./verify/form.ts";
import type { Proof } from "./verify/proof.ts";

/** Given to `hakit replicator FILE` as JSON; written by the agent (0600), read once at start. */
export const configSchema = z.object({
  module: z.string().min(1),
  cluster: z.string().min(1),
  node: z.string().min(1),
  peer: z.string().min(1),
  /** 0 for the first node of cluster.yaml, 1 for the second: keeps inode ids of both apart after a divergence. */
  nodeIndex: z.union([z.literal(0), z.literal(1)]),
  /** Cluster key, 32 bytes in hexadecimal. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** Unix socket for control. */
  socket: z.string().startsWith("/"),
  /** Folder for identity and dirty map; outside every mirrored directory. */
  stateDir: z.string().startsWith("/"),
  /** Folder below which diverged data is kept aside. */
  salvageDir: z.string().startsWith("/"),
  port: z.int().min(1).max(65535),
  /** This node's addresses to listen on and the peer's to dial, link by link. */
  listen: z.array(z.string()).min(1).readonly(),
  dial: z.array(z.string()).min(1).readonly(),
  /** Link by link: whether it is marked trusted, so that the replication is not encrypted on it. Missing: no. */
  trusted: z.array(z.boolean()).readonly(),
  directories: z.array(
    z.object({
      path: z.string().startsWith("/"),
      /** Path below it that must be there before this node mirrors: else an unmounted, empty folder would be mirrored. */
      tocheck: z.string().optional(),
      /** Names that are not mirrored: see Exclusions. */
      exclude: z.array(z.string()).readonly().optional(),
      /** fsync: a write is answered when it is sent, and only fsync waits for both nodes. Default strict. */
      guarantee: z.enum(["strict", "fsync"]).optional(),
    }).readonly(),
  ).min(1).max(64).readonly(),
  /** Resync bandwidth cap in bytes per second; 0: none. */
  resyncLimit: z.number().min(0),
  /** Inodes that keep a descriptor while nobody uses them; default 8192. Tests make it small. */
  inodesInUse: z.int().min(1).optional(),
  /** Bytes per second that are compared all the time in the background; 0 (and absent): none. */
  verifyRate: z.number().min(0).optional(),
});

export type ReplicatorConfig = Readonly<z.infer<typeof configSchema>> & {
  /** Digest of what both nodes must have configured alike; the replicator makes it of `directories`. */
  readonly terms?: string | undefined;
};

const commandSchema = z.discriminatedUnion("command", [
  /**
   * Mount and serve. `alone`: the peer is shut out, go on without it. Otherwise writes wait for the peer's replicator (as after
   * a swap) until it is there or `alone` is said. Answered when the mounts are up.
   */
  z.object({
    command: z.literal("primary"),
    alone: z.boolean(),
    /** As of `lease`: refused when it is past, for this process may have been stopped since it was asked. */
    until: z.number().optional(),
  }),
  /** The peer is shut out: what waits for it is released, changes are remembered for its return. Idempotent. */
  z.object({ command: z.literal("alone") }),
  /** Primary only: dial the peer's replicator (which was told `secondary`), resync it if needed, then mirror. Retries until `alone` or `idle`. */
  z.object({ command: z.literal("connect") }),
  /**
   * Unmount if mounted, listen for the primary. `yield` says, for the log, that this node lost a split brain; what it alone wrote is
   * kept aside whenever the identities have diverged, before the first byte is overwritten. `full`: everything is compared.
   */
  z.object({
    command: z.literal("secondary"),
    yield: z.boolean().optional(),
    full: z.boolean().optional(),
  }),
  /**
   * Orderly end: nothing mounted, nothing connected, everything synced. `atOnce`: a mount that is in use is taken away from its users
   * without waiting for them to leave, and what waits for the peer gets no answer;
   * the dead mount stays until the next command, so that they do not find the directory below.
   */
  z.object({ command: z.literal("idle"), atOnce: z.boolean().optional() }),
  /** This copy is behind and must not become primary by itself: persisted before the answer. */
  z.object({ command: z.literal("outdate") }),
  /**
   * Primary that is mirrored: acknowledges nothing after `until` (monotonic milliseconds of the machine, clock.now()), as the peer
   * may have taken over by then. Null, and every `alone`: no limit.
   */
  z.object({ command: z.literal("lease"), until: z.number().nullable() }),
  /**
   * Declares this copy the good one (prim, primforce, first start). A copy that is up to date and consistent already is left as it
   * is, unless `full`: then, or for any other copy, a new generation begins and the peer gets everything. `whole`: a whole copy was put
   * into the directories since `replace`; otherwise one that is half made has no past, and the peer's copy is kept aside.
   */
  z.object({
    command: z.literal("force"),
    full: z.boolean(),
    whole: z.boolean().optional(),
  }),
  /**
   * Idle only: the directories get another content now. The copy counts as none, and there is no role, until a `force` that says whether
   * what was put there is whole. Any other `force` is refused.
   */
  z.object({ command: z.literal("replace") }),
  /**
   * Nobody touches the directories any more, whatever stands in them: there may be a role again. `undone`: it is what stood in them
   * before, and the copy counts as it did.
   */
  z.object({
    command: z.literal("replace-end"),
    undone: z.boolean().optional(),
  }),
  /**
   * Secondary only: for `ms` nothing is taken from the primary, where applications wait, so that what stands here can be read as it is in
   * one moment. 0: no longer; refused when it had ended by itself.
   */
  z.object({
    command: z.literal("hold"),
    ms: z.number().min(0).max(60_000),
  }),
  /** Idle, and never a copy before: what stands in the directories was restored there, and is compared instead of moved away. */
  z.object({ command: z.literal("external") }),
  /**
   * Primary only: compares both copies while they are in use. `repair`: what differs is levelled from here. `rate`: bytes per second,
   * 0 as fast as it goes. Answered when it has begun; the report says the rest.
   */
  z.object({
    command: z.literal("verify"),
    repair: z.boolean(),
    rate: z.number().min(0),
  }),
  z.object({ command: z.literal("verify-stop") }),
  /** Resync from here on: `limit` bytes per second (0: none), `paused` or not. What is absent stays as it is. Not kept over a restart. */
  z.object({
    command: z.literal("resync"),
    limit: z.number().min(0).optional(),
    paused: z.boolean().optional(),
  }),
  /** The rates of the configuration from now on, in whatever role; the agent has written them into the file already. */
  z.object({
    command: z.literal("configure"),
    resyncLimit: z.number().min(0),
    verifyRate: z.number().min(0),
  }),
  /** Ends the process after `idle`. */
  z.object({ command: z.literal("exit") }),
]);

export type Command = Readonly<z.infer<typeof commandSchema>>;

/** The id comes back with the answer. */
export const requestSchema = z.object({ id: z.number() }).and(commandSchema);

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
  /** Applications wait for this node's disk, which does not end what it was asked; null: for no time worth telling. */
  readonly stalled?: Stall | null | undefined;
  /** Inodes known by their ids: those that the kernel remembers, or that the primary has named. */
  readonly inodes?: number | undefined;
  /** A failure that the agent must act on: local disk error, mount lost, configuration impossible. One line. */
  readonly fault: string | null;
  /** A path of `tocheck` that is not there: nothing may start here. One line. */
  readonly missing?: string | null;
  /** A mirrored directory that is not the one this copy is of: nothing may start here, but as a person says that all is to be compared. */
  readonly strange?: string | null;
  /** Last thing worth telling that is no failure, for `state` (a salvage folder, a refused stranger). */
  readonly notice: string | null;
}
export type Message = Answer | { readonly report: Report };
