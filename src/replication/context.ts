/** What both roles of a replicator share. */
import type { Links } from "../peer/link.ts";
import type { ColdReads } from "../fuse/cold_reads.ts";
import type { Aide } from "./aide.ts";
import type { Aio } from "./aio.ts";
import type { ReplicatorConfig, Report } from "./control.ts";
import type { Dirty } from "./dirty.ts";
import type { External } from "./external.ts";
import type { KnownFolders } from "./known_folders.ts";
import type { Journal } from "./journal.ts";
import type { IdentityStore } from "./identity_store.ts";
import type { Marks } from "./marks.ts";
import type { TideStore } from "./tide_store.ts";
import type { Volume } from "./volume.ts";

export interface Context {
  /** Replaced by the command "configure". */
  config: ReplicatorConfig;
  /** The mirrored directories, as `placesOf` names them. */
  readonly places: readonly string[];
  /** Gives connections their channel, encrypted unless the link is trusted. */
  readonly links: Links;
  readonly identity: IdentityStore;
  readonly tide: TideStore;
  /** Marks that survive this process. */
  readonly dirty: Dirty;
  /** Secondary's memory of what the primary may not have on its disk; also after the session, until it is persisted or cleared. */
  readonly marks: Marks;
  /** A secondary's journal on disk of what may differ, should both nodes die. */
  readonly journal: Journal;
  /** What such a journal says that a process before this one left: complete, as long as `doubt` is set. Null: there is none. */
  left: Marks | null;
  /** Whether an operator has restored the copy that stands here. */
  readonly external: External;
  readonly folders: KnownFolders;
  readonly aio: Aio;
  readonly aide: Aide;
  /** Reads for applications. */
  readonly cold: ColdReads;
  /** Monotonic milliseconds. */
  now(): number;
  /**
   * This process began after a crash while mirrored: what was in flight then is in no set of this node. Cleared when level. If the
   * peer says the same, the journal of the one that was secondary tells the difference, and without it only a comparison of everything.
   */
  doubt: boolean;
  /**
   * A role ended without its last sync, or crashed: what the disk refuses of it afterwards nobody is told, and memory shows it as written.
   * What a resync compares is dropped from memory first. Cleared when level.
   */
  unsynced: boolean;
  /** errno of a sync that ended after the role which had begun it: the next one learns that the disk has lost something. 0: none. */
  lost: number;
  notice: string | null;
  fault: string | null;
  lastResync: Report["lastResync"];
  log(text: string): void;
}

/** Makes everything written to the volumes durable, beside the loop. */
export function syncAll(
  context: Context,
  volumes: readonly Volume[],
  done: (error: number) => void,
): void {
  let left = volumes.length, worst = 0;
  if (left === 0) return done(0);
  for (const volume of volumes) {
    volume.sync(context.aide, (error) => {
      worst ||= error;
      if (--left === 0) done(worst);
    });
  }
}

/** An orderly end does not wait longer for the disk: the peer waits to go on. */
export const LAST_SYNC_MS = 20_000;
/** What takes longer is told. */
const TELL_MS = 5_000;

/** A part of an orderly end, for so long at most; whether it was done. A person who waits for it is told for what. */
export function* patiently(
  context: Pick<Context, "log" | "notice" | "now">,
  { done, limitMs, why }: {
    readonly done: () => boolean;
    readonly limitMs: number;
    readonly why: string;
  },
): Generator<void, boolean> {
  const since = context.now(), before = context.notice;
  let told = false;
  while (!done() && context.now() - since < limitMs) {
    if (!told && context.now() - since > TELL_MS) {
      told = true;
      context.notice = why;
      context.log(why);
    }
    yield;
  }
  if (told) context.notice = before;
  return done();
}

/**
 * For an orderly end, which the loop runs: the error of the sync, or 0; null when the disk does not end it in `limitMs`, Infinity where
 * there is no other copy to go on with.
 */
export function* lastSync(
  context: Context,
  volumes: readonly Volume[],
  limitMs: number,
): Generator<void, number | null> {
  let error: number | null = null;
  syncAll(context, volumes, (found) => error = found);
  const synced = yield* patiently(context, {
    done: () => error !== null,
    limitMs,
    why: `letting go of the data waits until this node's disk has all of it${
      limitMs === Infinity
        ? ": the other node has not, so leave this one on"
        : ""
    }`,
  });
  if (!synced) {
    context.unsynced = true;
    context.log(
      "this node's disk does not end a sync: its copy is left as by a power cut",
    );
  }
  return error;
}
