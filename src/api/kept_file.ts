/** A configuration file that is asked for all the time and seldom another one: parsed once, changed by one at a time. */
import { writeDurably } from "../system/files.ts";
import { Turns } from "../system/turns.ts";

export interface KeptFileOptions<T> {
  /** What the file holds; also when there is none. Throws with one line. */
  readonly read: (path: string) => Promise<T>;
  readonly format: (content: T) => string;
}

export class KeptFile<T> {
  readonly #options: KeptFileOptions<T>;
  readonly #turns = new Turns();
  #kept: { readonly stamp: string; readonly content: T } | null = null;

  constructor(readonly path: string, options: KeptFileOptions<T>) {
    this.#options = options;
  }

  /** Parsed anew only when the file is another one: whoever writes it renames. */
  async read(): Promise<T> {
    const info = await Deno.stat(this.path).catch(() => null);
    const stamp = info
      ? `${info.ino} ${info.size} ${info.mtime?.getTime()}`
      : "";
    if (this.#kept?.stamp === stamp) return this.#kept.content;
    const content = await this.#options.read(this.path);
    this.#kept = { stamp, content };
    return content;
  }

  /** `work` gets what is there now, and a function that replaces it; nobody else changes it meanwhile. */
  change<R>(
    work: (
      content: T,
      write: (content: T) => Promise<void>,
    ) => R | Promise<R>,
  ): Promise<R> {
    return this.#turns.take(async () =>
      work(await this.read(), async (content) => {
        const text = this.#options.format(content);
        // Secrets, and what they are checked by.
        await writeDurably(this.path, text, { mode: 0o600 });
        this.#kept = null;
      })
    );
  }
}
