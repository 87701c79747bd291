/** Takes files out of a bundle into a folder of this machine; each is there whole and checked, or not at all. */
import { dirname, join } from "node:path";
import { command } from "../system/command.ts";
import { exists, syncFolder, writeAll } from "../system/files.ts";
import type { BundleFile } from "./manifest.ts";
import type { Bundle } from "./read.ts";

/** Beside what is extracted, so that the server still works. */
const SPARE = 256 * 1024 ** 2;

export async function extract(
  bundle: Bundle,
  { files, to, progress }: {
    readonly files: readonly BundleFile[];
    readonly to: string;
    readonly progress: (bytes: number) => void;
  },
): Promise<void> {
  await Deno.mkdir(to, { recursive: true, mode: 0o755 });
  const needed = files.reduce((sum, { size }) => sum + size, 0);
  const free = Number(
    (await command(["df", "--output=avail", "-B1", to])).stdout
      .trim().split("\n").at(-1),
  );
  if (free < needed + SPARE) {
    throw new Error(
      `${to} has ${Math.floor(free / 1024 ** 2)} MiB free, expected ${
        Math.ceil((needed + SPARE) / 1024 ** 2)
      } MiB`,
    );
  }
  for (const file of files) {
    // Names are of a few shapes (manifest.ts): the last part is a plain file name.
    const name = file.path.slice(file.path.lastIndexOf("/") + 1);
    const path = join(to, name);
    if (await exists(path) && (await Deno.stat(path)).size === file.size) {
      // Renamed after its check: there since a run that was cut off.
      progress(file.size);
      continue;
    }
    const half = join(to, `.${name}.new`);
    {
      using out = await Deno.open(half, {
        write: true,
        create: true,
        truncate: true,
        mode: 0o644,
      });
      await bundle.read(file, async (chunk) => {
        await writeAll(out, chunk);
        progress(chunk.length);
      });
      await out.sync();
    }
    await Deno.rename(half, path);
  }
  await syncFolder(to);
  await syncFolder(dirname(to));
}
