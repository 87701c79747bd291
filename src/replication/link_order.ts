/** Which link to the peer is tried next: one after the other, those that carried nothing last. Pure. */

/** It may have been a moment's trouble; and a session that ends for another reason is not to end up there first. */
const ASIDE_MS = 60_000;

export class LinkOrder {
  #link = 0;
  /** By link: until then others are tried first. */
  readonly #asideUntil: number[] = [];
  /** Since the peer was reached. */
  readonly #tried = new Set<number>();

  /** The one that was tried last. */
  get link(): number {
    return this.#link;
  }

  /** Of `count` links. */
  next(count: number, now: number): number {
    if (this.#tried.size >= count) this.#tried.clear();
    const left = Array.from(
      { length: count },
      (_, i) => (this.#link + 1 + i) % count,
    ).filter((link) => !this.#tried.has(link));
    const isAside = (link: number) => now < (this.#asideUntil[link] ?? 0);
    this.#link = left.find((link) => !isAside(link)) ?? left[0] ?? 0;
    this.#tried.add(this.#link);
    return this.#link;
  }

  /** The peer answered on this link. */
  reached(): void {
    this.#tried.clear();
  }

  /** This link carried nothing. */
  leaveAside(now: number): void {
    this.#asideUntil[this.#link] = now + ASIDE_MS;
  }
}
