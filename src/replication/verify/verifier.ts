/**
 * The primary's side of a verification: walks over all names and asks, for each place, both disks at the same number of operations.
 * The question goes to the peer in the one order of all changes; the peer looks when it reads it, this node when its turn comes in
 * `Pipeline.complete`. In between nothing stops, and nothing can differ but what does.
 */
import type { Frame } from "../../peer/frame.ts";
import type { VerifyReport } from "../control.ts";
import type { Marks } from "../marks.ts";
import { joinPath } from "../name.ts";
import type { Volume } from "../volume.ts";
import { Checker, listing } from "./checker.ts";
import { CompareData } from "./compare_data.ts";
import { CompareNames, ENTRIES } from "./compare_names.ts";
import { Differences } from "./differences.ts";
import { isUnreadable } from "./form.ts";
import type { Proof } from "./proof.ts";
import { Questions, type QuestionTools } from "./questions.ts";
import { messageOf } from "../../system/message.ts";

/** Rounds of comparing and levelling before somebody must look. */
const MAX_ROUNDS = 3;

export interface VerifierTools extends QuestionTools {
  readonly volumes: readonly Volume[];
  readonly pipeline: QuestionTools["pipeline"] & {
    timesTold(volume: Volume, id: number): boolean;
  };
  /** Something that is told has changed. */
  changed(): void;
  /** What differs is marked durably and the peer is levelled again, as after any difference. */
  level(marks: Marks): void;
  /** A round found both copies identical. */
  proved(proof: Proof): void;
}

export interface Request {
  readonly repair: boolean;
  /** Bytes per second; 0: as fast as it goes. */
  readonly rate: number;
  readonly background: boolean;
}

export class Verifier {
  readonly #checker = new Checker();
  readonly #questions: Questions;
  readonly #differences: Differences;
  readonly #names: CompareNames;
  #work: Generator<void, void>;
  #round = 1;
  #bytes = 0;
  #total = 0;
  #entries = 0;
  #counting = true;
  #state: VerifyReport["state"] = "running";
  /** Since when the bytes count for the rate that is shown. */
  #comparingSince: number;

  constructor(readonly tools: VerifierTools, readonly request: Request) {
    this.#comparingSince = tools.now();
    const questions = new Questions(tools, request.rate);
    const differences = new Differences(tools);
    const data = new CompareData(questions, this.#checker, differences);
    this.#questions = questions;
    this.#differences = differences;
    this.#names = new CompareNames(questions, this.#checker, differences, {
      timesTold: (volume, id) => tools.pipeline.timesTold(volume, id),
      looked: (entries) => this.#entries += entries,
      data: (volume, path, size) => this.#data(data, { volume, path, size }),
    });
    this.#work = this.#run();
  }

  get running(): boolean {
    return this.#state === "running" || this.#state === "repairing";
  }

  /** It wants the loop's next turn at once. */
  get busy(): boolean {
    return this.running && this.#questions.mirrored && !this.#questions.idle;
  }

  heard(frame: Frame, bytes: Uint8Array): void {
    this.#questions.heard(frame, bytes);
  }

  /** The copies are level and every change goes to both. */
  mirrored(): void {
    this.#questions.mirrored = true;
  }

  /** The session is gone: what was asked is asked again in the next one. */
  interrupted(): void {
    this.#questions.interrupted();
  }

  stop(why: string): void {
    if (!this.running) return;
    this.#work.return();
    this.interrupted();
    this.#end("stopped");
    this.tools.log(`verify: ${why}`);
  }

  /** Some milliseconds of it. */
  turn(): void {
    if (!this.running || !this.#questions.mirrored) return;
    const { now, log } = this.tools, until = now() + 3;
    try {
      do {
        this.#questions.idle = false;
        if (this.#work.next().done || !this.#questions.mirrored) return;
      } while (!this.#questions.idle && now() < until);
    } catch (error) {
      this.#end("failed");
      log(`verify failed: ${messageOf(error)}`);
    }
  }

  get report(): Omit<VerifyReport, "number"> {
    const seconds = Math.max(
      0.001,
      (this.tools.now() - this.#comparingSince) / 1000,
    );
    const rate = this.#bytes / seconds;
    return {
      state: this.#state,
      background: this.request.background,
      repair: this.request.repair,
      bytesDone: this.#bytes,
      bytesTotal: this.#counting ? null : Math.max(this.#total, this.#bytes),
      entries: this.#entries,
      bytesPerSecond: Math.round(rate),
      secondsLeft: this.#counting || rate === 0
        ? null
        : Math.ceil(Math.max(0, this.#total - this.#bytes) / rate),
      round: this.#round,
      differences: this.#differences.count,
      found: this.#differences.found.slice(0, 20),
    };
  }

  #end(state: VerifyReport["state"]): void {
    this.#state = state;
    this.#checker.close();
    this.tools.changed();
  }

  *#run(): Generator<void, void> {
    yield* this.#countAll();
    for (;; this.#round++) {
      const began = this.#differences.count;
      const operation = this.tools.pipeline.sequence;
      this.#bytes = this.#entries = 0;
      this.#comparingSince = this.tools.now();
      for (const volume of this.tools.volumes) yield* this.#names.run(volume);
      const { log, changed } = this.tools;
      if (this.#differences.count === began) {
        this.tools.proved({
          at: new Date().toISOString(),
          operation: this.tools.pipeline.sequence,
          since: operation,
          bytes: this.#bytes,
          entries: this.#entries,
        });
        log(
          `verify: ${this.#entries} entries and ${this.#bytes} bytes are identical, compared at operations ${operation} to ${this.tools.pipeline.sequence}`,
        );
        return this.#end(
          this.#differences.count === 0 ? "identical" : "repaired",
        );
      }
      log(`verify: ${this.#differences.count - began} differences`);
      const { repair } = this.request;
      // What cannot be read can neither be compared nor levelled.
      const marked = !this.#differences.marks.isEmpty;
      if (!repair || !marked || this.#round === MAX_ROUNDS) {
        return this.#end("different");
      }
      this.#state = "repairing";
      this.tools.level(this.#differences.takeMarks());
      changed();
      // Levelled again, everything is compared once more: what stood in a directory of another name had no name to be compared by.
      while (!this.#questions.mirrored) yield;
      this.#state = "running";
    }
  }

  /** How much there is, for the progress: names as they are, no question asked. */
  *#countAll(): Generator<void, void> {
    for (const volume of this.tools.volumes) {
      const queue: Uint8Array[] = [new Uint8Array(0)];
      for (let path = queue.pop(); path; path = queue.pop()) {
        const names = listing(volume, path);
        try {
          for (let last = false; !last;) {
            const part = names.next();
            last = part.last;
            for (let at = 0; at < part.names.length; at += ENTRIES) {
              const some = part.names.slice(at, at + ENTRIES);
              const all = this.#checker.facts(volume, { path, names: some });
              all.forEach((facts, i) => {
                if (isUnreadable(facts)) return;
                this.#total += facts?.size ?? 0;
                if (facts?.type === "directory") {
                  queue.push(joinPath(path!, some[i]!));
                }
              });
              yield;
            }
          }
        } finally {
          names.close();
        }
      }
    }
    this.#counting = false;
  }

  *#data(
    data: CompareData,
    file: {
      readonly volume: Volume;
      readonly path: Uint8Array;
      readonly size: number;
    },
  ): Generator<void, void> {
    yield* data.run(file.volume, file.path, file.size);
    this.#bytes += file.size;
  }
}
