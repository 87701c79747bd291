/**
 * What carries the bytes of a connection: a bare socket on a link that is marked trusted, TLS on all others (tls.ts). Which of the
 * two is this node's configuration alone; nothing that comes from the network can change it.
 */
import { E, errno, errnoName, libc, Memory } from "../system/libc.ts";

export interface Channel {
  readonly fd: number;
  /** For the log. */
  readonly description: string;
  /** Frames may be sent: the handshake, if there is one, is over. */
  readonly open: boolean;
  /** While it is not open: whether output is what it waits for. */
  readonly wantsOutput: boolean;
  /** Whether the sending key is renewed by itself; the other direction is told so in HELLO. */
  readonly renewsKeys: boolean;
  /** Bytes stand in a buffer of ours, of which poll does not know. */
  readonly pending: boolean;
  /** Why the last call ended the connection: one line. */
  readonly failure: string;
  /** What the other end speaks when it is not what this node speaks on this link. */
  readonly mismatch: "plain" | "tls" | null;
  /** One step of the handshake. False: over, see `failure`. */
  advance(): boolean;
  /** Bytes read; 0: none now; -1: over, see `failure`. */
  read(address: number, size: number): number;
  /** Bytes taken; 0: none now, then the same bytes must be offered first the next time; -1: over. */
  write(address: number, length: number): number;
  /** The peer can take a new key in the middle (it said so): renew ours when it is due. */
  mayRenewKey(): void;
  close(): void;
}

const MSG_PEEK = 2, MSG_NOSIGNAL = 0x4000;
export const PEER_CLOSED = "the peer closed the connection";
const first = new Memory(4096);

/**
 * The first bytes of whoever connected, without taking them. A TLS client begins with a handshake record (22, 3), a replicator on a
 * trusted link with a frame of kind HELLO.
 */
export function sniff(
  fd: number,
  hello: number,
): "nothing" | "closed" | "tls" | "plain" | "other" {
  const n = libc.recv(fd, first.address, 8, MSG_PEEK);
  if (n < 1) return n === 0 ? "closed" : "nothing";
  const [a, b, , , kind] = first.bytes;
  if (a === 22 && (n === 1 || b === 3)) return "tls";
  return n >= 5 && kind === hello ? "plain" : "other";
}

/** A bare socket. `listening` gives the kind of a HELLO frame where the other end has dialled. */
export class PlainChannel implements Channel {
  readonly description = "trusted link, not encrypted";
  readonly wantsOutput = false;
  readonly renewsKeys = false;
  readonly pending = false;
  open: boolean;
  failure = "";
  mismatch: "tls" | null = null;
  readonly #hello: number;

  constructor(readonly fd: number, options: { readonly accepted?: number }) {
    this.#hello = options.accepted ?? 0;
    this.open = options.accepted === undefined;
  }

  advance(): boolean {
    const sign = sniff(this.fd, this.#hello);
    if (sign === "nothing") return true;
    if (sign === "tls") {
      this.mismatch = "tls";
      this.failure =
        "it encrypts, but this node's cluster.yaml marks the link trusted: the file must be the same on both nodes";
      return false;
    }
    this.open = true;
    return true;
  }

  read(address: number, size: number): number {
    const n = libc.recv(this.fd, address, size, 0);
    if (n > 0) return n;
    if (n === 0) {
      this.failure = PEER_CLOSED;
      return -1;
    }
    return this.#failed();
  }

  write(address: number, length: number): number {
    const n = libc.send(this.fd, address, length, MSG_NOSIGNAL);
    return n >= 0 ? n : this.#failed();
  }

  #failed(): number {
    const code = errno();
    if (code === E.AGAIN || code === E.INTR) return 0;
    this.failure = `connection failed: ${errnoName(code)}`;
    return -1;
  }

  mayRenewKey(): void {}

  close(): void {
    libc.close(this.fd);
  }
}
