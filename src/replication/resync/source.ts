/**
 * Makes a returning peer level while the application works: passes over what differs, each over what changed during the one before;
 * when little is left the application waits for the last pass, and from then on every change goes to both. A pass: names first
 * (whole listings of the directories that changed), then data by hashes, then attributes. See ../DESIGN.md.
 *
 * A generator: every `yield` gives the loop back to the application's requests.
 */
import { STATX } from "../../fuse/abi.ts";
import type { Outgoing } from "../../peer/connection.ts";
import type { Frame } from "../../peer/frame.ts";
import { getU64 } from "../../system/u64.ts";
import type { ResyncProgress } from "../control.ts";
import { stat, statFd } from "../descriptor.ts";
import { Marks } from "../marks.ts";
import { KIND, MISSING_DATA, MISSING_NAMES } from "../operation.ts";
import { isLasting, NotLevel } from "../unlike_disks.ts";
import type { Volume } from "../volume.ts";
import { bytesOf, type Left, nextPass, Speed } from "./last_pass.ts";
import { Channel, type ResyncControl } from "./channel.ts";
import { findLinks } from "./places.ts";
import { Progress } from "./progress.ts";
import { SourceData } from "./source_data.ts";
import { SourcePass } from "./source_pass.ts";
import { countData } from "./count_data.ts";

/** Listings that did not lead to equal names (moves across batches, hard links): everything is listed again, so often at most. */
const MAX_FULL = 3;
/** Last passes in a row that had something left to do, while applications wait. */
const MAX_ROUNDS = 3;

export interface SourceTools {
  readonly volumes: readonly Volume[];
  readonly outgoing: Outgoing;
  readonly control: ResyncControl;
  now(): number;
  /** Takes the changes made since the last call. */
  takeFresh(): Marks;
  /** Marks turned out not to say all: the next pass is over everything. */
  everything(): void;
  /** From here on applications wait until the copies are level, or until `release`. */
  hold(): void;
  /** Their changes are done again, so many milliseconds apart; 0: as they like. */
  release(gapMs: number): void;
}

export class ResyncSource {
  readonly #progress: Progress;
  readonly #channel: Channel;
  readonly #passes: SourcePass;
  /** What the target could not take, or nobody could send, because it had moved: for the next pass. */
  readonly #again = new Marks();
  /** Files that have another number of links at the target. */
  readonly #linked: { readonly volume: Volume; readonly id: number }[] = [];

  constructor(readonly tools: SourceTools) {
    const { volumes } = tools;
    this.#progress = new Progress(tools.now);
    this.#channel = new Channel(tools, this.#progress);
    const data = new SourceData(
      this.#channel,
      this.#progress,
      this.#again,
    );
    this.#passes = new SourcePass(this.#channel, volumes, data, this.#again);
  }

  /** An answer of the target. */
  heard(frame: Frame, bytes: Uint8Array): void {
    if (frame.kind === KIND.MISSING) {
      // In a pass it had moved at this node after its directory was listed.
      if (frame.flags & MISSING_NAMES) {
        this.#again.names(frame.volume, frame.id, 0);
      }
      if (frame.flags & MISSING_DATA) {
        this.#again.tail(frame.volume, frame.id, 0, 0);
      }
      this.#again.attributes(frame.volume, frame.id, 0);
      return;
    }
    this.#channel.heard(frame, bytes);
  }

  /** See Channel. */
  get waits(): boolean {
    return this.#channel.waits;
  }

  /** Bytes read and hashed here so far. */
  get bytesCompared(): number {
    return this.#progress.bytesCompared;
  }

  get progress(): ResyncProgress {
    return { ...this.#progress.report, ...this.tools.control };
  }

  get startedAt(): number {
    return this.#progress.startedAt;
  }

  /** Runs the whole resync; `marks` null: everything. Ends when the target has the last pass; throws when it cannot be levelled. */
  *run(marks: Marks | null): Generator<void, void> {
    // Not before: a session that ends before the first turn runs nothing of this, its end neither.
    this.#passes.moves.watch();
    try {
      yield* this.#run(marks);
    } finally {
      // A session that ends in the middle too.
      this.#passes.close();
    }
  }

  *#run(marks: Marks | null): Generator<void, void> {
    let full = marks === null, todo = marks ?? new Marks();
    const speed = new Speed();
    let tries = 0, rounds = 0;
    for (let pass = 1;; pass++) {
      const { bytesPerSecond } = speed, left = this.#left(todo);
      const next = nextPass({ pass, full, left, bytesPerSecond });
      const last = next.hold;
      if (next.hold) {
        this.tools.hold();
        this.#progress.stage = "final";
        todo.add(this.tools.takeFresh());
      } else {
        this.tools.release(next.gapMs);
        this.#progress.slows = next.gapMs > 0;
        if (this.#progress.stage === "final") this.#progress.stage = "data";
      }
      const from = this.#progress.bytesDone, since = this.tools.now();
      const { why, error } = yield* this.#pass(full ? null : todo, pass);
      speed.measured(
        this.#progress.bytesDone - from,
        this.tools.now() - since,
      );
      yield* findLinks(this.#linked.splice(0), this.#again);
      const again = new Marks();
      again.add(this.#again);
      this.#again.clear();
      const done = last && why === null && again.isEmpty;
      // What could not be done before (no room for its mark) may have been done during the last pass.
      todo = this.tools.takeFresh();
      if (done && todo.isEmpty) return;
      full = why !== null || (last && ++rounds > MAX_ROUNDS);
      if (full) {
        this.tools.everything();
        // What the target could not do, or could not match while everything stood still, is found by listing and comparing everything.
        rounds = 0;
        if (++tries > (isLasting(error) ? 1 : MAX_FULL)) {
          throw new NotLevel(why ?? "names differ after every pass", error);
        }
      }
      todo.add(again);
    }
  }

  #left(todo: Marks): Left {
    return {
      bytes: bytesOf(todo, (volume, id) => this.#sizeOf(volume, id)),
      inodes: todo.count,
      walks: todo.hasGroups || this.#passes.isDeep || this.#hasUnknown(todo),
    };
  }

  /** Of a file with a mark to its end. */
  #sizeOf(index: number, id: number): number {
    const inode = this.tools.volumes[index]?.get(id);
    // Deleted, or looked for by a walk.
    if (!inode) return 0;
    if (statFd(inode.fd) !== 0) return Infinity;
    return getU64(stat.view, stat.at + STATX.size);
  }

  #hasUnknown(todo: Marks): boolean {
    for (const { volume: index, id } of todo) {
      const volume = this.tools.volumes[index];
      const isKnown = !volume || volume.has(id) ||
        this.#passes.moves.isGone({ volume, id });
      if (!isKnown) return true;
    }
    return false;
  }

  *#pass(
    marks: Marks | null,
    pass: number,
  ): Generator<void, { why: string | null; error: number }> {
    if (marks) this.#progress.bytesTotal += marks.bytes;
    else this.#progress.bytesTotal = yield* countData(this.tools.volumes);
    if (this.#progress.stage === "names") this.#progress.stage = "data";
    const followed = yield* this.#passes.run(marks);
    yield* this.#channel.send(KIND.END, null, new Uint8Array(0), pass);
    const ended = yield* this.#channel.answer(KIND.ENDED);
    const why = this.#ended(ended.bytes);
    const moved = followed ? null : "names change faster than they are read";
    return { why: why ?? moved, error: ended.flags };
  }

  /** What the target says at the end of a pass; null, or why it could not do all of it. */
  #ended(bytes: Uint8Array): string | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < 4) throw new Error("the end of a pass that is none");
    const count = view.getUint32(0, true), words = 4 + count * 9;
    if (words > bytes.length) throw new Error("the end of a pass that is none");
    // Inodes with fewer or more names than they had here when their attributes were read: an unlink marks the directory only.
    for (let at = 4; at < words; at += 9) {
      const volume = this.tools.volumes[view.getUint8(at)];
      if (volume) this.#linked.push({ volume, id: getU64(view, at + 1) });
    }
    if (words === bytes.length) return null;
    // A peer's words must not play with a terminal.
    return new TextDecoder().decode(bytes.subarray(words, words + 400))
      .replace(/\p{Cc}/gu, "?");
  }
}
