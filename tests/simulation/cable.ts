/** A connection between two replicators: the real frames over a simulated wire that is slow, and can be cut at any byte. */
import type { Channel } from "../../src/peer/channel.ts";
import { Connection } from "../../src/peer/connection.ts";
import type { World } from "./world.ts";

class End implements Channel {
  readonly fd = -1;
  readonly description = "simulated";
  readonly open = true;
  readonly wantsOutput = false;
  readonly renewsKeys = false;
  readonly pending = false;
  readonly failure = "cut";
  readonly mismatch = null;
  readonly connection: Connection;
  other: End | null = null;
  cut = false;
  arrived: () => void = () => {};
  #waiting: Uint8Array[] = [];
  #lands = 0;

  constructor(readonly world: World) {
    this.connection = new Connection(this, world.now);
    this.connection.proved = true;
  }

  advance(): boolean {
    return true;
  }

  read(address: number, size: number): number {
    const first = this.#waiting.shift();
    if (first === undefined) return 0;
    if (first.length > size) this.#waiting.unshift(first.slice(size));
    const bytes = first.subarray(0, size);
    const { incoming } = this.connection;
    incoming.bytes.set(bytes, address - incoming.address);
    return bytes.length;
  }

  write(address: number, length: number): number {
    if (this.cut) return -1;
    const bytes = new Uint8Array(length);
    const pointer = Deno.UnsafePointer.create(BigInt(address))!;
    new Deno.UnsafePointerView(pointer).copyInto(bytes);
    const { world, other } = this;
    // In order, each when it likes.
    this.#lands = Math.max(this.#lands, world.now + world.between(0.1, 4));
    world.later(this.#lands - world.now, () => {
      if (this.cut || other === null) return;
      other.#waiting.push(bytes);
      other.arrived();
    });
    return length;
  }

  mayRenewKey(): void {}

  close(): void {
    this.cut = true;
  }
}

export class Cable {
  readonly ends: readonly [End, End];

  constructor(world: World) {
    const [one, two] = [new End(world), new End(world)];
    one.other = two;
    two.other = one;
    this.ends = [one, two];
  }

  /** Nothing arrives any more; what has arrived already can still be read. */
  cut(): void {
    for (const end of this.ends) end.cut = true;
  }

  close(): void {
    this.cut();
    for (const end of this.ends) end.connection.close();
  }
}
