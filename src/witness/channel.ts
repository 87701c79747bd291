/**
 * One end of the way between a node and a witness: sealed datagrams that count only when they name the receiver's present life, each
 * once and in order (as heartbeats do, with the same means). Sans-io.
 *
 * UDP, because a pulled cable must cost one lost datagram and not the time-outs of a connection, and because a request that comes
 * late must be worthless: it is, as a later one has come or the receiver's life is another.
 *
 *   offset 0  "hkWT"   4  cluster id (16)   20  a datagram of heartbeat/message.ts under the witness' key for this cluster, or a part of one
 */
import { Acquaintance } from "../heartbeat/acquaintance.ts";
import { Codec } from "../heartbeat/message.ts";
import { Assembly, divide, MAX_PACKET } from "../heartbeat/parts.ts";

const MAGIC = 0x686b5754;
const PREFIX = 20;
/** Far longer than a node waits between two questions: who is silent for so long makes room for another life of it that speaks. */
const SILENT_MS = 60_000;
/** Link number of the two directions: what one side sent can never be taken for the other's. */
const DIRECTION = { node: 0, witness: 1 } as const;

export interface ChannelOptions {
  readonly side: "node" | "witness";
  /** The witness' key for this cluster, 64 hexadecimal digits. */
  readonly key: string;
  /** Cluster id, 32 hexadecimal digits. */
  readonly cluster: string;
  /** Of the node at the one end. */
  readonly node: 0 | 1;
  /** This side's life, 32 hexadecimal digits. */
  readonly boot: string;
}

export interface Heard {
  /** The other side has to learn our life: send something. */
  readonly answer: boolean;
  /** Its present word, and when (by its own clock) it was sent; null: none. */
  readonly word: { readonly body: unknown; readonly saidAt: number } | null;
}

const NOTHING: Heard = { answer: false, word: null };

export class Channel {
  readonly #options: ChannelOptions;
  readonly #codec: Codec;
  readonly #acquaintance: Acquaintance;
  readonly #me: 0 | 1;
  readonly #assembly = new Assembly();
  /** The other side puts parts together. */
  #takesParts = false;
  #number = 0;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#me = options.side === "node" ? options.node : other(options.node);
    this.#codec = new Codec({
      key: options.key,
      cluster: `witness ${options.cluster}`,
    });
    this.#acquaintance = new Acquaintance({
      boot: options.boot,
      me: this.#me,
      silentMs: SILENT_MS,
    });
  }

  /**
   * What says `body`, as it is sent. Already the answer for five modules is longer than some ways to a witness carry whole (tunnels,
   * firewalls that drop IP's fragments): it goes in parts, if the other side is known to put them together.
   */
  packets(body: unknown, now: number): Uint8Array[] {
    const datagram = this.#seal(body, now);
    if (datagram.length <= MAX_PACKET) return [this.#addressed(datagram)];
    // Whoever is not known yet may be of an older version, or behind such a way: a greeting arrives, and makes it known.
    if (this.#acquaintance.current === null) return [this.compose(null, now)];
    const parts = this.#takesParts ? divide(datagram) : [datagram];
    return parts.map((part) => this.#addressed(part));
  }

  /** The same as one datagram. */
  compose(body: unknown, now: number): Uint8Array {
    return this.#addressed(this.#seal(body, now));
  }

  #seal(body: unknown, now: number): Uint8Array {
    this.#number += 1;
    const { side, boot } = this.#options;
    return this.#codec.seal({
      sender: this.#me,
      boot,
      link: DIRECTION[side],
      number: this.#number,
      content: {
        echo: this.#acquaintance.echo(now),
        sentAt: now,
        reply: this.#acquaintance.reply(DIRECTION[theirs(side)], now),
        parts: true,
        body,
      },
    });
  }

  #addressed(packet: Uint8Array): Uint8Array {
    const out = new Uint8Array(PREFIX + packet.length);
    new DataView(out.buffer).setUint32(0, MAGIC);
    out.set(Uint8Array.fromHex(this.#options.cluster), 4);
    out.set(packet, PREFIX);
    return out;
  }

  receive(bytes: Uint8Array, now: number): Heard {
    if (clusterOf(bytes) !== this.#options.cluster) return NOTHING;
    const whole = this.#assembly.take(bytes.subarray(PREFIX));
    const datagram = whole && this.#codec.open(whole);
    const { side, boot } = this.#options;
    if (datagram === null || datagram.link !== DIRECTION[theirs(side)]) {
      return NOTHING;
    }
    const hearing = this.#acquaintance.hear(datagram, now);
    // Beside a copy of it the node itself is named to nobody but who asks: the copy may stand at another address.
    if (hearing.kind === "hello" || hearing.kind === "second") {
      return { answer: true, word: null };
    }
    if (hearing.kind !== "heard" || !hearing.newest) return NOTHING;
    const { content } = datagram;
    this.#takesParts = content.parts === true;
    // It answers a copy of this machine: by that one's clock.
    if (content.reply?.boot !== undefined && content.reply.boot !== boot) {
      return NOTHING;
    }
    return {
      answer: content.body === null,
      word: content.body === null
        ? null
        : { body: content.body, saidAt: content.sentAt },
    };
  }
}

/** Which node a genuine datagram may be from is only known after it was opened: both channels of a cluster try. */
export function clusterOf(bytes: Uint8Array): string | null {
  if (bytes.length <= PREFIX) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== MAGIC) return null;
  return bytes.subarray(4, PREFIX).toHex();
}

function theirs(side: "node" | "witness"): "node" | "witness" {
  return side === "node" ? "witness" : "node";
}

function other(node: 0 | 1): 0 | 1 {
  return node === 0 ? 1 : 0;
}
