/**
 * The last configurations of a module on this node: STATE/NAME/config/NUMBER.tar with its NUMBER.json. Numbers are the cluster's:
 * both nodes keep the same configuration under the same one. Only root reads them: variables may be passwords.
 */
import { join } from "node:path";
import { z } from "zod";
import { type ArchiveFile, pack, unpack } from "../module/archive.ts";
import { syncFolder, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";

/** Older ones go. */
export const KEPT = 10;

export const revisionSchema = z.strictObject({
  number: z.int().min(1),
  at: z.iso.datetime(),
  by: z.string().max(200),
  digest: z.string().max(64).describe("The signature of all its files"),
  note: z.string().max(300).describe("What changed, in a few words"),
});
export type Revision = z.infer<typeof revisionSchema>;

export class ConfigHistory {
  readonly #folder: string;

  constructor(paths: Paths, module: string) {
    this.#folder = join(paths.state, module, "config");
  }

  /** Newest first; a file that cannot be read is left out. */
  async list(): Promise<Revision[]> {
    const found: Revision[] = [];
    for (const number of await this.#numbers()) {
      try {
        const text = await Deno.readTextFile(this.#path(number, "json"));
        found.push(revisionSchema.parse(JSON.parse(text)));
      } catch {
        // Torn by hand: the archive alone is of no use to a person.
      }
    }
    return found;
  }

  async newest(): Promise<Revision | null> {
    return (await this.list())[0] ?? null;
  }

  /** Its files; null: it is not kept (any more). */
  async files(number: number): Promise<ArchiveFile[] | null> {
    try {
      return unpack(await Deno.readFile(this.#path(number, "tar")));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Kept before the configuration is in force: a crash in between leaves one more in the list, never one less. */
  async keep(
    revision: Revision,
    files: readonly ArchiveFile[],
  ): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { number } = revision;
    await writeDurably(this.#path(number, "tar"), pack(files), { mode: 0o600 });
    await writeDurably(
      this.#path(number, "json"),
      JSON.stringify(revision) + "\n",
      { mode: 0o600 },
    );
    for (const old of (await this.#numbers()).slice(KEPT)) {
      await this.drop(old);
    }
  }

  async drop(number: number): Promise<void> {
    for (const kind of ["json", "tar"] as const) {
      await Deno.remove(this.#path(number, kind)).catch(() => {});
    }
    await syncFolder(this.#folder).catch(() => {});
  }

  #path(number: number, kind: "tar" | "json"): string {
    return join(this.#folder, `${String(number).padStart(6, "0")}.${kind}`);
  }

  async #numbers(): Promise<number[]> {
    try {
      const names = await Array.fromAsync(Deno.readDir(this.#folder));
      return names.flatMap(({ name }) => {
        const match = /^(\d{6,})\.json$/.exec(name);
        return match ? [Number(match[1])] : [];
      }).sort((a, b) => b - a);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}
