/** One link's UDP socket: bound to the local address as soon as that exists, bound anew when it fails. Bytes, not meaning. */
import { createSocket, type Socket } from "node:dgram";
import { canonical } from "../system/address.ts";
import { now } from "../system/clock.ts";

/** An address that is not there yet (a link that comes up late at boot) is tried again. */
const RETRY_MS = 1_000;
/** Datagrams a second that others than the peer may have opened, so that somebody can be told of them: to open one costs work. */
const OTHERS = 10;

export interface LinkSocketOptions {
  readonly local: string;
  readonly remote: string;
  readonly port: number;
  onBytes(bytes: Uint8Array): void;
  onLog(level: "warning" | "info", text: string): void;
}

export class LinkSocket {
  readonly #options: LinkSocketOptions;
  #socket: Socket | null = null;
  #bound = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #complained = false;
  #closed = false;
  readonly #remote: string;
  #others = 0;
  #othersSince = -Infinity;

  constructor(options: LinkSocketOptions) {
    this.#options = options;
    this.#remote = canonical(withoutZone(options.remote));
    this.#bind();
  }

  /** A datagram that cannot be sent now is lost, as on the wire: the next one comes soon. */
  send(bytes: Uint8Array): void {
    if (!this.#bound) return;
    const { remote, port } = this.#options;
    this.#socket?.send(bytes, port, remote, () => {});
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  #bind(): void {
    const { local, port, onBytes } = this.#options;
    const socket = createSocket(local.includes(":") ? "udp6" : "udp4");
    this.#socket = socket;
    socket.on("message", (bytes: Uint8Array, from: { address: string }) => {
      if (this.#isPeer(from.address) || this.#isHeard()) onBytes(bytes);
    });
    socket.on("error", (error: Error) => this.#failed(socket, error));
    socket.on("listening", () => {
      if (socket !== this.#socket) return;
      this.#bound = true;
      if (this.#complained) {
        this.#options.onLog("info", `Link ${local}: listening on port ${port}`);
      }
      this.#complained = false;
    });
    socket.bind({ address: local, port });
  }

  #isPeer(address: string): boolean {
    return address === this.#remote ||
      canonical(withoutZone(address)) === this.#remote;
  }

  /** Whoever floods the port must not take the time of the thread that listens to the peer. */
  #isHeard(): boolean {
    const at = now();
    if (at - this.#othersSince >= 1000) {
      this.#othersSince = at;
      this.#others = 0;
    }
    return ++this.#others <= OTHERS;
  }

  #failed(socket: Socket, error: Error): void {
    if (socket !== this.#socket || this.#closed) return;
    // The peer's agent is not there: that is the detector's business.
    if ((error as { code?: string }).code === "ECONNREFUSED") return;
    if (!this.#complained) {
      const { local, port } = this.#options;
      this.#options.onLog(
        "warning",
        `Cannot listen for heartbeats on ${local} port ${port}, trying again: ${error.message}`,
      );
    }
    this.#complained = true;
    this.#drop();
    this.#timer = setTimeout(() => this.#bind(), RETRY_MS);
  }

  #drop(): void {
    this.#bound = false;
    const socket = this.#socket;
    this.#socket = null;
    try {
      socket?.close();
    } catch {
      // It was never opened.
    }
  }
}

/** "fe80::1%eth0" */
function withoutZone(address: string): string {
  return address.split("%")[0]!;
}
