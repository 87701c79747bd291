/**
 * What the source says and hears. Sending waits (by `yield`) for room in the outgoing buffer and for the bandwidth cap; answers wait
 * in an inbox until somebody asks for their kind.
 */
import type { Outgoing } from "../../peer/connection.ts";
import { type Frame, HEADER } from "../../peer/frame.ts";
import type { Found } from "./places.ts";
import type { Progress } from "./progress.ts";

/** Room that must be free in the outgoing buffer before more is made. */
const ROOM = 4 << 20;

/** What an operator may change while it runs. */
export interface ResyncControl {
  /** Bytes per second; 0: no cap. */
  limit: number;
  /** Nothing new is compared or sent. */
  paused: boolean;
}

export interface Message {
  readonly kind: number;
  readonly volume: number;
  readonly flags: number;
  readonly id: number;
  readonly argument: number;
  readonly bytes: Uint8Array;
}

export class Channel {
  readonly #inbox: Message[] = [];
  #tokens = 0;
  #tokensAt: number;

  constructor(
    readonly tools: {
      readonly outgoing: Outgoing;
      readonly control: ResyncControl;
      now(): number;
    },
    readonly progress: Progress,
  ) {
    this.#tokensAt = tools.now();
  }

  /** Nothing goes on before something comes or goes on the socket, or time passes: no turn of the loop helps. */
  get waits(): boolean {
    return this.#waits;
  }

  #waits = false;

  *#wait(): Generator<void, void> {
    this.#waits = true;
    yield;
    this.#waits = false;
  }

  /** An answer of the target. */
  heard(frame: Frame, bytes: Uint8Array): void {
    this.#waits = false;
    this.#inbox.push({
      kind: frame.kind,
      volume: frame.volume,
      flags: frame.flags,
      id: frame.id,
      argument: frame.argument,
      bytes,
    });
  }

  *send(
    kind: number,
    about: Found | null,
    payload: Uint8Array,
    argument = 0,
    flags = 0,
  ): Generator<void, void> {
    // Never while applications wait.
    while (this.tools.control.paused && this.progress.stage !== "final") {
      yield* this.#wait();
    }
    while (this.tools.outgoing.room < ROOM + payload.length + HEADER) {
      yield* this.#wait();
    }
    this.tools.outgoing.append({
      kind,
      volume: about?.volume.index ?? 0,
      id: about?.id ?? 0,
      argument,
      flags,
    }, payload);
    if (payload.length >= 64 * 1024) yield;
  }

  *answer(kind: number): Generator<void, Message> {
    while (true) {
      const at = this.#inbox.findIndex((message) => message.kind === kind);
      if (at >= 0) return this.#inbox.splice(at, 1)[0]!;
      yield* this.#wait();
    }
  }

  /** Keeps to the bandwidth cap, except while applications wait or are slowed. */
  *throttle(bytes: number): Generator<void, void> {
    const { control, now } = this.tools;
    if (control.limit === 0) return;
    this.#tokens -= bytes;
    const { progress } = this;
    while (this.#tokens < 0 && progress.stage !== "final" && !progress.slows) {
      const at = now(), { limit } = control;
      // The cap was lifted meanwhile.
      if (limit === 0) break;
      this.#tokens = Math.min(
        limit / 4,
        this.#tokens + (at - this.#tokensAt) / 1000 * limit,
      );
      this.#tokensAt = at;
      if (this.#tokens < 0) yield* this.#wait();
    }
  }
}
