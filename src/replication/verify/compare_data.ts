/** Compares the data of one file on both disks, a chunk with data a question; long holes are one question. */
import { CHUNK } from "../marks.ts";
import type { Volume } from "../volume.ts";
import type { Checker } from "./checker.ts";
import { shown } from "../unreadable.ts";
import type { Differences } from "./differences.ts";
import { CHECK, NO_FILE, NONE } from "./form.ts";
import type { Asked, Question, Questions } from "./questions.ts";
import { differingBlocks } from "./summaries.ts";

/** Questions on the way: one is looked at here while the peer looks at the next. */
const WINDOW = 3;
/** What looking at a hole counts against the rate. */
const HOLE_BYTES = 4096;
/** Chunks without data that one question spans. */
const SPAN = 1 << 20;

export class CompareData {
  constructor(
    readonly questions: Questions,
    readonly checker: Checker,
    readonly differences: Differences,
  ) {}

  *run(
    volume: Volume,
    path: Uint8Array,
    size: number,
  ): Generator<void, void> {
    const end = Math.ceil(size / CHUNK);
    const asking: { readonly asked: Asked; readonly from: number }[] = [];
    let from = 0;
    while (from < end || asking.length > 0) {
      if (from < end && asking.length < WINDOW) {
        const { to, bytes } = this.#next(volume, path, from, end);
        asking.push({
          asked: yield* this.questions.ask(
            this.#chunks(volume, path, from, to),
          ),
          from,
        });
        yield* this.questions.wait(Math.min(bytes, size - from * CHUNK));
        from = to;
        continue;
      }
      const first = asking.shift()!;
      const asked = yield* this.questions.settled(first.asked);
      const { question } = asked;
      const to = new DataView(question.payload.buffer).getUint32(0, true);
      const next = this.#judgeData(volume, path, asked);
      // The span had data after all, on one side or both: its rest is looked at.
      if (next < to) {
        const rest = yield* this.questions.ask(
          this.#chunks(volume, path, next, to),
        );
        asking.unshift({ asked: rest, from: next });
      }
    }
  }

  /** Where the next question ends: one chunk with data, or all that is a hole here. */
  #next(
    volume: Volume,
    path: Uint8Array,
    from: number,
    end: number,
  ): { readonly to: number; readonly bytes: number } {
    const to = Math.min(end, from + SPAN);
    const hole = this.checker.firstData(volume, path, from, to);
    if (hole === from) return { to: from + 1, bytes: CHUNK };
    return { to: hole, bytes: HOLE_BYTES };
  }

  #chunks(
    volume: Volume,
    path: Uint8Array,
    from: number,
    to: number,
  ): Question {
    const payload = new Uint8Array(4 + path.length);
    new DataView(payload.buffer).setUint32(0, to, true);
    payload.set(path, 4);
    return {
      volume,
      flags: CHECK.DATA,
      argument: from,
      payload,
      look: () => ({
        id: this.checker.id(volume, path),
        answer: this.checker.data(volume, path, from, to),
      }),
    };
  }

  /** Compares two answers about chunks; the first chunk that they say nothing of. */
  #judgeData(volume: Volume, path: Uint8Array, asked: Asked): number {
    const { id, answer } = asked.mine as {
      readonly id: number;
      readonly answer: Uint8Array;
    };
    const theirs = asked.theirs;
    if (!theirs || theirs.length < 4) {
      throw new Error("the peer's answer is none");
    }
    const chunk = (bytes: Uint8Array) =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const [a, b] = [chunk(answer), chunk(theirs)];
    // No file on either: gone meanwhile. On one only: the entry's own question says so.
    if (a === NO_FILE && b === NO_FILE) return Infinity;
    const first = Math.min(a, b);
    if (first === NONE) return Infinity;
    if (first === NO_FILE) {
      this.differences.tell({
        path: shown(volume, path),
        what: "data",
        text: "cannot be read on one of the nodes",
      });
      return Infinity;
    }
    const nothing = new Uint8Array(0);
    const blocks = differingBlocks(
      a === first ? answer.subarray(4) : nothing,
      b === first ? theirs.subarray(4) : nothing,
    );
    for (const { begin, end } of blocks) {
      const offset = first * CHUNK + begin, length = end - begin;
      if (id !== 0) {
        this.differences.marks.data(volume.index, id, { offset, length }, 0);
      }
      this.differences.tell({
        path: shown(volume, path),
        what: "data",
        text: `data differs within bytes ${offset} to ${offset + length}`,
        offset,
        length,
      });
    }
    return first + 1;
  }
}
