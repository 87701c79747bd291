/** One link's UDP socket: bound to the local address as soon as that exists, bound anew when it fails. Bytes, not meaning. */
import { createSocket, type Socket } from "node:dgram";

/** An address that is not there yet (a link that comes up late at boot) is tried again. */
const RETRY_MS = 1_000;

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

  constructor(options: LinkSocketOptions) {
    this.#options = options;
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
    socket.on("message", (bytes: Uint8Array) => onBytes(bytes));
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
