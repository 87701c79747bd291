/**
 * A replicator as secondary: takes the primary that the entrance lets in, is made level, then follows. When the primary is gone it
 * waits: whether this copy becomes the primary is the agent's decision.
 */
import { clearStaleMounts, openBacking } from "../fuse/device.ts";
import type { Connection } from "../peer/connection.ts";
import { errnoName } from "../system/libc.ts";
import type { Poll } from "../system/poll.ts";
import { z } from "zod";
import { type Context, syncAll } from "./context.ts";
import type { Report } from "./control.ts";
import { identitySchema } from "./identity_store.ts";
import { encodeMarks, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { setAside } from "./resync/purgatory.ts";
import { ResyncTarget } from "./resync/target.ts";
import { salvage } from "./salvage.ts";
import { Follower } from "./follower.ts";
import { Entrance } from "./entrance.ts";
import { Volume } from "./volume.ts";

const SETTLE_MS = 2000;
/** Answers that one frame may cause fit into this. */
const MIN_ROOM = 256 * 1024;

const beginSchema = z.union([
  z.object({
    mode: z.enum(["none", "dirty", "full"]),
    aside: z.boolean(),
    diverged: z.boolean(),
    journal: z.boolean().default(false),
  }),
  z.object({
    mode: z.literal("level"),
    generation: identitySchema.shape.current.unwrap(),
    history: identitySchema.shape.history,
    sequence: z.int().min(0),
    epoch: identitySchema.shape.epoch,
  }),
]);

interface Session {
  readonly secondary: Follower;
  readonly since: number;
  target: ResyncTarget | null;
  mode: "none" | "dirty" | "full" | null;
  /** Waiting for both disks before this copy counts as up to date. */
  levelling: {
    readonly generation: string;
    readonly history: readonly string[];
    readonly sequence: number;
    readonly epoch: number;
    here: boolean;
    there: boolean;
  } | null;
}

export class SecondaryRole {
  readonly volumes: Volume[] = [];
  readonly #entrance: Entrance;
  #session: Session | null = null;
  #settleAt = 0;
  readonly #full: boolean;

  constructor(
    readonly context: Context,
    readonly options: {
      readonly full: boolean;
      readonly changed: () => void;
    },
  ) {
    this.#full = options.full;
    this.#entrance = new Entrance(
      context,
      (connection, sequence) => this.#begin(connection, sequence),
    );
    context.config.directories.forEach(({ path }, index) => {
      clearStaleMounts(path);
      const newId = () => {
        throw new Error("a secondary makes no inode ids");
      };
      const volume = new Volume(
        index,
        path,
        openBacking(path),
        newId,
        context.config.inodesInUse,
      );
      this.volumes.push(volume);
      if (volume.noHandles) context.log(volume.noHandles);
    });
  }

  watch(poll: Poll): void {
    this.#entrance.watch(poll);
    const session = this.#session;
    if (session) {
      const { connection, outgoing } = session.secondary;
      poll.add(
        connection.fd,
        connection.interest(!outgoing.isEmpty),
        () => this.#receive(session),
      );
    }
  }

  /** Received bytes wait inside, of which poll does not know: the loop must not sleep. */
  get busy(): boolean {
    const session = this.#session;
    return !!session && session.secondary.connection.pending &&
      session.secondary.outgoing.room >= MIN_ROOM;
  }

  turn(): void {
    const now = this.context.now();
    if (this.#broken) return this.#keepOut(now);
    this.#entrance.turn();
    if (this.#session?.secondary.connection.pending) {
      this.#receive(this.#session);
    }
    const session = this.#session;
    if (!session) return;
    session.secondary.acknowledge();
    if (now >= this.#settleAt) {
      this.#settleAt = now + SETTLE_MS;
      session.secondary.settle();
    }
    if (!session.secondary.outgoing.flush(session.secondary.connection)) {
      this.#drop("connection failed");
    }
  }

  /**
   * What reached this disk is not known any more, and the disk may say next time that all is well. This copy counts as none, and takes
   * no primary, until an operator or a restart has everything compared.
   */
  #keepOut(now: number): void {
    const { context } = this, { identity } = context;
    const why = `this node's disk failed to sync: ${
      errnoName(this.#broken)
    }; this copy is not used any more: look after the disk, then have everything compared ("hakit second ${context.config.module} --full")`;
    this.#entrance.close();
    if (this.#session) {
      const { outgoing, connection } = this.#session.secondary;
      // The primary should know which fsync it was.
      outgoing.flush(connection);
      this.#drop(why);
    }
    context.notice = why;
    // A state directory that is full too: tried again until it is written.
    if (!identity.value.consistent || now < this.#settleAt) return;
    this.#settleAt = now + SETTLE_MS;
    this.#attempt(() => identity.save({ upToDate: false, consistent: false }));
    this.options.changed();
  }

  /** errno of a sync that failed in this role, whichever session it belonged to. */
  #broken = 0;

  /** What is done beside a frame: there a full disk is nobody's to catch but ours. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  /** The primary is here. An older session of it is dead, whether or not its socket knows. */
  #begin(connection: Connection, sequence: number): void {
    this.#drop(null);
    for (const volume of this.volumes) volume.dropAll();
    const { context } = this;
    // Numbers of an earlier session mean nothing in this one: old marks count as made before it.
    const old = new Marks();
    old.add(context.marks, 0);
    context.marks.clear();
    context.marks.add(old);
    const secondary = new Follower(
      connection,
      this.volumes,
      context.marks,
      {
        aio: context.aio,
        syncAll: (done) => syncAll(context, this.volumes, done),
        journal: context.journal,
        broken: (error) => this.#broken ||= error,
      },
      sequence,
    );
    this.#session = {
      secondary,
      since: context.now(),
      target: null,
      mode: null,
      levelling: null,
    };
    secondary.outgoing.json(KIND.WELCOME, {
      identity: context.identity.value,
      fresh: this.#full && !this.#wasFull,
      marked: !context.marks.isEmpty || !context.dirty.marks.isEmpty,
      doubt: context.doubt,
      journal: context.left !== null,
    });
    this.options.changed();
  }

  #wasFull = false;

  #receive(session: Session): void {
    // Replaced by a newer one in the same turn.
    if (this.#session !== session) return;
    const { connection, outgoing } = session.secondary;
    // Answers that the primary does not take must not pile up.
    if (outgoing.room < MIN_ROOM) return;
    const gone = connection.receive(this.context.now());
    while (this.#session === session && outgoing.room >= MIN_ROOM) {
      const next = connection.next();
      if (next === false) break;
      let wrong: string | null;
      try {
        wrong = next === true ? this.#heard(session) : next;
      } catch (error) {
        wrong = error instanceof Error ? error.message : String(error);
      }
      for (const volume of this.volumes) volume.putAway();
      if (wrong !== null) return this.#end(wrong);
    }
    try {
      session.secondary.release();
    } catch (error) {
      return this.#end(error instanceof Error ? error.message : String(error));
    }
    if (
      session.secondary.lastError && session.secondary.lastError !== this.#told
    ) {
      this.#told = session.secondary.lastError;
      this.context.notice = `this node's disk refuses what the primary wrote: ${
        errnoName(this.#told)
      }`;
      this.options.changed();
    }
    if (gone && this.#session === session) this.#drop(gone);
  }

  #end(why: string): void {
    this.context.notice = `session with the primary ended: ${why}`;
    this.#drop(why);
  }

  #told = 0;

  #heard(session: Session): string | null {
    const { secondary } = session, { frame } = secondary.connection;
    if (frame.kind >= 64) secondary.release();
    if (frame.kind === KIND.BEGIN) return this.#beginResync(session);
    if (frame.kind === KIND.CLOSE) {
      this.#closed(session);
      return null;
    }
    if (
      frame.kind === KIND.SETTLED && session.levelling &&
      frame.sequence >= session.levelling.sequence
    ) {
      session.levelling.there = true;
      const wrong = secondary.heard();
      this.#levelled(session);
      return wrong;
    }
    if (session.target && frame.kind >= KIND.LIST && frame.kind <= KIND.HINT) {
      return session.target.heard(frame, secondary.connection.bytes());
    }
    return secondary.heard();
  }

  #beginResync(session: Session): string | null {
    const { context } = this, { secondary } = session;
    const begin = beginSchema.parse(
      JSON.parse(new TextDecoder().decode(secondary.connection.bytes())),
    );
    if (begin.mode === "level") {
      this.#bytes = session.target?.bytesReceived ?? 0;
      session.target = null;
      // Before the first operation: what it changes is in no other set, should both nodes die before this copy counts as level.
      context.journal.begin(begin.generation);
      context.left = null;
      if (session.mode === "none") context.identity.save({ connected: true });
      secondary.level = true;
      secondary.applied = begin.sequence;
      session.levelling = {
        generation: begin.generation,
        history: begin.history,
        sequence: begin.sequence,
        epoch: begin.epoch,
        here: false,
        there: false,
      };
      syncAll(context, this.volumes, (error) => {
        if (error) this.#broken ||= error;
        else if (session.levelling) {
          session.levelling.here = true;
          this.#attempt(() => this.#levelled(session));
        }
      });
      return null;
    }
    session.mode = begin.mode;
    if (begin.mode !== "none") {
      // What this node alone wrote is kept before the first byte of it is overwritten.
      if (begin.diverged && !begin.aside) {
        const own = new Marks();
        own.add(context.dirty.marks);
        own.add(context.marks);
        const folder = salvage(
          this.volumes,
          own,
          `${context.config.salvageDir}/${context.config.module}`,
        );
        if (folder) {
          context.notice =
            `both nodes had written alone: what this one wrote is kept in ${folder}`;
        }
      }
      context.identity.save({ upToDate: false });
      if (begin.aside) {
        const kept = setAside(
          this.volumes,
          `aside-${new Date().toISOString().replace(/[:.]/g, "-")}`,
        );
        if (kept.length > 0) {
          context.notice = `what stood here before is kept in ${
            kept.join(", ")
          }`;
        }
      }
      // Only now: a half-made copy is known by it, and is not taken for somebody's data when the resync begins again.
      context.identity.save({ consistent: false });
      session.target = new ResyncTarget(this.volumes, secondary.outgoing, {
        fromDisk: begin.mode === "full",
      });
      this.#wasFull = true;
    }
    const marks = new Marks();
    marks.add(context.dirty.marks);
    marks.add(context.marks);
    if (begin.journal && context.left) marks.add(context.left);
    const lines = [...encodeMarks(marks)];
    const PART = 2000;
    for (let at = 0; at === 0 || at < lines.length; at += PART) {
      const last = at + PART >= lines.length;
      secondary.outgoing.append(
        { kind: KIND.MARKS, flags: last ? 1 : 0 },
        new TextEncoder().encode(lines.slice(at, at + PART).join("\n")),
      );
    }
    this.options.changed();
    return null;
  }

  /** Everything is on both disks: from now on this copy is as good as the primary's. */
  #levelled(session: Session): void {
    const { context } = this, level = session.levelling;
    if (!level?.here || !level.there || this.#session !== session) return;
    session.levelling = null;
    // Marks with a number of this session stay: they are newer than what was synced.
    context.marks.settle(0);
    context.dirty.clear();
    context.identity.save({
      current: level.generation,
      history: [...level.history],
      bitmap: null,
      upToDate: true,
      consistent: true,
      connected: true,
      epoch: Math.max(context.identity.value.epoch, level.epoch),
    });
    context.doubt = false;
    session.secondary.outgoing.append({ kind: KIND.LEVEL });
    if (session.mode !== "none") {
      context.lastResync = {
        bytesSent: this.#bytes,
        seconds: Math.round((context.now() - session.since) / 100) / 10,
        full: session.mode === "full",
      };
    }
    this.#entrance.forgetRefusals();
    context.log("level: this copy is up to date");
    this.options.changed();
  }

  #bytes = 0;

  /** The primary ends in order: everything is applied; when it is durable here too, no mark is needed. */
  #closed(session: Session): void {
    const { context } = this;
    syncAll(context, this.volumes, (error) => {
      this.#broken ||= error;
      if (this.#session !== session) return;
      this.#attempt(() => {
        if (!error && !session.levelling) {
          context.identity.save({ connected: false });
          context.marks.clear();
          session.secondary.outgoing.append({ kind: KIND.CLOSE });
        }
        session.secondary.outgoing.flush(session.secondary.connection);
      });
    });
  }

  #drop(why: string | null): void {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    session.secondary.connection.close();
    session.secondary.close();
    for (const volume of this.volumes) volume.dropAll();
    if (why) this.context.log(`session ended: ${why}`);
    this.options.changed();
  }

  /**
   * Orderly end, or (`sync` false) the step before this node becomes primary: from here on nothing of the old primary is
   * acknowledged. A failover does not wait for the disk: what is not on it is marked.
   */
  *stop(sync: boolean): Generator<void, void> {
    const { context } = this;
    this.#entrance.close();
    const level = this.#session?.secondary.level ?? false;
    this.#drop(null);
    let synced = sync ? -1 : 0;
    if (sync) syncAll(context, this.volumes, (error) => synced = error);
    while (synced < 0) yield;
    this.#broken ||= synced;
    // Which regions the primary may lack must be known after this process too.
    context.dirty.add(context.marks);
    context.dirty.flush();
    context.marks.clear();
    if (
      (level || !context.doubt) && synced === 0 &&
      context.identity.value.connected && !context.doubt
    ) context.identity.save({ connected: false });
    for (const volume of this.volumes) volume.close();
    this.volumes.length = 0;
    if (this.#broken) {
      context.identity.save({ upToDate: false, consistent: false });
    }
  }

  get state(): Pick<
    Report,
    "session" | "resync" | "dirtyBytes" | "waiting" | "waitingMs"
  > {
    const session = this.#session;
    let state: Report["session"] = "connecting";
    if (session) {
      state = session.secondary.level && !session.levelling
        ? "mirrored"
        : "resync";
    }
    return {
      session: state,
      resync: null,
      dirtyBytes: this.context.dirty.marks.bytes,
      waiting: 0,
      waitingMs: 0,
    };
  }
}
