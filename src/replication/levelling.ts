/** The part of a primary's session in which its peer is made level: both sides' marks, then the passes of a resync. */
import type { Outgoing } from "../peer/connection.ts";
import type { Frame } from "../peer/frame.ts";
import type { Context } from "./context.ts";
import { decodeMark, Marks } from "./marks.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ResyncControl } from "./resync/channel.ts";
import { ResyncSource } from "./resync/source.ts";
import type { Volume } from "./volume.ts";

/** Milliseconds of resync in one turn, and while applications wait for it anyway. */
const TURN_MS = 4, HOLDING_MS = 50;
/** Room that one step of the resync may need. */
const STEP_ROOM = 5 << 20;
export const ANSWER_TO_NONE = "answer to a resync that is none";

export class Levelling {
  /** Applications wait for the last pass. */
  holding = false;
  #gapMs = 0;
  /** Null: not begun. */
  source: ResyncSource | null = null;
  #work: Generator<void, void> | null = null;
  readonly #theirMarks = new Marks();

  constructor(
    readonly context: Context,
    readonly pipeline: Pipeline,
    readonly volumes: readonly Volume[],
    readonly options: {
      readonly full: boolean;
      readonly outgoing: Outgoing;
      readonly control: ResyncControl;
      readonly persist: () => void;
      readonly everything: () => void;
    },
  ) {}

  /** Between two changes of applications, so that this comes to an end; 0: as they like. Not while an operator has it wait. */
  get gapMs(): number {
    return this.options.control.paused ? 0 : this.#gapMs;
  }

  get full(): boolean {
    return this.options.full;
  }

  /** It wants the loop's next turn at once; one that waits for the peer or its operator needs none. */
  get busy(): boolean {
    return this.#work !== null && !this.source?.waits;
  }

  /** Takes a part of the peer's marks; false: they are none. */
  take(bytes: Uint8Array): boolean {
    for (const line of new TextDecoder().decode(bytes).split("\n")) {
      if (line && !decodeMark(this.#theirMarks, line)) return false;
    }
    return true;
  }

  /** All marks of the peer are here. */
  begin(): void {
    const { context, pipeline, options } = this;
    const marks = new Marks();
    pipeline.fresh = new Marks();
    marks.add(context.dirty.marks, 0);
    marks.add(pipeline.unsettled, 0);
    marks.add(this.#theirMarks, 0);
    // Theirs must survive this session too: a resync that is cut off in the middle begins again from all of them.
    if (!options.full) {
      context.dirty.add(this.#theirMarks);
      options.persist();
      // What was in flight when this node crashed is named here now: by the peer's memory, or by its journal.
      context.doubt = false;
    }
    this.source = new ResyncSource({
      volumes: this.volumes,
      outgoing: options.outgoing,
      control: options.control,
      now: () => context.now(),
      takeFresh: () => {
        const fresh = pipeline.fresh ?? new Marks();
        pipeline.fresh = new Marks();
        return fresh;
      },
      everything: options.everything,
      hold: () => this.holding = true,
      release: (gapMs) => this.#release(gapMs),
    });
    this.#work = this.source.run(options.full ? null : marks);
  }

  #release(gapMs: number): void {
    if (gapMs > 0 && !this.#slowed) {
      this.#slowed = true;
      this.context.log(
        "resync: applications change more than what is compared meanwhile; their changes are slowed until it has caught up",
      );
    }
    this.holding = false;
    this.#gapMs = gapMs;
  }

  #slowed = false;

  heard(frame: Frame, bytes: Uint8Array): string | null {
    if (!this.source) return ANSWER_TO_NONE;
    this.source.heard(frame, bytes);
    return null;
  }

  /** Some milliseconds of it, then applications again. True: the copies are equal now. */
  turn(): boolean {
    if (!this.#work) return false;
    const { now } = this.context;
    const until = now() + (this.holding ? HOLDING_MS : TURN_MS);
    do {
      if (this.#work.next().done) {
        this.#work = null;
        this.#gapMs = 0;
        return true;
      }
      // What was asked must leave, and be answered, before this goes on: applications may be waiting for it.
      if (this.source?.waits || this.options.outgoing.room < STEP_ROOM) break;
    } while (now() < until);
    return false;
  }

  /** The session is over: closes the files that it has open. */
  end(): void {
    this.#work?.return();
    this.#work = null;
    this.holding = false;
    this.#gapMs = 0;
  }
}
