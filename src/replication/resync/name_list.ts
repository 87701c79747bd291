/** The names of one directory in one piece of memory: a million of them as objects would take hundreds of MiB. */
import { listEntries } from "../directory.ts";

/** Names after which applications have their turn. */
const A_TURN = 1000;

export class NameList {
  #bytes = new Uint8Array(1 << 16);
  #end = 0;
  count = 0;

  /** Reads the directory behind an O_PATH descriptor. */
  static *read(fd: number): Generator<void, NameList> {
    const list = new NameList();
    for (const { name } of listEntries(fd)) {
      list.#add(name);
      if (list.count % A_TURN === 0) yield;
    }
    return list;
  }

  #add(name: Uint8Array): void {
    if (this.#end + 1 + name.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#end] = name.length;
    this.#bytes.set(name, this.#end + 1);
    this.#end += 1 + name.length;
    this.count++;
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (let at = 0; at < this.#end;) {
      const end = at + 1 + this.#bytes[at]!;
      yield this.#bytes.slice(at + 1, end);
      at = end;
    }
  }
}
