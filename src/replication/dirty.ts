/**
 * The marks that must survive this node's death: kept in memory and in dirty.log, one line each. A mark is on disk before the
 * change that it announces is made. A torn last line is a mark whose change was never made.
 */
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

export class Dirty {
  /** Everything on disk or about to be. */
  readonly marks = new Marks();
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #unwritten: string[] = [];
  #torn = false;

  constructor(path: string) {
    this.#path = path;
    try {
      for (const line of Deno.readTextFileSync(path).split("\n")) {
        // A line that cannot be read is skipped, all later ones still count: too many marks cost time, too few lose data.
        if (line) decodeMark(this.marks, line);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    this.#file = Deno.openSync(path, {
      create: true,
      append: true,
      mode: 0o600,
    });
    // The log may end in a torn line; a new one must not be glued to it.
    if (this.#file.statSync().size > 0) this.#unwritten.push("");
  }

  /** Whether flush() must run before the operations marked since the last one may be done. */
  get needsFlush(): boolean {
    return this.#unwritten.length > 0;
  }

  /** Marks what an operation changes, as markOperation. */
  operation(frame: Frame, view: DataView, at: number): void {
    const added = new Marks();
    markOperation(added, frame, view, at);
    this.add(added);
  }

  add(marks: Marks): void {
    for (const { volume, group } of marks.groups()) {
      if (this.marks.hasGroup(volume, group)) continue;
      const missing = new Marks();
      missing.group(volume, group, 0);
      this.#unwritten.push(...encodeMarks(missing));
      this.marks.add(missing);
    }
    for (const { volume, id, mark } of marks) {
      const known = this.marks.get(volume, id);
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
    // A write that failed in its middle (a full disk) left a torn line: nothing may be glued to it.
    const text = new TextEncoder().encode(
      (this.#torn ? "\n" : "") + this.#unwritten.join("\n") + "\n",
    );
    this.#torn = true;
    for (let done = 0; done < text.length;) {
      done += this.#file.writeSync(text.subarray(done));
    }
    this.#file.syncDataSync();
    this.#torn = false;
    this.#unwritten = [];
  }

  /** The copies are level: nothing differs. */
  clear(): void {
    this.#file.truncateSync(0);
    this.#file.syncSync();
    this.marks.clear();
    this.#unwritten = [];
  }

  close(): void {
    this.#file.close();
  }

  get path(): string {
    return this.#path;
  }
}
