/**
 * Which messages are the peer's present word? Sans-io. A recording must never count: a message is believed only when it names this
 * node's present life (so it was made after we began) and its number is above all that came over its link: each counts once.
 */
import { type Datagram, MAX_ECHO } from "./message.ts";

export type Hearing =
  /** Not for us, old, or a forgery of time: as if it had not come. */
  | { readonly kind: "ignored" }
  /** Genuine, but it may be a recording: it is answered with its life's name and believed when that comes back. */
  | { readonly kind: "hello" }
  /** The peer's word. `newest`: nothing later has come on any link, so what it says is its present state. */
  | { readonly kind: "heard"; readonly newest: boolean };

/** A life that does not prove itself is forgotten, so that recordings cannot fill the list. */
const CANDIDATE_MS = 5_000;
/** Former lives of the peer that are remembered within one life of ours: it would have to start that often. */
const MAX_FORMER = 4_096;

export class Acquaintance {
  readonly #boot: string;
  readonly #me: 0 | 1;
  /** The peer's present life; null: not met yet. */
  #current: string | null = null;
  #highest = -1;
  readonly #highestOfLink = new Map<number, number>();
  readonly #former = new Set<string>();
  readonly #candidates = new Map<string, number>();

  constructor(options: { readonly boot: string; readonly me: 0 | 1 }) {
    this.#boot = options.boot;
    this.#me = options.me;
  }

  /** What to name in our messages. */
  echo(now: number): string[] {
    for (const [boot, at] of this.#candidates) {
      if (now - at > CANDIDATE_MS) this.#candidates.delete(boot);
    }
    const known = this.#current === null ? [] : [this.#current];
    return [...known, ...this.#candidates.keys()].slice(0, MAX_ECHO);
  }

  hear(datagram: Datagram, now: number): Hearing {
    const { sender, boot, link, number, content } = datagram;
    if (sender === this.#me || this.#former.has(boot)) {
      return { kind: "ignored" };
    }
    if (!content.echo.includes(this.#boot)) {
      if (boot !== this.#current) this.#meet(boot, now);
      return { kind: "hello" };
    }
    if (boot !== this.#current) this.#change(boot);
    if (number <= (this.#highestOfLink.get(link) ?? -1)) {
      return { kind: "ignored" };
    }
    this.#highestOfLink.set(link, number);
    const newest = number > this.#highest;
    if (newest) this.#highest = number;
    return { kind: "heard", newest };
  }

  #meet(boot: string, now: number): void {
    this.#candidates.delete(boot);
    this.#candidates.set(boot, now);
    if (this.#candidates.size >= MAX_ECHO) {
      const [oldest] = this.#candidates.keys();
      this.#candidates.delete(oldest!);
    }
  }

  #change(boot: string): void {
    if (this.#current !== null) {
      this.#former.add(this.#current);
      if (this.#former.size > MAX_FORMER) {
        const [oldest] = this.#former;
        this.#former.delete(oldest!);
      }
    }
    this.#current = boot;
    this.#highest = -1;
    this.#highestOfLink.clear();
    this.#candidates.delete(boot);
  }
}
