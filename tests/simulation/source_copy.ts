/** A copy of the sources in which something is replaced: a deliberate bug, or a limit that is too large to be reached otherwise. */
import { join } from "node:path";

export interface Replacement {
  /** Below the project's folder. */
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly put: string;
}

const ROOT = join(import.meta.dirname!, "../..");

export class SourceCopy {
  private constructor(readonly folder: string) {}

  static async make(): Promise<SourceCopy> {
    const folder = await Deno.makeTempDir({ prefix: "hakit-copy-" });
    const copied = await new Deno.Command("cp", {
      args: ["-r", "src", "tests", "deno.json", "deno.lock", folder],
      cwd: ROOT,
    }).output();
    if (!copied.success) throw new Error("cannot copy the sources");
    return new SourceCopy(folder);
  }

  /** Puts it in; what is returned takes it back. One that does not apply any more is an error, so that no list of them can rot. */
  async replace(
    { file, find, put }: Replacement,
  ): Promise<() => Promise<void>> {
    const path = join(this.folder, file);
    const text = await Deno.readTextFile(path);
    if (text.split(find).length !== 2) {
      throw new Error(`"${find}" must stand in ${file} once, to be replaced`);
    }
    await Deno.writeTextFile(path, text.replace(find, () => put));
    return () => Deno.writeTextFile(path, text);
  }

  /** The simulator of this copy. */
  simulate(
    args: readonly string[],
    output: "piped" | "inherit",
  ): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "tests/simulation/simulate.ts",
        ...args,
      ],
      cwd: this.folder,
      stdout: output,
      stderr: output,
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
