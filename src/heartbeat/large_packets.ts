/**
 * Whether packets as large as this machine sends them on a link arrive at the other node. A switch or a tunnel that carries less swallows
 * them without a word (an MTU black hole): heartbeats are small and go on, the mirror's connection opens and stands still. Sans-io.
 */
import { MAX_PACKET } from "./parts.ts";

const EVERY_MS = 2_000;
/** Tries in a row that did not arrive, although something small that was sent later did. By chance alone: one in 15,000 at 30 % loss. */
const MISSES = 8;
/** Larger frames than these only the loopback interface sends. */
const MOST = 9_000;
/** IPv4 and UDP, IPv6 and UDP. */
const HEADERS = { 4: 28, 6: 48 } as const;

/** What each heartbeat says of it, link by link. */
export interface LargeWord {
  /** Bytes of the largest packet that the sender's system sends on this way; 0: not known. */
  readonly bytes: number;
  /** `sentAt` of the receiver's last large packet that came over this link; null: none did. */
  readonly heardAt: number | null;
  /** The sender's own do not arrive at the receiver. */
  readonly lost: boolean;
  /** This datagram is as large as a packet may be. */
  readonly full?: true;
}

export class LargePackets {
  #mine = 0;
  #theirs: LargeWord | null = null;
  #heardAt: number | null = null;
  #dueAt = -Infinity;
  /** When the present try was sent; null: none is under way. */
  #triedAt: number | null = null;
  /** Something that was sent after it has arrived. */
  #overtaken = false;
  #misses = 0;

  get word(): LargeWord {
    const lost = this.#misses >= MISSES;
    return { bytes: this.#mine, heardAt: this.#heardAt, lost };
  }

  /** Bytes of UDP payload to send now; null: nothing. `mtu` is asked seldom. */
  due(
    now: number,
    { mtu, six }: { readonly mtu: () => number | null; readonly six: boolean },
  ): number | null {
    if (now < this.#dueAt) return null;
    this.#dueAt = now + EVERY_MS;
    if (this.#triedAt !== null && this.#overtaken) this.#misses += 1;
    this.#triedAt = null;
    this.#mine = mtu() ?? 0;
    const payload = this.#size - HEADERS[six ? 6 : 4];
    // So much any heartbeat may have, and an older version tells nothing.
    if (payload <= MAX_PACKET) {
      this.#misses = 0;
      return null;
    }
    this.#triedAt = now;
    this.#overtaken = false;
    return payload;
  }

  /** The peer's word; `heardUsAt`: when the last of this node's heartbeats that it has heard was sent. */
  heard(
    word: LargeWord | undefined,
    { sentAt, heardUsAt }: { sentAt: number; heardUsAt: number | null },
  ): void {
    this.#theirs = word ?? null;
    if (word?.full) this.#heardAt = sentAt;
    const tried = this.#triedAt;
    if (!word || tried === null) return;
    if (word.heardAt !== null && word.heardAt >= tried) {
      this.#triedAt = null;
      this.#misses = 0;
    } else if (heardUsAt !== null && heardUsAt > tried) this.#overtaken = true;
  }

  /** Bytes of a packet that does not pass, in one direction at least; null: it does, or it is not known. */
  get blackHoleBytes(): number | null {
    return this.word.lost || this.#theirs?.lost ? this.#size : null;
  }

  /** What both systems send: TCP sends no larger ones either. */
  get #size(): number {
    return Math.min(MOST, this.#mine, this.#theirs?.bytes ?? 0);
  }
}
