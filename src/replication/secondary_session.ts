/**
 * One session of a secondary with its primary: what BEGIN asks for, being made level, then following. What is beside it (who may
 * come in, a disk that failed, the end) is SecondaryRole's.
 */
import { z } from "zod";
import type { Connection } from "../peer/connection.ts";
import { fineStamp } from "../system/clock.ts";
import { isBefore, SYNCFS_TELLS } from "../system/kernel.ts";
import { errnoName } from "../system/libc.ts";
import { type Context, syncAll } from "./context.ts";
import { keepEpoch } from "./epoch.ts";
import { levelExclusions } from "./exclusions.ts";
import { Follower } from "./follower.ts";
import { identitySchema } from "./identity_store.ts";
import { KEPT } from "./keep_own.ts";
import { drawTokens, keepNotes } from "./known_folders.ts";
import { encodeMarks, Marks } from "./marks.ts";
import { losesWrites } from "./may_differ.ts";
import { HIDDEN } from "./name.ts";
import { KIND } from "./operation.ts";
import { setAside } from "./resync/purgatory.ts";
import { ResyncTarget } from "./resync/target.ts";
import { noteAside, salvage } from "./salvage.ts";
import { samePlaces } from "./terms.ts";
import type { Volume } from "./volume.ts";

/** Marks that one frame carries. */
const PART = 2000;
/** Bytes of one such frame, and of answers beside it. */
const ROOM = 512 * 1024;
/** Answers that one frame may cause fit into this. */
const MIN_ROOM = 256 * 1024;

const beginSchema = z.union([
  z.object({
    mode: z.enum(["none", "dirty", "full"]),
    aside: z.boolean(),
    diverged: z.boolean(),
    journal: z.boolean().default(false),
    // A peer that was not upgraded yet says it at the end of the passes only.
    epoch: identitySchema.shape.epoch.default(0),
    resync: identitySchema.shape.current.default(null),
  }),
  z.object({
    mode: z.literal("level"),
    generation: identitySchema.shape.current.unwrap(),
    history: identitySchema.shape.history,
    sequence: z.int().min(0),
    epoch: identitySchema.shape.epoch,
    /** To be kept when this copy is level; absent: by a primary of before there were tides. */
    tide: z.int().min(1).optional(),
  }),
]);

type Begin = z.infer<typeof beginSchema>;
type Resync = Exclude<Begin, { readonly mode: "level" }>;

export interface SecondaryEvents {
  /** A sync of this node's disk failed, or it takes nothing any more: errno. */
  broken(error: number): void;
  /** Does what a full state directory can keep from being done: then the session ends. */
  attempt(action: () => void): void;
  /** It is not the present one any more. */
  isOver(session: SecondarySession): boolean;
  /** This copy is being made level. */
  resync(): void;
  /** This copy is as good as the primary's. */
  level(): void;
  changed(): void;
}

export class SecondarySession {
  readonly follower: Follower;
  readonly #since: number;
  #target: ResyncTarget | null = null;
  #mode: Begin["mode"] | null = null;
  /** Bytes that the resync brought. */
  #bytes = 0;
  /** Beside the primary's frames: before anything of it is taken. */
  #work: Generator<void, void> | null = null;
  /** That waits for this node's disk: no turn of the loop helps. */
  #syncing = false;
  /** Waiting for both disks before this copy counts as up to date. */
  #levelling: {
    readonly generation: string;
    readonly history: readonly string[];
    readonly sequence: number;
    readonly epoch: number;
    readonly tide: number | undefined;
    here: boolean;
    there: boolean;
  } | null = null;

  constructor(
    readonly context: Context,
    readonly volumes: readonly Volume[],
    readonly options: {
      readonly connection: Connection;
      /** Of the primary's last operation. */
      readonly sequence: number;
      /** Everything is to be compared. */
      readonly fresh: boolean;
      readonly events: SecondaryEvents;
    },
  ) {
    this.#since = context.now();
    this.follower = new Follower(
      options.connection,
      volumes,
      context.marks,
      {
        aio: context.aio,
        syncAll: (done) => syncAll(context, volumes, done),
        journal: context.journal,
        tide: context.tide,
        log: context.log,
        now: () => context.now(),
        broken: (error) => options.events.broken(error),
      },
      options.sequence,
    );
    this.follower.outgoing.json(KIND.WELCOME, {
      identity: context.identity.value,
      fresh: options.fresh,
      marked: !context.marks.isEmpty || !context.dirty.marks.isEmpty,
      doubt: context.doubt,
      journal: context.left !== null,
      external: context.external.noted,
      resync: context.identity.resync,
      tide: context.tide.kept,
      together: context.folders.tokens.level,
    });
  }

  /** Every change comes here too, and this copy counts as up to date. */
  get mirrored(): boolean {
    return this.follower.level && this.#levelling === null;
  }

  /** One frame of the primary; null: fine; a string: the session cannot go on. */
  heard(): string | null {
    const { follower } = this, { frame } = follower.connection;
    if (frame.kind >= 64) follower.release();
    if (frame.kind === KIND.BEGIN) {
      const words = new TextDecoder().decode(follower.connection.bytes());
      const begin = beginSchema.parse(JSON.parse(words));
      // Before the first file with an id of this primary's.
      keepEpoch(this.volumes, begin.epoch);
      keepNotes(this.context, this.volumes);
      if (begin.mode === "level") this.#follow(begin);
      else {
        this.#work = this.#prepare(begin);
        this.turn();
      }
      return null;
    }
    if (frame.kind === KIND.CLOSE) {
      this.#closed(frame.id);
      return null;
    }
    if (
      frame.kind === KIND.SETTLED && this.#levelling &&
      frame.sequence >= this.#levelling.sequence
    ) {
      this.#levelling.there = true;
      const wrong = follower.heard();
      this.#levelled();
      return wrong;
    }
    if (this.#target && frame.kind >= KIND.LIST && frame.kind <= KIND.HINT) {
      if (this.#work) return "a resync that goes on before it was answered";
      return this.#target.heard(frame, follower.connection.bytes());
    }
    return follower.heard();
  }

  /** The passes are over: from here on every change comes. */
  #follow(begin: Extract<Begin, { readonly mode: "level" }>): void {
    const { context, follower } = this, { events } = this.options;
    this.#bytes = this.#target?.bytesReceived ?? 0;
    const kept = this.#target?.kept ?? 0;
    if (kept > 0) {
      context.notice =
        `${kept} excluded names stood in directories that the primary has not: they are kept in "${HIDDEN}/${KEPT}" of the mirrored directory`;
    }
    this.#target?.close();
    this.#target = null;
    // Before the first operation: what it changes is in no other set, should both nodes die before this copy counts as level.
    context.journal.begin(begin.generation);
    context.left = null;
    if (this.#mode === "none") context.identity.save({ connected: true });
    follower.level = true;
    follower.applied = begin.sequence;
    const { generation, history, sequence, epoch, tide } = begin;
    const levelling = { generation, history, sequence, epoch, tide };
    if (tide !== undefined) follower.keepTides(sequence);
    this.#levelling = { ...levelling, here: false, there: false };
    syncAll(context, this.volumes, (error) => {
      if (error) return events.broken(error);
      if (!this.#levelling) return;
      this.#levelling.here = true;
      events.attempt(() => this.#levelled());
    });
  }

  /** What there is to do before the primary may send anything, in parts: it takes as long as there is data to keep. */
  *#prepare(begin: Resync): Generator<void, void> {
    const { context } = this;
    this.#mode = begin.mode;
    const goesOn = context.identity.aside !== null;
    if (goesOn && begin.mode !== "full") {
      throw new Error(
        `a resync "${begin.mode}" of a copy that is being moved aside`,
      );
    }
    if (begin.mode !== "none") {
      // What this node alone wrote is kept before the first byte of it is overwritten: all that stands here where no set can name it
      // (a lost log; forced before, against a node that had written too).
      const unnamed = context.identity.value.directories?.length === 0;
      const aside = goesOn || begin.aside || begin.diverged && unnamed;
      if (begin.diverged && !aside) yield* this.#salvage();
      context.identity.save({ upToDate: false });
      if (aside) yield* this.#setAside(begin.diverged);
      // Only now: a half-made copy is known by it, and is not taken for somebody's data when the resync begins again.
      const { resync } = begin;
      context.identity.save({ consistent: false }, { resync, aside: null });
      this.#target = new ResyncTarget(this.volumes, this.follower.outgoing, {
        adopts: begin.mode === "full",
        fromDisk: begin.mode === "full" || context.unsynced,
        announce: resync === null ? () => {} : (marks) => {
          context.dirty.add(marks);
          context.dirty.flush();
        },
        sync: (done) =>
          syncAll(context, this.volumes, (error) => {
            if (error) this.options.events.broken(error);
            done();
          }),
        flush: isBefore(Deno.osRelease(), SYNCFS_TELLS)
          ? (fd, done) => this.#flush(fd, done)
          : null,
        begin: (work) => {
          this.#work = work;
          this.turn();
        },
      });
      this.options.events.resync();
    }
    const { dirty, marks, left } = context;
    // Where everything is compared nothing need be named.
    const sets = begin.mode === "full" ? [] : [dirty.marks, marks];
    if (begin.mode !== "full" && begin.journal && left) sets.push(left);
    yield* this.#tellMarks(sets);
    this.options.events.changed();
  }

  /** Data of one file, beside the loop. */
  #flush(fd: number, done: () => void): void {
    this.context.aio.fsync(fd, true, (error) => {
      // Also when the session is over: the next one would find these pages in memory, and equal.
      if (losesWrites(error)) this.options.events.broken(error);
      done();
    });
  }

  /** Below it what this node alone wrote is kept. */
  get #kept(): string {
    const { salvageDir, module } = this.context.config;
    return `${salvageDir}/${module}`;
  }

  *#salvage(): Generator<void, void> {
    const { context } = this, { places } = context;
    const { directories } = context.identity.value;
    const own = new Marks();
    own.add(context.dirty.marks);
    own.add(context.marks);
    const folder = yield* salvage(
      this.volumes,
      own,
      this.#kept,
      { anyList: !samePlaces(directories ?? places, places) },
    );
    if (folder) {
      context.notice =
        `both nodes had written alone: what this one wrote is kept in ${folder}`;
    }
  }

  *#setAside(diverged: boolean): Generator<void, void> {
    const { context } = this, { identity } = context;
    // One that broke off goes on into the same folder, of which was told: halves in two folders nobody would put together again.
    const before = identity.aside, name = before ?? `aside-${fineStamp()}`;
    setAside(this.volumes, name, (folders) => {
      context.notice = `what stood here before is kept in ${
        folders.join(", ")
      }`;
      if (before !== null) return;
      // Before it moves: a node that dies in between must not forget that there is something.
      if (diverged) noteAside(this.#kept, folders);
      // Nor take what is left in its place for a copy to lead with.
      identity.save({ consistent: false }, { aside: name });
    });
    // Also what an earlier session has moved. A power cut would put it back in its place, where the next resync overwrites it with
    // nothing kept.
    let error = 0;
    this.#syncing = true;
    syncAll(context, this.volumes, (found) => {
      error = found;
      this.#syncing = false;
    });
    while (this.#syncing) yield;
    if (error) {
      // The system says it once: the next session would find nothing left to move, and a sync that succeeds.
      this.options.events.broken(error);
      throw new Error(
        `Cannot keep aside what stood here: this node's disk failed to sync: ${
          errnoName(error)
        }`,
      );
    }
  }

  /** Everything that may differ, as far as this node knows; in parts, each when there is room for it. */
  *#tellMarks(sets: readonly Marks[]): Generator<void, void> {
    const marks = new Marks();
    for (const set of sets) marks.add(set);
    let lines: string[] = [];
    const send = (last: boolean) => {
      const bytes = new TextEncoder().encode(lines.join("\n"));
      this.follower.outgoing.append({
        kind: KIND.MARKS,
        flags: last ? 1 : 0,
      }, bytes);
      lines = [];
    };
    for (const line of encodeMarks(marks)) {
      if (lines.push(line) < PART) continue;
      send(false);
      while (this.follower.outgoing.room < ROOM) yield;
    }
    send(true);
  }

  /** A part of what there is to do beside the primary's frames. */
  turn(): void {
    if (this.#work?.next().done) this.#work = null;
  }

  /** It wants the loop's next turn at once. */
  get busy(): boolean {
    return this.#work !== null && !this.#syncing && !this.#target?.waits;
  }

  /** Whether a frame of the primary may be taken now: answers that it does not take, and flushes, must not pile up. */
  get takes(): boolean {
    return this.follower.outgoing.room >= MIN_ROOM && !this.waitsForDisk;
  }

  get waitsForDisk(): boolean {
    return this.#target?.full ?? false;
  }

  /** This copy is being made level: what the primary does alone meanwhile comes with it. */
  get levels(): boolean {
    return this.#target !== null;
  }

  /** Everything is on both disks: from now on this copy is as good as the primary's. */
  #levelled(): void {
    const { context } = this, level = this.#levelling;
    const { events } = this.options;
    if (!level?.here || !level.there || events.isOver(this)) return;
    // In this very turn, before the role keeps it out: this copy is none.
    if (this.follower.broken) return;
    this.#levelling = null;
    context.identity.save({
      current: level.generation,
      history: [...level.history],
      bitmap: null,
      upToDate: true,
      consistent: true,
      connected: true,
      epoch: Math.max(context.identity.value.epoch, level.epoch),
      ...levelExclusions(context.config.directories),
      directories: context.places,
    });
    if (level.tide !== undefined) context.tide.keep({ value: level.tide });
    drawTokens(context, this.volumes, { level: true, aio: context.aio });
    // Marks with a number of this session stay: they are newer than what was synced.
    context.marks.settle(0);
    context.dirty.clear();
    context.external.forget();
    context.doubt = context.unsynced = false;
    this.follower.outgoing.append({ kind: KIND.LEVEL });
    if (this.#mode !== "none") {
      context.lastResync = {
        bytesSent: this.#bytes,
        seconds: Math.round((context.now() - this.#since) / 100) / 10,
        full: this.#mode === "full",
      };
    }
    events.level();
    context.log("level: this copy is up to date");
    events.changed();
  }

  /** The primary ends in order: everything is applied; when it is durable here too, no mark is needed. */
  #closed(tide: number): void {
    const { context, follower } = this, { events } = this.options;
    syncAll(context, this.volumes, (error) => {
      if (error) events.broken(error);
      if (events.isOver(this)) return;
      events.attempt(() => {
        if (!error && !this.#levelling) {
          if (tide > 0) context.tide.keep({ value: tide });
          context.identity.save({ connected: false });
          context.marks.clear();
          follower.outgoing.append({ kind: KIND.CLOSE, id: tide });
        }
        follower.outgoing.flush(follower.connection);
      });
    });
  }

  /** It is over. */
  close(): void {
    this.#work?.return();
    this.#work = null;
    this.#target?.close();
    this.follower.connection.close();
    this.follower.close();
  }
}
