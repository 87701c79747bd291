/** A node's end: asks its witness what the modules want to know, over and over, and hands on each answer with its age. */
import { createSocket, type Socket } from "node:dgram";
import { now } from "../system/clock.ts";
import { Channel } from "./channel.ts";
import { type Answer, checkReply } from "./protocol.ts";
import type { Ask } from "./register.ts";

export interface WitnessClientOptions {
  readonly address: string;
  readonly port: number;
  readonly key: string;
  readonly cluster: string;
  readonly node: 0 | 1;
  /** How often it asks when nothing is urgent. */
  readonly periodMs: number;
  /** What is to be asked now. */
  readonly asks: () => readonly Ask[];
  /** `askedAt`: when the question had left, by clock.now(). */
  readonly onAnswer: (answer: Answer, askedAt: number) => void;
}

/** An urgent question that was not answered is repeated this often. */
const URGENT_MS = 100;
/** At a change of what is asked the question goes out at once, but not in a storm. */
const LEAST_MS = 5;

export class WitnessClient {
  readonly #options: WitnessClientOptions;
  readonly #channel: Channel;
  readonly #timer: ReturnType<typeof setInterval>;
  #socket: Socket | null = null;
  #sentAt = -Infinity;
  #said = "";
  #heardAt: number | null = null;

  constructor(options: WitnessClientOptions) {
    this.#options = options;
    const { key, cluster, node } = options;
    const boot = crypto.getRandomValues(new Uint8Array(16)).toHex();
    this.#channel = new Channel({ side: "node", key, cluster, node, boot });
    this.#timer = setInterval(() => this.#turn(), URGENT_MS);
    this.#turn();
  }

  /** When it last answered, by clock.now(); null: never. */
  get heardAt(): number | null {
    return this.#heardAt;
  }

  /** Something may have changed that is to be asked at once. */
  changed(): void {
    const text = JSON.stringify(this.#options.asks());
    if (text === this.#said || now() - this.#sentAt < LEAST_MS) return;
    this.#send();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#drop();
  }

  #turn(): void {
    const asks = this.#options.asks();
    const urgent = asks.some(({ want }) => want === "set");
    if (urgent || now() - this.#sentAt >= this.#options.periodMs) this.#send();
  }

  #send(): void {
    const asks = this.#options.asks();
    this.#said = JSON.stringify(asks);
    this.#sentAt = now();
    const { address, port } = this.#options;
    for (const packet of this.#channel.packets({ asks }, this.#sentAt)) {
      // What cannot be sent now is lost, as on the wire.
      this.#open().send(packet, port, address, () => {});
    }
  }

  #open(): Socket {
    if (this.#socket !== null) return this.#socket;
    const { address } = this.#options;
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.on("message", (bytes: Uint8Array) => this.#receive(bytes));
    // An address that went away: the next question opens another socket.
    socket.on("error", () => this.#socket === socket && this.#drop());
    this.#socket = socket;
    return socket;
  }

  #receive(bytes: Uint8Array): void {
    const at = now();
    const { answer, word } = this.#channel.receive(bytes, at);
    // The witness began anew, or we did: it knows our life now, and we its own.
    if (answer && at - this.#sentAt >= LEAST_MS) this.#send();
    else if (answer) setTimeout(() => this.#socket && this.#send(), LEAST_MS);
    const reply = word === null ? null : checkReply(word.body);
    if (reply === null || reply.askedAt > at) return;
    this.#heardAt = at;
    for (const one of reply.answers) {
      this.#options.onAnswer(one, reply.askedAt);
    }
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    try {
      socket?.close();
    } catch {
      // It was never opened.
    }
  }
}
