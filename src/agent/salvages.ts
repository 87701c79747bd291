/** What this node alone wrote before it yielded: what there is, which files, an archive of it, its removal. The only copy of it is here. */
import { basename, join } from "node:path";
import { ApiError } from "../api/error.ts";
import { asidesOf, packed, whyHidden } from "../replication/aside_note.ts";
import { LIST, lockSalvage } from "../replication/salvage_lock.ts";
import { fill, foldersIn } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import type { Paths } from "../system/paths.ts";
import { Sizes } from "./sizes.ts";

export interface Salvage {
  /** When it was kept, in the form of a file's name. */
  readonly name: string;
  /** On the disk; null: not counted yet. */
  readonly bytes: number | null;
  /** Where a whole copy stands that was set aside: then only a list is kept here. */
  readonly asides?: readonly string[];
}

export interface SalvagesOptions {
  readonly node: {
    readonly paths: Pick<Paths, "state">;
    readonly me: { readonly name: string };
  };
  readonly log: Pick<Log, "warning">;
}

/** A page that a person reads; the archive has all of it. */
const MAX_LIST = 1 << 20;

export class Salvages {
  readonly #options: SalvagesOptions;
  readonly sizes = new Sizes();

  constructor(options: SalvagesOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  async list(module: string): Promise<Salvage[]> {
    const found: Salvage[] = [];
    for (const name of (await foldersIn(this.#below(module))).sort()) {
      const folder = join(this.#below(module), name);
      const asides = await asidesOf(folder);
      if (asides.length > 0) {
        found.push({ name, bytes: null, asides });
        continue;
      }
      // It grows for as long as something is being kept.
      const size = await Deno.stat(join(folder, LIST))
        .then(({ size }) => String(size), () => "");
      found.push({ name, bytes: this.sizes.of([folder], size) });
    }
    return found;
  }

  /** Which files, and where in them. */
  async files(module: string, name: string): Promise<string> {
    const folder = await this.#find(module, name);
    using file = await Deno.open(join(folder, LIST));
    const bytes = new Uint8Array(MAX_LIST);
    const length = await fill(bytes, file);
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    return length < MAX_LIST
      ? text
      : `${
        text.slice(0, text.lastIndexOf("\n"))
      }\n… the archive has the rest\n`;
  }

  /** As it is read from the disk; an error ends it where it could not be read. */
  async archive(
    module: string,
    name: string,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const folder = await this.#find(module, name);
    const asides = await asidesOf(folder);
    const hidden = await whyHidden(asides);
    if (hidden !== null) {
      const what = `Cannot archive "${name}": ${hidden}`;
      throw new ApiError(409, "salvage-in-use", what);
    }
    // Half of what is still being kept would look like all of it.
    const lock = await this.#lock(folder, "archive");
    let tar: Deno.ChildProcess;
    try {
      tar = new Deno.Command("tar", {
        args: ["--sparse", "-cf", "-", ...packed(folder, asides)],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    } catch (error) {
      lock.close();
      throw error;
    }
    const { stdout, status } = tar;
    // Also when the reader left: nobody takes what it writes then, and it ends.
    status.finally(() => lock.close());
    return stdout.pipeThrough(
      new TransformStream({
        // Half an archive must not look like a whole one.
        async flush(controller) {
          const { success } = await status;
          if (!success) controller.error(new Error(`cannot read "${folder}"`));
        },
      }),
    );
  }

  async drop(
    module: string,
    { name, by }: { readonly name: string; readonly by: string },
  ): Promise<void> {
    const folder = await this.#find(module, name);
    using _lock = await this.#lock(folder, "drop");
    const asides = await asidesOf(folder);
    await Deno.remove(folder, { recursive: true });
    this.#options.log.warning(
      asides.length > 0
        ? `the note of what this node alone had written to "${module}", kept as ${name}, was dropped (by ${by}); all of it stays in ${
          asides.join(", ")
        }`
        : `what this node alone had written to "${module}", kept as ${name}, was destroyed (by ${by})`,
    );
  }

  async #lock(folder: string, what: "archive" | "drop"): Promise<Deno.FsFile> {
    const lock = await lockSalvage(folder, { alone: what === "drop" });
    if (typeof lock !== "string") return lock;
    const name = basename(folder);
    throw new ApiError(
      409,
      "salvage-in-use",
      `Cannot ${what} "${name}": ${lock}`,
    );
  }

  /** A name is compared with what is there, never made into a path. */
  async #find(module: string, name: string): Promise<string> {
    const known = (await foldersIn(this.#below(module))).sort();
    if (known.includes(name)) return join(this.#below(module), name);
    throw new ApiError(
      404,
      "no-such-salvage",
      `Nothing is kept of "${module}" as "${name}" on ${this.#options.node.me.name}, expected ${
        known.join(", ") || "none: nothing is kept"
      }`,
    );
  }

  #below(module: string): string {
    return join(this.#options.node.paths.state, "salvage", module);
  }
}
