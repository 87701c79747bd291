/**
 * The heartbeat datagram ⇄ object: private and genuine by chacha20-poly1305 under a key of the sender's present life. Pure.
 *
 *   offset 0  "hkHB"   4  version 1   5  sender's place in cluster.yaml   6  link   7  0
 *          8  boot id of the sender's life (16)   24  number (8, big endian)   32  sealed JSON   end-16  tag
 *
 * The key is derived from the cluster's key, its id and the boot id, and a number is used once: no nonce comes twice.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
} from "node:crypto";
import type { LargeWord } from "./large_packets.ts";

/** What is inside: who the sender has heard, for freshness and round trip, and (if it trusts the receiver) its word. */
export interface Content {
  /** Lives of the other node that the sender has heard lately, in hexadecimal: the receiver's must be among them. */
  readonly echo: readonly string[];
  /** Sender's monotonic milliseconds. */
  readonly sentAt: number;
  /**
   * `sentAt` of the last message that came over this link, how long ago it came, and of which life it was (absent from an older version);
   * null: none.
   */
  readonly reply: {
    readonly sentAt: number;
    readonly heldMs: number;
    readonly boot?: string;
  } | null;
  /**
   * A life of the receiver that goes on with numbers of before, and the highest one that was heard of it: its machine was set back. Absent:
   * none does, or the sender is of an older version.
   */
  readonly used?: { readonly boot: string; readonly number: number };
  /** The sender puts together what comes in parts (parts.ts); absent from an older version. */
  readonly parts?: boolean;
  /** How many the sender has sent over this link in this life, with this one; absent from an older version. */
  readonly sent?: number;
  /** Whether large packets pass this link; absent from an older version. */
  readonly large?: LargeWord;
  /** Unchecked: see body.ts. Null in a hello. */
  readonly body: unknown;
}

export interface Datagram {
  readonly sender: 0 | 1;
  /** 32 hexadecimal digits. */
  readonly boot: string;
  /** Place of the link in cluster.yaml. */
  readonly link: number;
  /** Above all earlier ones of this life, on whatever link. */
  readonly number: number;
  readonly content: Content;
}

const MAGIC = 0x686b4842;
/** Of the datagram; another one is not heard. */
export const VERSION = 1;
const HEADER = 32;
const TAG = 16;
/** One UDP datagram, fragments included; beyond, it is not sent and said so. */
export const MAX_DATAGRAM = 60_000;
/** Lives that one message may name: the present one and some that are not proven yet. */
export const MAX_ECHO = 8;

/** Of which version it wants to be a heartbeat, whoever sealed it; null: it does not. */
export function versionOf(bytes: Uint8Array): number | null {
  if (bytes.length < HEADER + TAG || bytes.length > MAX_DATAGRAM) return null;
  const fields = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  return fields.getUint32(0) === MAGIC ? fields.getUint8(4) : null;
}

/** Seals and opens the datagrams of one cluster. */
export class Codec {
  readonly #clusterKey: Uint8Array;
  readonly #cluster: string;
  /** Keys of lives whose messages were genuine. */
  readonly #keys = new Map<string, Uint8Array>();

  constructor(options: { readonly key: string; readonly cluster: string }) {
    this.#clusterKey = Uint8Array.fromHex(options.key);
    this.#cluster = options.cluster;
  }

  /** Throws RangeError when it does not fit into a datagram. `least`: bytes that it is to have. */
  seal(datagram: Datagram, least = 0): Uint8Array {
    const { sender, boot, link, number, content } = datagram;
    const text = new TextEncoder().encode(JSON.stringify(content));
    // Spaces behind it mean nothing in JSON.
    const plain = new Uint8Array(Math.max(text.length, least - HEADER - TAG))
      .fill(0x20);
    plain.set(text);
    const size = HEADER + plain.length + TAG;
    if (size > MAX_DATAGRAM) {
      throw new RangeError(
        `Cannot send a heartbeat of ${size} bytes: at most ${MAX_DATAGRAM} fit`,
      );
    }
    const out = new Uint8Array(size);
    const fields = new DataView(out.buffer);
    fields.setUint32(0, MAGIC);
    fields.setUint8(4, VERSION);
    fields.setUint8(5, sender);
    fields.setUint8(6, link);
    out.set(Uint8Array.fromHex(boot), 8);
    fields.setBigUint64(24, BigInt(number));
    const header = out.subarray(0, HEADER);
    const cipher = createCipheriv(
      "chacha20-poly1305",
      this.#key(boot),
      nonce(header),
      { authTagLength: TAG },
    );
    cipher.setAAD(header, { plaintextLength: plain.length });
    out.set(cipher.update(plain), HEADER);
    cipher.final();
    out.set(cipher.getAuthTag(), size - TAG);
    return out;
  }

  /** null: noise, another cluster, another version, a forgery. Never throws. */
  open(bytes: Uint8Array): Datagram | null {
    if (bytes.length < HEADER + TAG || bytes.length > MAX_DATAGRAM) return null;
    const fields = new DataView(
      bytes.buffer,
      bytes.byteOffset,
      bytes.byteLength,
    );
    const sender = fields.getUint8(5);
    if (fields.getUint32(0) !== MAGIC || fields.getUint8(4) !== VERSION) {
      return null;
    }
    if ((sender !== 0 && sender !== 1) || fields.getUint8(7) !== 0) {
      return null;
    }
    const number = Number(fields.getBigUint64(24));
    if (!Number.isSafeInteger(number)) return null;
    const boot = bytes.subarray(8, 24).toHex();
    const plain = this.#decipher(bytes, boot);
    if (plain === null) return null;
    this.#remember(boot);
    const content = parseContent(plain);
    if (content === null) return null;
    return { sender, boot, link: fields.getUint8(6), number, content };
  }

  #decipher(bytes: Uint8Array, boot: string): Uint8Array | null {
    const header = bytes.subarray(0, HEADER);
    const sealed = bytes.subarray(HEADER, bytes.length - TAG);
    try {
      const decipher = createDecipheriv(
        "chacha20-poly1305",
        this.#key(boot),
        nonce(header),
        { authTagLength: TAG },
      );
      decipher.setAAD(header, { plaintextLength: sealed.length });
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
      const plain = decipher.update(sealed);
      decipher.final();
      return plain;
    } catch {
      return null;
    }
  }

  #key(boot: string): Uint8Array {
    return this.#keys.get(boot) ?? this.#derive(boot);
  }

  #derive(boot: string): Uint8Array {
    return new Uint8Array(hkdfSync(
      "sha256",
      this.#clusterKey,
      Uint8Array.fromHex(boot),
      createHash("sha256").update(`hakit heartbeat ${this.#cluster}`).digest(),
      32,
    ));
  }

  /** Only keys that have opened something are kept, the latest 16: a flood of noise leaves nothing behind. */
  #remember(boot: string): void {
    if (this.#keys.has(boot)) return;
    this.#keys.set(boot, this.#derive(boot));
    if (this.#keys.size > 16) {
      const [oldest] = this.#keys.keys();
      this.#keys.delete(oldest!);
    }
  }
}

function nonce(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes.set(header.subarray(24, 32), 4);
  return bytes;
}

function parseContent(plain: Uint8Array): Content | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { echo, sentAt, reply, used, parts, sent, large, body } = value as {
    [key: string]: unknown;
  };
  if (!Array.isArray(echo) || echo.length > MAX_ECHO) return null;
  if (!echo.every(isLife)) return null;
  if (!isTime(sentAt)) return null;
  const checked = parseReply(reply);
  if (checked === undefined) return null;
  return {
    echo,
    sentAt,
    reply: checked,
    ...(isUsed(used) ? { used } : {}),
    ...(parts === true ? { parts } : {}),
    ...(isTime(sent) ? { sent } : {}),
    ...(isLargeWord(large) ? { large } : {}),
    body: body ?? null,
  };
}

function parseReply(value: unknown): Content["reply"] | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return undefined;
  const { sentAt, heldMs, boot } = value as { [key: string]: unknown };
  if (!isTime(sentAt) || !isTime(heldMs)) return undefined;
  return isLife(boot) ? { sentAt, heldMs, boot } : { sentAt, heldMs };
}

function isUsed(value: unknown): value is NonNullable<Content["used"]> {
  if (typeof value !== "object" || value === null) return false;
  const { boot, number } = value as { [key: string]: unknown };
  return isLife(boot) && isTime(number);
}

function isLargeWord(value: unknown): value is LargeWord {
  if (typeof value !== "object" || value === null) return false;
  const { bytes, heardAt, lost, full } = value as { [key: string]: unknown };
  return isTime(bytes) && (heardAt === null || isTime(heardAt)) &&
    typeof lost === "boolean" && (full === undefined || full === true);
}

function isLife(value: unknown): value is string {
  return typeof value === "string" && value.length === 32;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
