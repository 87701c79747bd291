/**
 * Which messages are the peer's present word? Sans-io. A recording must never count: a message is believed only when it names this
 * node's present life (so it was made after we began) and its number is above all that came over its link: each counts once.
 */
import { type Content, type Datagram, MAX_ECHO } from "./message.ts";

export type Hearing =
  /** Not for us, old, or a forgery of time: as if it had not come. */
  | { readonly kind: "ignored" }
  /** Genuine, but it may be a recording: it is answered with its life's name and believed when that comes back. */
  | { readonly kind: "hello" }
  /** Of a life that had made room for the present one, and goes on all the same beside it. */
  | { readonly kind: "second" }
  /** The peer's word. `newest`: nothing later has come on any link, so what it says is its present state. */
  | { readonly kind: "heard"; readonly newest: boolean };

/** One life of the peer, as far as it was heard. */
interface Life {
  readonly boot: string;
  /** How many were met before it. */
  readonly rank: number;
  highest: number;
  heardAt: number;
  /** When another one took its place. */
  leftAt: number;
  /** The last that counted, link by link. */
  readonly last: Map<
    number,
    { readonly number: number; readonly sentAt: number; readonly at: number }
  >;
}

const IGNORED: Hearing = { kind: "ignored" };
/** A life that does not prove itself is forgotten, so that recordings cannot fill the list. */
const CANDIDATE_MS = 5_000;
/** Former lives of the peer that are remembered within one life of ours: it would have to start that often. */
const MAX_FORMER = 4_096;

export class Acquaintance {
  readonly #boot: string;
  readonly #me: 0 | 1;
  readonly #silentMs: number;
  /** The peer's present life; null: not met yet. */
  #current: Life | null = null;
  #met = 0;
  readonly #former = new Map<string, Life>();
  readonly #candidates = new Map<string, number>();
  #behind: {
    readonly boot: string;
    readonly number: number;
    readonly at: number;
  } | null = null;

  /** `silentMs`: after so much silence of the present life a former one may come back. */
  constructor(options: {
    readonly boot: string;
    readonly me: 0 | 1;
    readonly silentMs: number;
  }) {
    this.#boot = options.boot;
    this.#me = options.me;
    this.#silentMs = options.silentMs;
  }

  get current(): string | null {
    return this.#current?.boot ?? null;
  }

  /** What to name in our messages; the present life first. */
  echo(now: number): string[] {
    for (const [boot, at] of this.#candidates) {
      if (now - at > CANDIDATE_MS) this.#candidates.delete(boot);
    }
    const known = this.#current === null ? [] : [this.#current.boot];
    return [...known, ...this.#candidates.keys()].slice(0, MAX_ECHO);
  }

  /** What the present life is told of its last message on a link; null: it has said nothing there. */
  reply(link: number, now: number): Content["reply"] {
    const last = this.#current?.last.get(link);
    if (this.#current === null || last === undefined) return null;
    const { sentAt, at } = last;
    return { sentAt, heldMs: now - at, boot: this.#current.boot };
  }

  /**
   * A life that was left and goes on behind what was heard of it. Most likely that was late; if it does live, its machine was set back to
   * before the agent began anew, and nobody would hear it until it has counted so far again.
   */
  used(now: number): Content["used"] {
    if (this.#behind === null || now - this.#behind.at > CANDIDATE_MS) return;
    const { boot, number } = this.#behind;
    return { boot, number };
  }

  hear(datagram: Datagram, now: number): Hearing {
    const { sender, boot, link, number, content } = datagram;
    if (sender === this.#me) return IGNORED;
    const former = this.#former.get(boot);
    if (former !== undefined) {
      if (number <= former.highest) {
        this.#behind = { boot, number: former.highest, at: now };
        return IGNORED;
      }
      const beside = this.#speaks(now);
      if (!this.#isBack(former, content.reply, now)) {
        former.highest = number;
        // An older version takes what the present life is told of its time for its own: it has to wait.
        const told = !beside || content.reply?.boot !== undefined;
        if (told && this.#mayReturn(former, now)) this.#meet(boot, now);
        return { kind: beside ? "second" : "hello" };
      }
    }
    if (!content.echo.includes(this.#boot)) {
      if (boot !== this.#current?.boot) this.#meet(boot, now);
      return { kind: "hello" };
    }
    const life = this.#become(boot, now);
    if (number <= (life.last.get(link)?.number ?? -1)) return IGNORED;
    life.last.set(link, { number, sentAt: content.sentAt, at: now });
    life.heardAt = now;
    const newest = number > life.highest;
    if (newest) life.highest = number;
    return { kind: "heard", newest };
  }

  #speaks(now: number): boolean {
    return this.#current !== null &&
      now - this.#current.heardAt < this.#silentMs;
  }

  /** Beside one that speaks only an elder life: that one is not its successor, but a copy of the machine. */
  #mayReturn(life: Life, now: number): boolean {
    return !this.#speaks(now) || life.rank < this.#current!.rank;
  }

  /**
   * A copy of the peer must not leave this node deaf to the peer itself. High numbers alone prove nothing: the last messages of a life
   * that ended may have been held back. One that has heard what was sent since it left does live.
   */
  #isBack(life: Life, reply: Content["reply"], now: number): boolean {
    return this.#mayReturn(life, now) && reply !== null &&
      (reply.boot ?? this.#boot) === this.#boot &&
      reply.sentAt >= life.leftAt && reply.sentAt <= now;
  }

  #meet(boot: string, now: number): void {
    this.#candidates.delete(boot);
    this.#candidates.set(boot, now);
    if (this.#candidates.size >= MAX_ECHO) {
      const [oldest] = this.#candidates.keys();
      this.#candidates.delete(oldest!);
    }
  }

  /** At once, though the one before may have spoken just now: an agent that was started again is recognised without delay. */
  #become(boot: string, now: number): Life {
    const before = this.#current;
    if (before?.boot === boot) return before;
    const life = this.#former.get(boot) ??
      {
        boot,
        rank: this.#met++,
        highest: -1,
        heardAt: now,
        leftAt: now,
        last: new Map(),
      };
    this.#former.delete(boot);
    this.#candidates.delete(boot);
    this.#current = life;
    if (before === null) return life;
    before.leftAt = now;
    this.#former.set(before.boot, before);
    if (this.#former.size > MAX_FORMER) {
      const [oldest] = this.#former.keys();
      this.#former.delete(oldest!);
    }
    return life;
  }
}
