/** The changes under way, the oldest first: on their way to the peer, and not done here yet. */
import type { Inode } from "./inode.ts";
import type { Volume } from "./volume.ts";

export interface Pending {
  sequence: number;
  /** Where its frame stands. */
  at: number;
  readonly volume: Volume;
  readonly inode: Inode | null;
  /** errno that the peer reported; 0: none. */
  peerErrno: number;
  /** Undoes at the peer what failed here: not done here. */
  readonly peerOnly: boolean;
  readonly renames: boolean;
  /** Of its payload. */
  readonly length: number;
  /** To be answered when it is sent. */
  readonly ahead: boolean;
  /** One write in parts: what this node could not do of one of them, it does not try of those behind it. */
  readonly whole: { failed: number } | null;
  /** When it came; 0: not measured. */
  readonly since: number;
  /** Answers the application; null for our own operations, and when it is answered. */
  answer: ((errno: number) => void) | null;
  /** What waits for it to be done here. */
  then: (() => void)[] | null;
}

export class PendingChanges {
  #all: Pending[] = [];
  #head = 0;
  /** Before this one of #all, all were looked at for being answered ahead. */
  #told = 0;

  get length(): number {
    return this.#all.length - this.#head;
  }

  get oldest(): Pending | undefined {
    return this.#all[this.#head];
  }

  get newest(): Pending | undefined {
    return this.length > 0 ? this.#all.at(-1) : undefined;
  }

  /** Of their payloads; looked through, which is for a report now and then. */
  get bytes(): number {
    let bytes = 0;
    for (let i = this.#head; i < this.#all.length; i++) {
      bytes += this.#all[i]!.length;
    }
    return bytes;
  }

  push(pending: Pending): void {
    this.#all.push(pending);
  }

  /** The oldest leaves. */
  shift(): void {
    this.#head++;
    this.#told = Math.max(this.#told, this.#head);
    if (this.#head === this.#all.length) {
      this.#all.length = this.#head = this.#told = 0;
      return;
    }
    if (this.#head <= 1024 || this.#head * 2 <= this.#all.length) return;
    this.#all.splice(0, this.#head);
    this.#told -= this.#head;
    this.#head = 0;
  }

  find(sequence: number): Pending | undefined {
    for (let i = this.#head; i < this.#all.length; i++) {
      if (this.#all[i]!.sequence === sequence) return this.#all[i];
    }
    return undefined;
  }

  /** Looks at each once, for being answered ahead, until one says false. */
  tell(look: (pending: Pending) => boolean): void {
    while (this.#told < this.#all.length && look(this.#all[this.#told]!)) {
      this.#told++;
    }
  }

  /** Their frames now stand so many bytes before. */
  moved(by: number): void {
    for (let i = this.#head; i < this.#all.length; i++) this.#all[i]!.at -= by;
  }

  /** Of those that wait only these stay: `keep` is asked from the oldest on. */
  filter(keep: (pending: Pending) => boolean): readonly Pending[] {
    this.#all = this.#all.slice(this.#head).filter(keep);
    this.#head = this.#told = 0;
    return this.#all;
  }
}
