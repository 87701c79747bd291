/**
 * The frames under way, one after the other in one piece of memory: appended at the end, sent from there to the peer, kept until
 * they are done here. A request's data is received where its frame will stand, so that it is copied nowhere.
 */
import type { Connection } from "../peer/connection.ts";
import { type Frame, HEADER, MAX_PAYLOAD, writeHeader } from "../peer/frame.ts";
import { Memory } from "../system/libc.ts";

/** Frames that wait for the peer or for being done here. */
const SIZE = 64 << 20;
/** Above this no more requests are read: the kernel and so the applications wait. */
const FULL = 32 << 20;
/** To here our own small frames (times) still go on: they must not wait for ever behind applications that keep it full. */
const BRIM = 48 << 20;
/** Room before the first frame: a request is read 40 bytes before where its frame will stand (see Server.intake). */
const PAD = 64;

export class FrameBuffer {
  readonly memory = Memory.take(SIZE);
  #begin = PAD;
  #sent = PAD;
  #end = PAD;

  /** `moved`: all that stands here now stands so many bytes before. */
  constructor(readonly moved: (by: number) => void) {}

  giveBack(): void {
    this.memory.giveBack();
  }

  get isFull(): boolean {
    return this.#end - this.#begin >= FULL;
  }

  get isBrimful(): boolean {
    return this.#end - this.#begin >= BRIM;
  }

  get isSent(): boolean {
    return this.#sent === this.#end;
  }

  /** Whether the peer has been sent everything before `end`. */
  isSentUpTo(end: number): boolean {
    return end <= this.#sent;
  }

  get end(): number {
    return this.#end;
  }

  /** Where the next frame will stand; there is room for the largest one behind and for 40 bytes before. */
  place(): number {
    if (this.#end + HEADER + MAX_PAYLOAD > SIZE) this.#compact();
    return this.#end;
  }

  #compact(): void {
    const by = this.#begin - PAD;
    this.memory.bytes.copyWithin(PAD, this.#begin, this.#end);
    this.#begin -= by;
    this.#sent -= by;
    this.#end -= by;
    this.moved(by);
  }

  /** Takes in the frame whose payload stands behind place() already. */
  append(frame: Frame): void {
    writeHeader(this.memory.bytes, this.memory.view, this.#end, frame);
    this.#end += HEADER + frame.length;
  }

  /** What stands here is not sent to anybody. */
  skip(): void {
    this.#sent = this.#end;
  }

  /** Pushes what can be sent; false: the connection is over. */
  send(connection: Connection): boolean {
    while (this.#sent < this.#end) {
      const n = connection.send(
        this.memory.address + this.#sent,
        this.#end - this.#sent,
      );
      if (n < 0) return false;
      if (n === 0) break;
      this.#sent += n;
    }
    return true;
  }

  /** What is before the oldest frame still needed (null: none is) and sent may be written over. */
  release(oldest: number | null): void {
    this.#begin = oldest === null ? this.#sent : Math.min(oldest, this.#sent);
  }

  /** Nothing here is needed any more. */
  clear(): void {
    this.#begin = this.#sent = this.#end = PAD;
  }
}
