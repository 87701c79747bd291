/**
 * Questions to the peer about one place, each a numbered frame in the one order of all changes: the peer looks when it reads it,
 * this node when its turn comes in `Pipeline.complete`. So both look after the same operations.
 */
import type { Frame } from "../../peer/frame.ts";
import { KIND } from "../operation.ts";
import type { Volume } from "../volume.ts";
import { CHECK } from "./form.ts";
import { Pace } from "./pace.ts";
import { messageOf } from "../../system/message.ts";

/** Sessions that may end over one question, each of which has the peer levelled again. */
const MAX_TRIES = 10;

export interface QuestionTools {
  readonly pipeline: {
    readonly sequence: number;
    readonly accepting: boolean;
    submit(
      operation: {
        readonly kind: number;
        readonly id: number;
        readonly argument: number;
        readonly flags: number;
      },
      about: {
        readonly volume: Volume;
        readonly peerOnly: true;
        readonly answer: (errno: number) => void;
      },
      payload: Uint8Array,
    ): void;
  };
  now(): number;
  log(text: string): void;
}

export interface Question {
  readonly volume: Volume;
  readonly flags: number;
  readonly argument: number;
  readonly payload: Uint8Array;
  /** Looks at this node's copy, at the question's number. */
  readonly look: () => unknown;
}
export interface Asked {
  readonly question: Question;
  mine: unknown;
  theirs: Uint8Array | null;
  state: "waiting" | "answered" | "lost";
}

export class Questions {
  readonly #pace: Pace;
  readonly #answers = new Map<number, Uint8Array | null>();
  #waiting = new Set<Asked>();
  /** The copies are level and every change goes to both. */
  mirrored = false;
  /** Nothing to do before an answer comes or time has passed. */
  idle = false;

  /** `rate`: bytes per second; 0: as fast as it goes. */
  constructor(readonly tools: QuestionTools, rate: number) {
    this.#pace = new Pace(rate, tools.now());
  }

  heard(frame: Frame, bytes: Uint8Array): void {
    // A question of a session that has ended is nobody's any more.
    if (this.#answers.has(frame.sequence)) {
      this.#answers.set(frame.sequence, bytes);
    }
  }

  /** The session is gone: what was asked is asked again in the next one. */
  interrupted(): void {
    this.mirrored = false;
    this.#answers.clear();
    for (const asked of this.#waiting) asked.state = "lost";
    this.#waiting = new Set();
  }

  *answer(question: Question): Generator<void, Asked> {
    return yield* this.settled(yield* this.ask(question));
  }

  *ask(question: Question): Generator<void, Asked> {
    const { pipeline } = this.tools;
    while (!this.mirrored || !pipeline.accepting) {
      this.idle = true;
      yield;
    }
    const asked: Asked = {
      question,
      mine: null,
      theirs: null,
      state: "waiting",
    };
    const { volume, flags, argument, payload } = question;
    let sequence = 0;
    pipeline.submit({ kind: KIND.CHECK, id: 0, argument, flags }, {
      volume,
      peerOnly: true,
      answer: () => {
        if (asked.state !== "waiting") return;
        this.#waiting.delete(asked);
        asked.theirs = this.#answers.get(sequence) ?? null;
        this.#answers.delete(sequence);
        asked.state = asked.theirs ? "answered" : "lost";
        // In the pipeline's turn: what goes wrong here must not end it.
        try {
          if (asked.theirs) asked.mine = question.look();
        } catch (error) {
          asked.state = "lost";
          this.tools.log(
            `verify: ${messageOf(error)}`,
          );
        }
      },
    }, payload);
    sequence = pipeline.sequence;
    this.#answers.set(sequence, null);
    this.#waiting.add(asked);
    return asked;
  }

  /** Waits for an answer; what a lost session took with it is asked again. */
  *settled(asked: Asked): Generator<void, Asked> {
    let tries = 0;
    while (asked.state !== "answered") {
      if (asked.state === "lost") {
        // More than a link that breaks now and then: this very question ends the sessions.
        if (++tries > MAX_TRIES) throw new Error("no question is answered");
        // The peer's listing began in a session that is gone: from its beginning, names twice do no harm.
        const { question } = asked;
        const argument = question.flags === CHECK.NAMES ? 0 : question.argument;
        asked = yield* this.ask({ ...question, argument });
      }
      this.idle = true;
      yield;
    }
    return asked;
  }

  /** After so much was looked at: as long as the rate wants. */
  *wait(bytes: number): Generator<void, void> {
    this.#pace.take(bytes);
    while (this.#pace.ahead(this.tools.now())) {
      this.idle = true;
      yield;
    }
    yield;
  }
}
