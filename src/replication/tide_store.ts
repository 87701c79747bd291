/** The tide that this node has kept: see tide.ts. */
import { dirname } from "node:path";
import { syncFolderSync, writeAllSync } from "../system/files.ts";

/** One sector, written in place: a power cut leaves the old one or the new one. */
const SIZE = 32;

/** The file; without one (a new node, or one of before there were tides) 0. */
export class TideStore {
  #value = 0;

  constructor(readonly path: string) {
    try {
      const number = Number(Deno.readTextFileSync(path));
      // One that cannot be read is the oldest: everything is compared.
      if (Number.isSafeInteger(number) && number > 0) this.#value = number;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  get value(): number {
    return this.#value;
  }

  /** Durable when it returns. */
  keep(value: number): void {
    if (value === this.#value) return;
    using file = Deno.openSync(this.path, {
      create: true,
      write: true,
      mode: 0o600,
    });
    const isNew = file.statSync().size < SIZE;
    const text = `${value}`.padEnd(SIZE - 1) + "\n";
    writeAllSync(file, new TextEncoder().encode(text));
    file.syncDataSync();
    if (isNew) syncFolderSync(dirname(this.path));
    this.#value = value;
  }
}
