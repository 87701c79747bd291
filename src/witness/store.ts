/** The witness' memory on disk: one file a cluster, written and fsynced before anything is answered. */
import { join } from "node:path";
import { z } from "zod";
import { readIfPresent, syncFolder, writeDurably } from "../system/files.ts";
import { entrySchema } from "./protocol.ts";
import type { Entry } from "./register.ts";

const fileSchema = z.strictObject({
  /** Name of the cluster, for people. */
  name: z.string().max(64),
  /** Cluster id, 32 hexadecimal digits. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  modules: z.record(z.string(), entrySchema),
});

export interface Remembered {
  readonly name: string;
  readonly id: string;
  readonly key: string;
  readonly modules: Readonly<{ [module: string]: Entry }>;
}

export class Store {
  readonly #folder: string;

  /** `folder`: below the state folder, made when it is needed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All clusters. Throws when a file cannot be understood: a witness that guesses is worse than none. */
  async read(): Promise<Remembered[]> {
    const found: Remembered[] = [];
    try {
      for await (const { name } of Deno.readDir(this.#folder)) {
        if (!/^[0-9a-f]{32}\.json$/.test(name)) continue;
        const one = await this.#one(join(this.#folder, name));
        if (one !== null) found.push(one);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found.sort((a, b) => a.id < b.id ? -1 : 1);
  }

  async find(id: string): Promise<Remembered | null> {
    return await this.#one(this.#file(id));
  }

  async write(cluster: Remembered): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeDurably(this.#file(cluster.id), JSON.stringify(cluster) + "\n", {
      mode: 0o600,
    });
  }

  async remove(id: string): Promise<void> {
    await Deno.remove(this.#file(id));
    await syncFolder(this.#folder);
  }

  #file(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  async #one(path: string): Promise<Remembered | null> {
    const text = await readIfPresent(path);
    if (text === null) return null;
    try {
      return fileSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new Error(
        `Cannot read "${path}": it is no witness' memory; admit the cluster anew if the file is lost`,
        { cause },
      );
    }
  }
}
