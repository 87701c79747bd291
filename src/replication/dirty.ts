/**
 * The marks that must survive this node's death: kept in memory and in dirty.log, one line each with its checksum (`lineOf`). A mark is
 * on disk before the change that it announces is made. A torn last line is a mark whose change was never made.
 */
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { syncFolderSync, writeAllSync } from "../system/files.ts";
import { KIND } from "./operation.ts";
import {
  CHUNK,
  decodeMark,
  encodeMarks,
  markOperation,
  Marks,
} from "./marks.ts";
import type { Frame } from "../peer/frame.ts";

/** A file that grows gets the marks of this many following chunks at once: one flush for 8 MiB instead of one for each. */
const AHEAD = 8;
/** What a crash in the middle of a write leaves of a line. */
const TORN = /^[gwnadt]( \d*){0,3}(~[0-9a-f]{0,7})?$/;
/** Bytes read or written at once. */
const PART = 1 << 16;

export class Dirty {
  /** Everything on disk or about to be. */
  readonly marks = new Marks();
  #file: Deno.FsFile;
  readonly #path: string;
  #unwritten: string[] = [];
  #torn = false;
  /** Times that marks became coarser, as far as the log says the same. */
  #coarsened = 0;
  /** Something stands in the log that nobody wrote there: the disk has lost what stood in its place. */
  #rotten = false;

  constructor(path: string) {
    this.#path = path;
    // A torn line is skipped, all later ones count.
    for (const line of linesOf(path)) {
      if (line && !readLine(this.marks, line)) {
        this.#rotten ||= !TORN.test(line);
      }
    }
    this.#file = this.#open();
    // The log may end in a torn line; a new one must not be glued to it.
    if (this.#file.statSync().size > 0) this.#unwritten.push("");
  }

  #open(): Deno.FsFile {
    return Deno.openSync(this.#path, {
      create: true,
      append: true,
      mode: 0o600,
    });
  }

  /**
   * Whether the log can say all that differs. It cannot where it has rotted, nor where it is gone: of a node that went on alone it is
   * known from elsewhere (Identity.bitmap), and that node had marked something before.
   */
  isComplete({ bitmap }: { readonly bitmap: string | null }): boolean {
    return !this.#rotten && (bitmap === null || !this.marks.isEmpty);
  }

  /** Whether flush() must run before the operations marked since the last one may be done. */
  get needsFlush(): boolean {
    return this.#unwritten.length > 0;
  }

  /** Marks what an operation changes, as markOperation. */
  operation(frame: Frame, view: DataView, at: number): void {
    if (frame.kind === KIND.WRITE && this.#covers(frame)) return;
    const added = new Marks();
    markOperation(added, frame, view, at);
    this.add(added);
  }

  /** A write into what is marked already: most are. */
  #covers({ volume, id, argument, length }: Frame): boolean {
    const known = this.marks.get(volume, id);
    if (!known || known.attributes < 0) return false;
    const last = Math.floor((argument + Math.max(length, 1) - 1) / CHUNK);
    let chunk = Math.floor(argument / CHUNK);
    while (
      chunk <= last && (known.chunks.has(chunk) || known.tail <= chunk)
    ) chunk++;
    return chunk > last;
  }

  add(marks: Marks): void {
    for (const { volume, group, whole } of marks.groups()) {
      if (this.marks.hasGroup(volume, group, whole)) continue;
      const missing = new Marks();
      missing.group(volume, group, 0, whole);
      this.#unwritten.push(...encodeMarks(missing));
      this.marks.add(missing);
    }
    for (const { volume, id, mark } of marks) {
      const known = this.marks.whole(volume, id);
      const missing = new Marks();
      if (mark.names >= 0 && !(known && known.names >= 0)) {
        missing.names(volume, id, 0);
      }
      if (mark.attributes >= 0 && !(known && known.attributes >= 0)) {
        missing.attributes(volume, id, 0);
      }
      for (const chunk of mark.chunks.keys()) {
        if (known && (known.chunks.has(chunk) || known.tail <= chunk)) continue;
        const grows = known?.chunks.has(chunk - 1) ? AHEAD : 1;
        missing.data(volume, id, {
          offset: chunk * CHUNK,
          length: CHUNK * grows,
        }, 0);
      }
      if (mark.tail < (known?.tail ?? Infinity)) {
        missing.tail(volume, id, mark.tail * CHUNK, 0);
      }
      if (missing.isEmpty) continue;
      this.#unwritten.push(...encodeMarks(missing));
      this.marks.add(missing);
    }
  }

  /** Durable when it returns. */
  flush(): void {
    if (this.#unwritten.length === 0) return;
    if (this.marks.coarsened !== this.#coarsened) return this.#writeAnew();
    // A write that failed in its middle (a full disk) left a torn line: nothing may be glued to it.
    const text = new TextEncoder().encode(
      (this.#torn ? "\n" : "") + this.#unwritten.map(lineOf).join("\n") + "\n",
    );
    this.#torn = true;
    writeAllSync(this.#file, text);
    this.#file.syncDataSync();
    this.#torn = false;
    this.#unwritten = [];
  }

  /** Marks have become groups: few lines instead of millions, which the next start need not read. */
  #writeAnew(): void {
    const { coarsened } = this.marks;
    const path = `${this.#path}.new`;
    const options = { create: true, write: true, truncate: true, mode: 0o600 };
    const anew = Deno.openSync(path, options);
    try {
      let text = "";
      const write = () => {
        writeAllSync(anew, new TextEncoder().encode(text));
        text = "";
      };
      for (const line of encodeMarks(this.marks)) {
        text += lineOf(line) + "\n";
        if (text.length > PART) write();
      }
      write();
      anew.syncSync();
    } finally {
      anew.close();
    }
    Deno.renameSync(path, this.#path);
    // The old file would be written to by nobody's name: from here on the new one is the log, whatever fails.
    const file = this.#open();
    this.#file.close();
    this.#file = file;
    syncFolderSync(dirname(this.#path));
    this.#coarsened = coarsened;
    this.#unwritten = [];
    this.#torn = false;
  }

  /** The copies are level: nothing differs. */
  clear(): void {
    // First: should the disk fail in the middle, a mark in memory that is not on it any more would count as written for ever.
    this.marks.clear();
    this.#unwritten = [];
    this.#file.truncateSync(0);
    this.#file.syncSync();
    this.#rotten = false;
  }

  close(): void {
    this.#file.close();
  }

  get path(): string {
    return this.#path;
  }
}

/** A mark and its CRC-32: a digit that the disk has changed would mark something else instead. No digit is one bit away from "~". */
function lineOf(mark: string): string {
  return mark && `${mark}~${sum(mark)}`;
}

/** False: no mark of ours. Logs of earlier builds have no checksums. */
function readLine(marks: Marks, line: string): boolean {
  const [mark, check] = line.split("~") as [string, string?];
  return (check === undefined || check === sum(mark)) &&
    decodeMark(marks, mark);
}

function sum(mark: string): string {
  return crc32(mark).toString(16).padStart(8, "0");
}

/** A file's lines, none where there is no file; never all of them in memory. */
function* linesOf(path: string): Generator<string> {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  try {
    const bytes = new Uint8Array(PART), decoder = new TextDecoder();
    let rest = "";
    for (let n; (n = file.readSync(bytes)) !== null;) {
      const lines =
        (rest + decoder.decode(bytes.subarray(0, n), { stream: true }))
          .split("\n");
      // A file that rotted into one long line is no reason to fill the memory.
      rest = lines.pop()!.slice(0, PART);
      yield* lines;
    }
    if (rest) yield rest;
  } finally {
    file.close();
  }
}
