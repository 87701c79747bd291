/**
 * What only one of the copies did, or both a part of it (a full disk, a damaged peer): the primary's result is the application's. The
 * peer is given back what stands here, or the session ends and the peer is levelled from marks.
 */
import { HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { errnoName } from "../system/libc.ts";
import { type Failed, giveBack } from "./give_back.ts";
import { Marks } from "./marks.ts";
import { mayDiffer } from "./may_differ.ts";
import { KIND } from "./operation.ts";
import type { Pending } from "./pending.ts";
import type { Pipeline } from "./pipeline.ts";
import { isSick } from "./sick_disk.ts";

/** What was done here. */
export interface Done {
  readonly kind: number;
  readonly id: number;
  readonly argument: number;
  readonly length: number;
  /** 0, or the errno of this node's disk. */
  readonly error: number;
}

export class OneSided {
  /** To be given back to the peer, when all that came before is done. */
  readonly #failed: Failed[] = [];
  /** Answers to what came to something else at the peer: it may still take over. */
  readonly #owed: (() => void)[] = [];

  constructor(
    readonly tools: Pick<
      Pipeline,
      "dirty" | "events" | "memory" | "submit" | "unsettled" | "sequence"
    >,
  ) {}

  /** Nothing new may come before it. */
  get givesBack(): boolean {
    return this.#failed.length > 0;
  }

  get owed(): number {
    return this.#owed.length;
  }

  /** Both have done it; sees to it that they end up the same. True: the application is answered then, and not before. */
  compare(pending: Pending, done: Done): boolean {
    const { kind, id, error } = done, { peerErrno, answer } = pending;
    if (!mayDiffer(kind, error, peerErrno)) return false;
    const { tools } = this, { memory } = tools;
    // A sick disk's error is answered at once: the role ends by it, and a service that waits for an answer does not end.
    const waits = !isSick(error);
    const late = answer && waits ? () => answer(error) : null;
    if (error !== 0 && kind === KIND.WRITE && pending.inode) {
      // Typically our disk is full: give the peer back what stands here.
      const { volume } = pending, { argument: offset, length } = done;
      this.#failed.push({ volume, id, offset, length, answer: late });
      return waits;
    }
    const frame = readHeader(memory.view, pending.at, newFrame());
    tools.dirty.operation(frame, memory.view, pending.at + HEADER);
    const what = Object.entries(KIND).find(([, each]) => each === kind)?.[0] ??
      "operation";
    tools.events.diverged(
      error === 0
        ? `the peer could not do ${what}: ${errnoName(peerErrno)}`
        : `${what} failed here (${errnoName(error)}) and ${
          peerErrno === 0 ? "not at the peer" : "at the peer"
        }`,
    );
    if (late) this.#owed.push(late);
    return waits;
  }

  /** The peer is shut out, or level again. */
  pay(): void {
    for (const answer of this.#owed.splice(0)) answer();
  }

  /** All that came before is done. */
  giveBack(): void {
    for (const failed of this.#failed.splice(0)) {
      const error = giveBack(this.tools, failed);
      if (error === 0) continue;
      if (failed.answer) this.#owed.push(failed.answer);
      const marks = new Marks();
      marks.data(failed.volume.index, failed.id, failed, 0);
      this.tools.dirty.add(marks);
      this.tools.events.diverged(
        `a write failed here and not at the peer, and cannot be taken back: ${
          errnoName(error)
        }`,
      );
    }
  }
}
