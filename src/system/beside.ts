/** Lines that a program writes beside its work: it never waits for the disk they go to, what waits is bounded, and so are the files. */
import { dirname } from "node:path";
import { writeAll } from "./files.ts";

export interface BesideOptions {
  readonly mode: number;
  /** A file of this size is moved to FILE.1, that one to FILE.2 and so on, up to `kept`. */
  readonly maxBytes: number;
  readonly kept: number;
  /** The line that stands where lines are missing because the disk stood still for too long. */
  readonly gap: (lines: number) => string;
  /** These lines could not be written; must not throw. */
  readonly onFault?: (error: unknown, text: string) => void;
}

/** What waits while a disk stands still; then lines are lost, and counted. */
const MOST_WAITING = 2_000;
const underWay = new Set<Promise<void>>();

/** A process that ends does not wait longer for a disk that hangs. */
const LIMIT_MS = 1_000;

/** What was written so far is in its files, or it takes too long. */
export async function flushLogs(): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LIMIT_MS);
  });
  await Promise.race([Promise.all(underWay), late]);
  clearTimeout(timer);
}

/** The lines of one file, in their order, many in one write. */
export class Beside {
  readonly #path: string;
  readonly #options: BesideOptions;
  #lines: string[] = [];
  #lost = 0;
  #writes = false;

  constructor(path: string, options: BesideOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** `line` without its end. */
  add(line: string): void {
    if (this.#lines.length < MOST_WAITING) this.#lines.push(line + "\n");
    else this.#lost += 1;
    if (this.#writes) return;
    this.#writes = true;
    const run = this.#write().finally(() => {
      this.#writes = false;
      underWay.delete(run);
    });
    underWay.add(run);
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      if (this.#lost > 0) lines.push(this.#options.gap(this.#lost) + "\n");
      this.#lines = [];
      this.#lost = 0;
      while (lines.length > 0) await this.#append(lines);
    }
  }

  /** Takes as many lines as the file has room for, at least one. */
  async #append(lines: string[]): Promise<void> {
    const { mode, maxBytes, onFault } = this.#options;
    let text = "";
    try {
      const size = await this.#makeRoom();
      do text += lines.shift(); while (
        lines.length > 0 && size + text.length < maxBytes
      );
      await append(this.#path, text, mode);
    } catch (error) {
      // No place for these lines: the service matters more.
      const lost = text + lines.splice(0).join("");
      onFault?.(error, lost);
    }
  }

  /** The size of the file that is written next. */
  async #makeRoom(): Promise<number> {
    const { maxBytes, kept } = this.#options;
    const size = await sizeOf(this.#path);
    if (size !== null && size < maxBytes) return size;
    await Deno.mkdir(dirname(this.#path), { recursive: true });
    if (size === null) return 0;
    for (let number = kept; number >= 1; number--) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      if (await sizeOf(from) !== null) {
        await Deno.rename(from, `${this.#path}.${number}`);
      }
    }
    return 0;
  }
}

/** Not writeTextFile(): also the asynchronous one opens the file in the program's own thread (Deno 2.9). */
async function append(path: string, text: string, mode: number) {
  using file = await Deno.open(path, { append: true, create: true, mode });
  await writeAll(file, new TextEncoder().encode(text));
}

async function sizeOf(path: string): Promise<number | null> {
  return await Deno.stat(path).then(({ size }) => size, () => null);
}
