/** A link carried nothing: the peer is looked for on another one, and is not lost meanwhile. Pure. */
import { MOVE_MS, type Stage } from "./patience.ts";

/** More for a peer that has answered on another link already: a handshake on a busy machine. */
const GREETS_MS = 1000;

export class Move {
  #until = 0;

  /** Under way. */
  get lasts(): boolean {
    return this.#until !== 0;
  }

  /** Those that follow before it has ended are the same one: applications wait no longer for them. */
  begin(now: number): void {
    if (!this.lasts) this.#until = now + MOVE_MS;
  }

  end(): void {
    this.#until = 0;
  }

  /** True, once: it has taken too long, the peer is lost. */
  isOver(now: number, stage: Stage | undefined): boolean {
    const greets = stage === "securing" || stage === "greeting";
    if (!this.lasts || now < this.#until + (greets ? GREETS_MS : 0)) {
      return false;
    }
    this.end();
    return true;
  }
}
