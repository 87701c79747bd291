/**
 * The other side: takes the primary's frames, does them in their order, acknowledges. It never mounts anything. What it was told
 * and the primary has not reported durable stands in its marks: should the primary die, that is where its disk may differ.
 */
import { type Connection, Outgoing } from "../peer/connection.ts";
import { apply } from "./apply.ts";
import type { Journal } from "./journal.ts";
import { markOperation, type Marks } from "./marks.ts";
import { losesWrites } from "./may_differ.ts";
import { KIND } from "./operation.ts";
import { type Frame, HEADER } from "../peer/frame.ts";
import { stat, statFd } from "./descriptor.ts";
import { isShut, isSick } from "./sick_disk.ts";
import type { TideStore } from "./tide_store.ts";
import type { Volume } from "./volume.ts";
import { STATX } from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { E, errnoName } from "../system/libc.ts";
import { Checker } from "./verify/checker.ts";

/** Answers that wait for the socket. */
const OUTGOING = 4 << 20;
/** So often a primary hears how far this node has come, also in the middle of work: one that hears nothing for 2.1 s goes on alone. */
const SIGN_MS = 150;

export interface FollowerTools {
  readonly aio: {
    fsync(fd: number, dataOnly: boolean, done: (error: number) => void): void;
  };
  /** Makes everything that this node was told durable, beside the loop. */
  syncAll(done: (error: number) => void): void;
  readonly journal: Pick<Journal, "enter" | "flush" | "settle">;
  readonly tide: Pick<TideStore, "kept" | "keepBeside">;
  readonly log: (text: string) => void;
  now(): number;
  /** The disk has lost, or may have lost, what was written before: no later success says anything about it. */
  broken(error: number): void;
}

/** An operation whose region is not in the journal on disk yet. Its payload stays where it was received. */
interface Held {
  readonly frame: Frame;
  readonly payload: number;
}

export class Follower {
  readonly outgoing = new Outgoing(OUTGOING);
  /** Number of the last operation done. */
  applied: number;
  /** Set once the copies are level: from then on operations may come. */
  level = false;
  #acknowledged = 0;
  #settled = 0;
  #settling = false;
  /** Errors of this node's disk, for the report. */
  lastError = 0;
  /** This node's disk failed a sync, or takes nothing any more: nothing that it says later counts. */
  #broken = false;
  #closed = false;
  /** What came behind something that must be in the journal first: one flush for all that was received together. */
  #held: Held[] = [];

  constructor(
    readonly connection: Connection,
    readonly volumes: readonly Volume[],
    readonly marks: Marks,
    readonly tools: FollowerTools,
    sequence: number,
  ) {
    this.applied = sequence;
    this.#signAt = tools.now() + SIGN_MS;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Why nothing more may be done: a write that the application takes for written failed here. */
  #stopped: string | null = null;

  /** One frame of the primary that is an operation or about operations. Null: fine; a string: protocol broken, end the session. */
  heard(): string | null {
    const { frame, payload, incoming } = this.connection;
    if (frame.kind === KIND.SETTLED) {
      this.#settledThere = frame.sequence;
      this.#forget();
      if (frame.id === 0) return null;
      // Told again: what the primary's disk had when it was told first is what counts.
      if (frame.id !== this.#tide?.value) {
        this.#tide = { value: frame.id, upTo: frame.sequence };
      }
      if (!this.#settling && this.applied === this.#settled) {
        this.#tell(this.applied);
      }
      return null;
    }
    if (frame.kind === KIND.PING) {
      this.outgoing.append({ kind: KIND.PONG, sequence: frame.sequence });
      return null;
    }
    if (frame.kind >= 64) return `unexpected frame of kind ${frame.kind}`;
    if (!this.level) {
      return `operation ${frame.sequence} before the copies were level`;
    }
    if (frame.sequence !== this.applied + 1) {
      return `operation ${frame.sequence} after ${this.applied}`;
    }
    const volume = this.volumes[frame.volume];
    if (!volume) {
      return `operation on directory ${frame.volume}, of ${this.volumes.length}`;
    }
    this.applied = frame.sequence;
    const entered = frame.kind === KIND.FSYNC || this.tools.journal.enter(
      frame,
      incoming.view,
      payload,
      this.#sizeBefore(volume, frame),
    );
    if (!entered || this.#held.length > 0) {
      this.#held.push({ frame: { ...frame }, payload });
    } else {
      this.#do(volume, frame, payload);
      this.#sign(frame.sequence);
    }
    return this.#stopped;
  }

  /** Does what waited for the journal. To be called before anything more is received, and before anything but an operation is done. */
  release(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    this.tools.journal.flush();
    for (const { frame, payload } of held) {
      this.#do(this.volumes[frame.volume]!, frame, payload);
      this.#sign(frame.sequence);
    }
    if (this.#stopped) throw new Error(this.#stopped);
  }

  /** Of a file that is to be truncated; Infinity where something that waits may change it. */
  #sizeBefore(volume: Volume, frame: Frame): number {
    if (frame.kind !== KIND.SETATTR || this.#held.length > 0) return Infinity;
    const inode = volume.get(frame.id);
    return inode && statFd(inode.fd) === 0
      ? getU64(stat.view, stat.at + STATX.size)
      : Infinity;
  }

  #do(volume: Volume, frame: Frame, payload: number): void {
    if (this.#stopped) return;
    const { incoming } = this.connection;
    if (frame.kind === KIND.CHECK) return this.#check(volume, frame, payload);
    if (frame.kind === KIND.FSYNC) {
      this.#sync(volume, frame.id, frame.argument === 1, frame.sequence);
      return;
    }
    markOperation(this.marks, frame, incoming.view, payload);
    const error = apply(volume, frame, incoming, payload - HEADER);
    if (error) {
      if (error === E.NOSPC || error === E.DQUOT || isSick(error)) {
        this.lastError = error;
      }
      // Without a sync: the session ends by this, and the next one would take for good what only memory has of what came before.
      if (isShut(error)) this.#break(error);
      this.outgoing.append({
        kind: KIND.FAILED,
        volume: frame.volume,
        id: frame.id,
        sequence: frame.sequence,
        argument: error,
      });
      // Its application was answered already. Nothing that came after it may be here without it: this copy stays what it was before.
      if (volume.answersAhead && frame.kind === KIND.WRITE) {
        this.#stopped = `this node's disk refuses a write: ${errnoName(error)}`;
      }
    }
  }

  /** Here and now: everything before it is done, nothing after it. A question that is none stays without an answer. */
  #check(volume: Volume, frame: Frame, payload: number): void {
    const { bytes } = this.connection.incoming;
    const answer = this.#checker.answer(
      volume,
      frame,
      bytes.slice(payload, payload + frame.length),
    );
    if (!answer) return;
    this.outgoing.append({
      kind: KIND.CHECKED,
      sequence: frame.sequence,
    }, answer);
  }

  readonly #checker = new Checker();

  /** The session is over. */
  close(): void {
    this.#closed = true;
    this.#checker.close();
    this.outgoing.close();
  }

  #sync(volume: Volume, id: number, dataOnly: boolean, sequence: number): void {
    const answer = (error: number) =>
      this.outgoing.append({ kind: KIND.SYNCED, sequence, argument: error });
    const inode = volume.get(id);
    if (!inode) return answer(E.STALE);
    const fd = volume.data(inode);
    if (fd < 0) return answer(-fd);
    this.tools.aio.fsync(fd, dataOnly && !inode.isDirectory, (error) => {
      // Before the answer: the same fsync, asked for again, would succeed over pages that never reached the disk.
      if (losesWrites(error)) this.#break(error);
      answer(error);
    });
  }

  #break(error: number): void {
    this.lastError = error;
    this.#broken = true;
    this.tools.broken(error);
  }

  #settledThere = -1;
  /** A mark goes when both disks have it: this node may go on alone, crash, and then be the one that lacks it. */
  #forget(): void {
    const settled = Math.min(this.#settled, this.#settledThere);
    this.marks.settle(Math.min(settled, this.#floor));
    this.tools.journal.settle(settled);
  }

  /** What the primary's disk had when it kept the tide that it must come back with; Infinity: a primary without tides. */
  #floor = Infinity;
  /** Told by the primary, not kept here yet. */
  #tide: { readonly value: number; readonly upTo: number } | null = null;

  /** Both nodes have everything up to this number. */
  keepTides(upTo: number): void {
    this.#floor = upTo;
  }

  /** Beside the loop: the tide that this disk, which has been synced, is worth now; 0: no other than before. */
  #keepTide(then: (tide: number) => void): void {
    const { aio, log, tide: store } = this.tools, tide = this.#tide;
    if (!tide || this.#floor === Infinity) return then(0);
    const { value, upTo } = tide;
    if (value === store.kept.value) {
      this.#tide = null;
      return then(value);
    }
    this.#settling = true;
    store.keepBeside({ value }, aio, (error) => {
      this.#settling = false;
      // An fsync may have failed meanwhile.
      if (this.#closed || this.#broken) return;
      if (error) {
        log(`a tide cannot be kept: ${errnoName(error)}`);
        return then(0);
      }
      this.#floor = upTo;
      this.#tide = null;
      then(value);
    });
  }

  /** After a batch: one acknowledgement for all of it. */
  acknowledge(upTo = this.applied): void {
    if (this.#broken || upTo === this.#acknowledged || !this.level) return;
    this.#acknowledged = upTo;
    this.outgoing.append({ kind: KIND.ACK, sequence: upTo });
  }

  #signAt: number;

  /** Within a batch, which may be seconds of work on a busy disk: so much of it is done. */
  #sign(done: number): void {
    // What it says of a disk that is broken waits until that is recorded.
    if (this.#broken || this.#stopped) return;
    const now = this.tools.now();
    if (now < this.#signAt) return;
    this.#signAt = now + SIGN_MS;
    this.acknowledge(done);
    this.outgoing.flush(this.connection);
  }

  /** Every now and then: everything done so far becomes durable, and the primary may forget that it could be missing here. */
  settle(): void {
    if (this.#broken || this.#settling || !this.level) return;
    const upTo = this.applied;
    if (upTo === this.#settled) return;
    this.#settling = true;
    this.tools.syncAll((error) => {
      this.#settling = false;
      if (error) return this.#break(error);
      // Marks and journal are the next session's by now, which counts anew.
      if (this.#closed) return;
      this.#settled = upTo;
      this.#tell(upTo);
    });
  }

  /** Everything up to this number is on this disk. */
  #tell(upTo: number): void {
    this.#keepTide((id) => {
      this.#forget();
      this.outgoing.append({ kind: KIND.SETTLED, sequence: upTo, id });
    });
  }
}
