/** The witness' memory on disk: one file a cluster, written and fsynced before anything is answered. */
import { basename, join } from "node:path";
import { z } from "zod";
import { readIfPresent, syncFolder, writeDurably } from "../system/files.ts";
import { messageOf } from "../system/message.ts";
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

/** A file that cannot be read or understood: nothing is said for its cluster, as what was decided there is not known. */
export interface Broken {
  readonly id: string;
  readonly problem: string;
}

export interface Found {
  readonly clusters: readonly Remembered[];
  readonly broken: readonly Broken[];
}

/** A witness serves so many clusters; each costs some kilobytes, and a look at its file every second. */
export const MAX_CLUSTERS = 1_000;

export class Store {
  readonly #folder: string;

  /** `folder`: below the state folder, made when it is needed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All clusters. Throws when the folder cannot be read: which there are is not known then. */
  async read(): Promise<Found> {
    const clusters: Remembered[] = [];
    const broken: Broken[] = [];
    for (const id of await this.#ids()) {
      try {
        const one = await this.find(id);
        if (one !== null) clusters.push(one);
      } catch (error) {
        broken.push({ id, problem: messageOf(error) });
      }
    }
    return { clusters, broken };
  }

  async #ids(): Promise<string[]> {
    const ids: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.#folder)) {
        if (/^[0-9a-f]{32}\.json$/.test(name)) ids.push(name.slice(0, 32));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return ids.sort();
  }

  async find(id: string): Promise<Remembered | null> {
    const path = this.#file(id);
    const one = await this.#one(path);
    if (one === null || one.id === id) return one;
    throw new Error(`Cannot use "${path}": it is of another cluster`);
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
        `Cannot read "${path}": it is no witness' memory; if it is lost: "hakit witness dismiss ${
          basename(path, ".json")
        }", and admit the cluster anew`,
        { cause },
      );
    }
  }
}
