/**
 * The other side: takes the primary's frames, does them in their order, acknowledges. It never mounts anything. What it was told
 * and the primary has not reported durable stands in its marks: should the primary die, that is where its disk may differ.
 */
import { type Connection, Outgoing } from "../peer/connection.ts";
import { apply } from "./apply.ts";
import { markOperation, type Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { HEADER } from "../peer/frame.ts";
import type { Volume } from "./volume.ts";
import { E } from "../system/libc.ts";

/** Answers that wait for the socket. */
const OUTGOING = 4 << 20;

export interface FollowerTools {
  readonly aio: {
    fsync(fd: number, dataOnly: boolean, done: (error: number) => void): void;
  };
  /** Makes everything that this node was told durable, beside the loop. */
  syncAll(done: (error: number) => void): void;
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
  /** A sync failed: the system tells it once, so no later success says anything about what was written before. */
  broken = 0;

  constructor(
    readonly connection: Connection,
    readonly volumes: readonly Volume[],
    readonly marks: Marks,
    readonly tools: FollowerTools,
    sequence: number,
  ) {
    this.applied = sequence;
  }

  /** One frame of the primary that is an operation or about operations. Null: fine; a string: protocol broken, end the session. */
  heard(): string | null {
    const { frame, payload, incoming } = this.connection;
    if (frame.kind === KIND.SETTLED) {
      this.#settledThere = frame.sequence;
      this.#forget();
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
    if (frame.kind === KIND.FSYNC) {
      this.#sync(volume, frame.id, frame.argument === 1, frame.sequence);
      return null;
    }
    markOperation(this.marks, frame, incoming.view, payload);
    const error = apply(volume, frame, incoming, payload - HEADER);
    if (error) {
      if (
        error === E.NOSPC || error === E.IO || error === E.DQUOT ||
        error === E.ROFS
      ) this.lastError = error;
      this.outgoing.append({
        kind: KIND.FAILED,
        sequence: frame.sequence,
        argument: error,
      });
    }
    return null;
  }

  #sync(volume: Volume, id: number, dataOnly: boolean, sequence: number): void {
    const answer = (error: number) =>
      this.outgoing.append({ kind: KIND.SYNCED, sequence, argument: error });
    const inode = volume.get(id);
    if (!inode) return answer(E.STALE);
    const fd = volume.data(inode);
    if (fd < 0) return answer(-fd);
    this.tools.aio.fsync(fd, dataOnly && !inode.isDirectory, answer);
  }

  #settledThere = -1;
  /** A mark goes when both disks have it: this node may go on alone, crash, and then be the one that lacks it. */
  #forget(): void {
    this.marks.settle(Math.min(this.#settled, this.#settledThere));
  }

  /** After a batch: one acknowledgement for all of it. */
  acknowledge(): void {
    if (this.applied === this.#acknowledged || !this.level) return;
    this.#acknowledged = this.applied;
    this.outgoing.append({ kind: KIND.ACK, sequence: this.applied });
  }

  /** Every now and then: everything done so far becomes durable, and the primary may forget that it could be missing here. */
  settle(): void {
    if (
      this.broken || this.#settling || this.applied === this.#settled ||
      !this.level
    ) return;
    const upTo = this.applied;
    this.#settling = true;
    this.tools.syncAll((error) => {
      this.#settling = false;
      if (error) {
        this.lastError = this.broken = error;
        return;
      }
      this.#settled = upTo;
      this.#forget();
      this.outgoing.append({ kind: KIND.SETTLED, sequence: upTo });
    });
  }
}
