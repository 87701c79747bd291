/**
 * The journal of a secondary: which regions may differ, should both nodes die at once. A region is on disk here before the first
 * change of it is made here, and the primary makes a change only when this node has: so this one journal names all that differs.
 * Where it cannot be written it is taken away, and the death of both means that everything is compared: never silence.
 */
import { dirname } from "node:path";
import { syncFolderSync, writeAllSync } from "../system/files.ts";
import {
  BLOCK,
  BLOCKS,
  decodeJournal,
  encodeBatch,
  HALF,
  MOST,
} from "./journal_blocks.ts";
import { marksOf, type Region, Regions } from "./journal_regions.ts";
import type { Marks } from "./marks.ts";
import type { Frame } from "../peer/frame.ts";
import { messageOf } from "../system/message.ts";

export class Journal {
  #regions = new Regions();
  #unwritten: Region[] = [];
  #file: Deno.FsFile | null = null;
  #generation = "";
  #epoch = 0;
  #block = 0;
  #batch = 0;

  /** `failed` is told why there is no journal any more. */
  constructor(readonly path: string, readonly failed: (why: string) => void) {}

  /** What may differ, as a process before this one has left it; null: everything. */
  read(generation: string): Marks | null {
    try {
      const regions = decodeJournal(Deno.readFileSync(this.path), generation);
      return regions && marksOf(regions);
    } catch {
      // None, or one that the disk does not give back: the same.
      return null;
    }
  }

  /** A new, empty one; durable when it returns. */
  begin(generation: string): void {
    this.#close();
    this.#regions = new Regions();
    this.#generation = generation;
    try {
      // Written in full, so that later writes change no metadata: each flush is one write and no commit of the file system.
      const bytes = new Uint8Array(2 * HALF);
      bytes.set(encodeBatch([], { generation, epoch: 1, block: 0, batch: 0 }));
      const file = Deno.openSync(`${this.path}.new`, {
        create: true,
        read: true,
        write: true,
        truncate: true,
        mode: 0o600,
      });
      this.#file = file;
      writeAt(file, bytes, 0);
      file.syncSync();
      Deno.renameSync(`${this.path}.new`, this.path);
      syncFolderSync(dirname(this.path));
    } catch (error) {
      return this.#fail(error);
    }
    this.#epoch = this.#block = this.#batch = 1;
  }

  /** Enters what the operation changes, as Regions.enter. True: all of it is on disk already; false: `flush` before it is done. */
  enter(frame: Frame, view: DataView, at: number, size: number): boolean {
    if (!this.#file) return true;
    const added = this.#regions.enter(frame, view, at, size);
    if (added.length === 0) return true;
    this.#unwritten.push(...added);
    return false;
  }

  /** What was entered is on disk when it returns, or there is no journal any more. Throws when neither can be had. */
  flush(): void {
    if (!this.#file || this.#unwritten.length === 0) return;
    const added = this.#unwritten;
    this.#unwritten = [];
    try {
      const blocks = encodeBatch(added, this.#position());
      if (this.#block + blocks.length / BLOCK > BLOCKS) this.#snapshot();
      else this.#write(blocks);
    } catch (error) {
      this.#fail(error);
    }
  }

  #position() {
    const generation = this.#generation, epoch = this.#epoch;
    return { generation, epoch, block: this.#block, batch: this.#batch };
  }

  #snapshot(): void {
    this.#epoch++;
    this.#block = this.#batch = 0;
    const all = [...this.#regions];
    if (all.length > MOST) throw new Error("too much is changed at once");
    this.#write(encodeBatch(all, this.#position()));
  }

  #write(blocks: Uint8Array<ArrayBuffer>): void {
    const half = this.#epoch % 2 === 1 ? 0 : HALF;
    writeAt(this.#file!, blocks, half + this.#block * BLOCK);
    this.#file!.syncDataSync();
    this.#block += blocks.length / BLOCK;
    this.#batch++;
  }

  /** Everything up to `sequence` is on both disks. */
  settle(sequence: number): void {
    this.#regions.settle(sequence);
  }

  #fail(error: unknown): void {
    const why = messageOf(error);
    this.discard();
    this.failed(why);
  }

  /** There is none any more, durably: this node names nothing. Throws when that cannot be had. */
  discard(): void {
    this.#close();
    try {
      Deno.removeSync(this.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    // Also where there is none: the one that was removed before may be back after a power cut, if this failed then.
    syncFolderSync(dirname(this.path));
  }

  #close(): void {
    this.#file?.close();
    this.#file = null;
    this.#unwritten = [];
  }

  close(): void {
    this.#close();
  }
}

function writeAt(
  file: Deno.FsFile,
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
): void {
  file.seekSync(at, Deno.SeekMode.Start);
  writeAllSync(file, bytes);
}
