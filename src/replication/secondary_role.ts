/**
 * A replicator as secondary: takes the primary that the entrance lets in, is made level, then follows. When the primary is gone it
 * waits: whether this copy becomes the primary is the agent's decision.
 */
import type { Connection } from "../peer/connection.ts";
import { errnoName } from "../system/libc.ts";
import type { Poll } from "../system/poll.ts";
import { type Context, LAST_SYNC_MS, lastSync } from "./context.ts";
import type { Report } from "./control.ts";
import { Entrance } from "./entrance.ts";
import { drawTokens, RegularDraws } from "./known_folders.ts";
import { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { openVolumes } from "./open_volumes.ts";
import { SecondarySession } from "./secondary_session.ts";
import type { Volume } from "./volume.ts";
import { messageOf } from "../system/message.ts";

const SETTLE_MS = 2000;
/** Work on a resync before the socket is read again: one that nobody reads for 3 s is taken for dead. */
const SLICE_MS = 20;
/** Frames of a resync may be work for many seconds: in between the primary hears that this node lives. */
const ALIVE_MS = 500;

export class SecondaryRole {
  readonly volumes: Volume[];
  readonly #entrance: Entrance;
  #session: SecondarySession | null = null;
  #settleAt = 0;
  #aliveAt = 0;
  readonly #full: boolean;
  readonly #draws: RegularDraws;

  constructor(
    readonly context: Context,
    readonly options: {
      readonly full: boolean;
      readonly changed: () => void;
    },
  ) {
    this.#full = options.full;
    // What the disk lost before this word is compared with the rest. Until it is, this copy is none: no session need ever begin.
    if (options.full && context.lost) {
      context.identity.condemn();
      context.lost = 0;
    }
    this.#entrance = new Entrance(
      context,
      (connection, sequence) => this.#begin(connection, sequence),
    );
    this.volumes = openVolumes(context, () => {
      throw new Error("a secondary makes no inode ids");
    });
    this.#draws = new RegularDraws(context, this.volumes);
  }

  watch(poll: Poll): void {
    this.#entrance.watch(poll);
    const session = this.#session;
    // What it waits for is no frame: poll must not say at once that there are some.
    if (session && !this.#held && !session.waitsForDisk) {
      const { connection, outgoing } = session.follower;
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
    if (!session || this.#held) return false;
    if (!session.takes) return false;
    const { connection } = session.follower;
    return session.busy || connection.pending || connection.hasFrame;
  }

  turn(): void {
    const { context } = this, now = context.now();
    if (context.lost) this.broke(context.lost);
    context.lost = 0;
    if (this.#broken) return this.#keepOut(now);
    this.#entrance.turn();
    const { connection } = this.#session?.follower ?? {};
    const held = this.#held;
    if (!held && (connection?.pending || connection?.hasFrame)) {
      this.#receive(this.#session!);
    }
    const session = this.#session;
    if (!session) return;
    if ((held || !session.follower.level) && now >= this.#aliveAt) {
      this.#aliveAt = now + ALIVE_MS;
      session.follower.outgoing.append({ kind: KIND.PONG });
    }
    if (!held) this.#attempt(() => session.turn());
    if (this.#session !== session) return;
    session.follower.acknowledge();
    if (now >= this.#settleAt) {
      this.#settleAt = now + SETTLE_MS;
      session.follower.settle();
      if (session.mirrored) this.#draws.turn(session.follower.applied);
    }
    if (!session.follower.outgoing.flush(session.follower.connection)) {
      this.#drop("connection failed");
    }
  }

  /** Nothing is taken from the primary for so long (0: no longer, which throws when it had ended by itself); it hears that this node lives. */
  hold(ms: number): void {
    const held = this.#held;
    this.#heldUntil = ms > 0 ? this.context.now() + ms : -Infinity;
    if (ms === 0 && !held) {
      throw new Error("what stands here may have changed meanwhile");
    }
  }

  get #held(): boolean {
    return this.context.now() < this.#heldUntil;
  }

  #heldUntil = -Infinity;

  /**
   * What reached this disk is not known any more, and the disk may say next time that all is well. This copy counts as none, and takes
   * no primary, until an operator or a restart has everything compared.
   */
  #keepOut(now: number): void {
    const { context } = this, { identity } = context;
    const why = `this node's disk failed to sync: ${
      errnoName(this.#broken)
    }; this copy is not used any more: look after the disk, then have everything compared ("hakit second ${context.config.module} --full")`;
    // Before anybody hears of it: the primary may die in this moment, and this copy be asked for. A state directory that is full too:
    // tried again until it is written.
    if (identity.value.consistent && now >= this.#keepOutAt) {
      this.#keepOutAt = now + SETTLE_MS;
      this.#attempt(() =>
        identity.save({ upToDate: false, consistent: false })
      );
      this.options.changed();
    }
    this.#entrance.close();
    if (this.#session) {
      const { outgoing, connection } = this.#session.follower;
      // The primary should know which fsync it was.
      outgoing.flush(connection);
      this.#drop(why);
    }
    context.notice = why;
  }

  #keepOutAt = -Infinity;

  /** errno of a sync that failed in this role, or of a disk that takes nothing any more, whichever session it belonged to. */
  #broken = 0;
  #over = false;

  /** The same where it comes; of a sync that a failover did not wait for it comes when there is another role. */
  broke(error: number): void {
    if (this.#over) this.context.lost ||= error;
    else this.#broken ||= error;
  }

  /** What is done beside a frame: there a full disk is nobody's to catch but ours. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#end(messageOf(error));
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
    this.#session = new SecondarySession(context, this.volumes, {
      connection,
      sequence,
      fresh: this.#full && !this.#wasFull,
      events: {
        broken: (error) => this.broke(error),
        attempt: (action) => this.#attempt(action),
        isOver: (session) => this.#session !== session,
        resync: () => this.#wasFull = true,
        level: () => this.#entrance.forgetRefusals(),
        changed: this.options.changed,
      },
    });
    this.options.changed();
  }

  #wasFull = false;

  #receive(session: SecondarySession): void {
    // Replaced by a newer one in the same turn.
    if (this.#session !== session) return;
    const { connection } = session.follower;
    if (!session.takes) return;
    const gone = connection.receive(this.context.now());
    const until = this.context.now() + SLICE_MS;
    while (this.#session === session && session.takes) {
      if (!session.follower.level && this.context.now() > until) break;
      const next = connection.next();
      if (next === false) break;
      let wrong: string | null;
      try {
        wrong = next === true ? session.heard() : next;
      } catch (error) {
        wrong = messageOf(error);
      }
      for (const volume of this.volumes) volume.putAway();
      if (wrong !== null) return this.#end(wrong);
    }
    try {
      session.follower.release();
    } catch (error) {
      return this.#end(messageOf(error));
    }
    if (
      session.follower.lastError && session.follower.lastError !== this.#told
    ) {
      this.#told = session.follower.lastError;
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

  #drop(why: string | null): void {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    session.close();
    for (const volume of this.volumes) volume.dropAll();
    if (why) this.context.log(`session ended: ${why}`);
    this.options.changed();
  }

  /**
   * The primary may go on without this copy, which counts as outdated: what comes of a session that it has left is no news. One in
   * which this copy is being brought up to date goes on: cut off, half of it would be newer than the rest.
   */
  shutOut(): void {
    if (this.#session?.levels) return;
    this.#drop("the primary goes on without this copy");
  }

  /**
   * Orderly end, or (`sync` false) the step before this node becomes primary: from here on nothing of the old primary is
   * acknowledged. A failover does not wait for the disk: what is not on it is marked.
   */
  *stop(sync: boolean): Generator<void, void> {
    const { context } = this;
    this.#entrance.close();
    const level = this.#session?.follower.level ?? false;
    this.#drop(null);
    const synced = sync
      ? yield* lastSync(context, this.volumes, LAST_SYNC_MS)
      : 0;
    this.#broken ||= synced ?? 0;
    this.#over = true;
    // Which regions the primary may lack must be known after this process too; a record on the disk that hangs would hang this loop.
    context.dirty.add(context.marks);
    try {
      // First: where there is no room for a mark this may find some, and where there is none it counts all the same.
      if (this.#broken) context.identity.condemn();
      if (synced !== null) context.dirty.flush();
      context.marks.clear();
      if (
        (level || !context.doubt) && synced === 0 &&
        context.identity.value.connected && !context.doubt
      ) context.identity.save({ connected: false });
      // Not at a failover, which does not wait for the disk: the next role draws one, too.
      if (sync && synced === 0) drawTokens(context, this.volumes);
    } finally {
      // Also where no record can be written: nothing keeps the file system from being unmounted.
      for (const volume of this.volumes) volume.close();
      this.volumes.length = 0;
    }
  }

  get state(): Pick<
    Report,
    "session" | "resync" | "dirtyBytes" | "waiting" | "waitingMs"
  > {
    const session = this.#session;
    let state: Report["session"] = "connecting";
    if (session) {
      state = session.mirrored ? "mirrored" : "resync";
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
