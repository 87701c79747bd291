/** Times that this disk gave and the peer has only nearly (its own clock stamped them): told later, many at a time. */
import { HEADER, newFrame, readHeader } from "../peer/frame.ts";
import { readTimes } from "./apply.ts";
import { markOperation, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Volume } from "./volume.ts";

export type TimesTools = Pick<
  Pipeline,
  | "alone"
  | "session"
  | "renaming"
  | "bind"
  | "tell"
  | "place"
  | "memory"
  | "unsettled"
  | "dirty"
  | "fresh"
  | "brimful"
>;

export class UntoldTimes {
  /** Ids of inodes. */
  readonly #stamped = new Map<Volume, Set<number>>();

  constructor(readonly tools: TimesTools) {}

  get isEmpty(): boolean {
    for (const ids of this.#stamped.values()) if (ids.size > 0) return false;
    return true;
  }

  has(volume: Volume, id: number): boolean {
    return this.#stamped.get(volume)?.has(id) ?? false;
  }

  add(volume: Volume, id: number): void {
    // Alone the marks say what differs, and resync brings the times.
    if (this.tools.alone) return;
    const ids = this.#stamped.get(volume);
    if (ids) ids.add(id);
    else this.#stamped.set(volume, new Set([id]));
  }

  /** What an operation on names has stamped beside its inode. */
  addParents(
    volume: Volume,
    kind: number,
    id: number,
    argument: number,
  ): void {
    if (kind === KIND.CREATE || kind === KIND.LINK || kind === KIND.RENAME) {
      this.add(volume, argument);
    }
    // LINK too: a file that had no name until now was not worth telling before.
    if (
      kind === KIND.CREATE || kind === KIND.UNLINK || kind === KIND.RMDIR ||
      kind === KIND.RENAME || kind === KIND.LINK
    ) this.add(volume, id);
  }

  /** Quiet copies are identical to the nanosecond. At most `limit` inodes a call. False: more are to be told, or there was no room. */
  send(limit: number): boolean {
    const { tools } = this;
    if (!tools.session) return true;
    for (const [volume, ids] of this.#stamped) {
      for (const id of ids) {
        if (tools.brimful) return false;
        // Cannot be named just now: later, or the copies would keep two times for ever. Asked first: it opens nothing.
        const { session } = tools;
        if (tools.renaming && volume.boundIn(id) !== session.number) continue;
        if (volume.get(id)?.pending) continue;
        if (limit-- === 0) return false;
        ids.delete(id);
        if (!this.#sendOf(volume, id)) this.#mark([[volume, [id]]]);
        // All of them may be told at once, at the end of a role.
        volume.putAway();
      }
    }
    return true;
  }

  /** False: they differ still. */
  #sendOf(volume: Volume, id: number): boolean {
    const { tools } = this;
    const inode = volume.get(id);
    if (!inode || inode.orphan) return true;
    if (!tools.session) return false;
    const bound = tools.bind(volume, inode);
    if (bound === "local") return true;
    if (bound !== "bound" || !tools.session) return false;
    const times = new Uint8Array(24);
    if (readTimes(inode, new DataView(times.buffer), 0) !== 0) return true;
    const at = tools.place(), { view } = tools.memory;
    tools.tell(KIND.TIMES, volume.index, inode.id, times);
    const frame = readHeader(view, at, newFrame());
    markOperation(tools.unsettled, frame, view, at + HEADER);
    return true;
  }

  /** Nobody will know this inode any more: its times are told now. */
  forget(volume: Volume, id: number): void {
    if (!this.#stamped.get(volume)?.delete(id)) return;
    // Nobody will know that they are still to be told: the next session levels them.
    if (!this.#sendOf(volume, id)) this.#mark([[volume, [id]]]);
  }

  /** Nobody will tell the peer (it is shut out, or the role is over): what it was still to be told is marked. */
  mark(): void {
    this.#mark(this.#stamped);
    this.#stamped.clear();
  }

  #mark(all: Iterable<readonly [Volume, Iterable<number>]>): void {
    const marks = new Marks();
    for (const [volume, ids] of all) {
      for (const id of ids) {
        if (volume.has(id)) marks.attributes(volume.index, id, 0);
      }
    }
    this.tools.dirty.add(marks);
    // Alone, and a pass may be under way that has looked at it already.
    this.tools.fresh?.add(marks);
  }
}
