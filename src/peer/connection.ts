/**
 * One connection between two replicators: bytes in, whole frames out. Knows the frame's form, not its meaning, and not whether its
 * channel encrypts. Receiving never waits; what is to be sent stands in a buffer of fixed size, whose owner looks at `room` first:
 * the limit is back-pressure.
 */
import {
  type Frame,
  HEADER,
  intact,
  MAX_PAYLOAD,
  newFrame,
  readHeader,
  writeHeader,
} from "./frame.ts";
import type { Channel } from "./channel.ts";
import { Memory } from "../system/libc.ts";
import { POLLIN, POLLOUT } from "../system/poll.ts";

const RECEIVE = 8 << 20;
const CLOSED = "the connection was closed here";
/** Larger control frames than this before the peer has proved who it is are an attack. */
const MAX_UNPROVED = 16 * 1024;

export class Connection {
  readonly incoming = Memory.take(RECEIVE);
  readonly frame: Frame = newFrame();
  /** Where the payload of the frame that `next` returned begins in `incoming`. */
  payload = 0;
  proved = false;
  /** When bytes came last, monotonic ms: silence longer than the detection time ends the session. */
  heardAt: number;
  bytesSent = 0;
  #have = 0;
  #position = 0;
  /** A descriptor that was ready may have been closed by what was done first in the same turn. */
  #closed = false;

  constructor(readonly channel: Channel, now: number) {
    this.heardAt = now;
  }

  get fd(): number {
    return this.channel.fd;
  }

  /** What to poll for; `sending`: something waits to be sent. During the handshake only what the handshake waits for. */
  interest(sending: boolean): number {
    const output = this.channel.open ? sending : this.channel.wantsOutput;
    return output ? POLLIN | POLLOUT : POLLIN;
  }

  /** More can be received at once, whatever poll says. */
  get pending(): boolean {
    return this.channel.pending && !this.#closed;
  }

  /** Reads what is there. Null: fine; else why the connection is over. */
  receive(now: number): string | null {
    if (this.#closed) return CLOSED;
    if (this.#position > 0) {
      this.incoming.bytes.copyWithin(0, this.#position, this.#have);
      this.#have -= this.#position;
      this.#position = 0;
    }
    const { channel } = this;
    if (!channel.open) {
      if (!channel.advance()) return channel.failure;
      if (!channel.open) return null;
    }
    const limit = this.proved ? RECEIVE : HEADER + MAX_UNPROVED;
    if (this.#have >= limit) return null;
    const n = channel.read(
      this.incoming.address + this.#have,
      limit - this.#have,
    );
    if (n < 0) return channel.failure;
    if (n > 0) {
      this.#have += n;
      this.heardAt = now;
    }
    return null;
  }

  /** A whole frame waits for `next`, or one that is none. */
  get hasFrame(): boolean {
    const available = this.#have - this.#position;
    if (this.#closed || available < HEADER) return false;
    const length = this.incoming.view.getUint32(this.#position, true);
    return length > MAX_PAYLOAD || available >= HEADER + length;
  }

  /** The next whole frame into `frame`: true; nothing more: false. A string: the bytes are not ours (hostile or broken peer). */
  next(): boolean | string {
    const available = this.#have - this.#position;
    if (available < HEADER) return false;
    const view = this.incoming.view;
    const length = view.getUint32(this.#position, true);
    if (length > (this.proved ? MAX_PAYLOAD : MAX_UNPROVED)) {
      return `frame of ${length} bytes, more than allowed`;
    }
    if (available < HEADER + length) return false;
    if (!intact(this.incoming.bytes, view, this.#position, length)) {
      return "frame with a wrong checksum";
    }
    readHeader(view, this.#position, this.frame);
    this.payload = this.#position + HEADER;
    this.#position += HEADER + length;
    return true;
  }

  /** A copy of the current frame's payload. */
  bytes(): Uint8Array {
    return this.incoming.bytes.slice(
      this.payload,
      this.payload + this.frame.length,
    );
  }

  /** Sends from memory without waiting; bytes taken, or -1: the connection is over. What was not taken must be offered first again. */
  send(address: number, length: number): number {
    if (this.#closed) return -1;
    const { channel } = this;
    if (!channel.open) {
      if (!channel.advance()) return -1;
      if (!channel.open) return 0;
    }
    const n = channel.write(address, length);
    if (n > 0) this.bytesSent += n;
    return n;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.channel.close();
    this.incoming.giveBack();
  }
}

/** A stream of frames on its way out: a buffer that is filled at its end and sent from its begin. */
export class Outgoing {
  readonly memory: Memory;
  #begin = 0;
  #end = 0;
  #closed = false;

  constructor(size: number) {
    this.memory = Memory.take(size);
  }

  /** What is appended from now on is said to nobody: an answer of a disk may come after its session. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.clear();
    this.memory.giveBack();
  }

  get room(): number {
    if (this.#begin === this.#end) this.#begin = this.#end = 0;
    return this.memory.size - this.#end + this.#begin - HEADER;
  }

  get isEmpty(): boolean {
    return this.#begin === this.#end;
  }

  /** Appends a frame; the payload is copied. The caller has looked at `room`. */
  append(
    frame: Partial<Frame> & { readonly kind: number },
    payload?: Uint8Array,
  ): void {
    if (this.#closed) return;
    const length = payload?.length ?? 0;
    if (this.#end + HEADER + length > this.memory.size) {
      this.memory.bytes.copyWithin(0, this.#begin, this.#end);
      this.#end -= this.#begin;
      this.#begin = 0;
      if (this.#end + HEADER + length > this.memory.size) {
        throw new RangeError("Too much to send at once");
      }
    }
    if (payload) this.memory.bytes.set(payload, this.#end + HEADER);
    writeHeader(this.memory.bytes, this.memory.view, this.#end, {
      length,
      kind: frame.kind,
      volume: frame.volume ?? 0,
      flags: frame.flags ?? 0,
      sequence: frame.sequence ?? 0,
      id: frame.id ?? 0,
      argument: frame.argument ?? 0,
    });
    this.#end += HEADER + length;
  }

  json(kind: number, value: unknown): void {
    this.append({ kind }, new TextEncoder().encode(JSON.stringify(value)));
  }

  /** False: the connection is over. */
  flush(connection: Connection): boolean {
    while (this.#begin < this.#end) {
      const n = connection.send(
        this.memory.address + this.#begin,
        this.#end - this.#begin,
      );
      if (n < 0) return false;
      if (n === 0) return true;
      this.#begin += n;
    }
    return true;
  }

  /** Moves all that waits into `bytes`, which must have room for it; its length. */
  take(bytes: Uint8Array): number {
    const waiting = this.memory.bytes.subarray(this.#begin, this.#end);
    bytes.set(waiting);
    this.clear();
    return waiting.length;
  }

  clear(): void {
    this.#begin = this.#end = 0;
  }
}
