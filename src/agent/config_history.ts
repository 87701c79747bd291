/**
 * The last configurations of a module on this node: STATE/NAME/config/NUMBER.tar with its NUMBER.json, which is called NUMBER.coming
 * until the configuration is in force. Numbers are the cluster's: both nodes keep the same configuration under the same one. Only root
 * reads them: variables may be passwords.
 */
import { join } from "node:path";
import { z } from "zod";
import { type ArchiveFile, pack, unpack } from "../module/archive.ts";
import { removeDurably, syncFolder, writeDurably } from "../system/files.ts";
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

  /** Those that were in force, newest first; one that cannot be read is left out. */
  async list(): Promise<Revision[]> {
    const found: Revision[] = [];
    for (const number of await this.#numbers()) {
      const revision = await this.#read(number, "json");
      if (revision) found.push(revision);
    }
    return found;
  }

  async newest(): Promise<Revision | null> {
    return (await this.list())[0] ?? null;
  }

  /** Its files; null: it is not kept (any more), or its archive is damaged. */
  async files(number: number): Promise<ArchiveFile[] | null> {
    let archive: Uint8Array;
    try {
      archive = await Deno.readFile(this.#path(number, "tar"));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    try {
      return unpack(archive);
    } catch {
      // Else nobody could change the module any more.
      return null;
    }
  }

  /** Before the configuration is in force; it counts only when that is confirmed. */
  async prepare(
    revision: Revision,
    files: readonly ArchiveFile[],
  ): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { number } = revision;
    const tar = pack(files);
    await writeDurably(this.#path(number, "tar"), tar, { mode: 0o600 });
    const text = JSON.stringify(revision) + "\n";
    await writeDurably(this.#path(number, "coming"), text, { mode: 0o600 });
  }

  /** Its files lie in the module's folder now. */
  async confirm(number: number): Promise<void> {
    await Deno.rename(this.#path(number, "coming"), this.#path(number, "json"));
    await syncFolder(this.#folder);
    for (const old of (await this.#numbers()).slice(KEPT)) await this.drop(old);
  }

  async drop(number: number): Promise<void> {
    for (const kind of ["json", "coming", "tar"] as const) {
      await removeDurably(this.#path(number, kind));
    }
  }

  /**
   * After a crash: a change that was prepared is confirmed if the folder, whose digest this is, has its files, else it never was.
   * Returns the numbers that never were.
   */
  async settle(digest: string): Promise<number[]> {
    const undone: number[] = [];
    for (const number of await this.#numbers("coming")) {
      const revision = await this.#read(number, "coming");
      if (revision?.digest === digest) await this.confirm(number);
      else {
        await this.drop(number);
        undone.push(number);
      }
    }
    return undone;
  }

  /** Null: it is not there, or was torn by hand. */
  async #read(number: number, kind: "json" | "coming") {
    try {
      const text = await Deno.readTextFile(this.#path(number, kind));
      return revisionSchema.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }

  #path(number: number, kind: "tar" | "json" | "coming"): string {
    return join(this.#folder, `${String(number).padStart(6, "0")}.${kind}`);
  }

  async #numbers(kind: "json" | "coming" = "json"): Promise<number[]> {
    try {
      const names = await Array.fromAsync(Deno.readDir(this.#folder));
      return names.flatMap(({ name }) => {
        const [, digits, end] = /^(\d{6,})\.(\w+)$/.exec(name) ?? [];
        return end === kind ? [Number(digits)] : [];
      }).sort((a, b) => b - a);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}
