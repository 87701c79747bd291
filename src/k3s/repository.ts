/** A folder of .deb files as a source for apt, which then takes from it what this server lacks, and nothing else. */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { command } from "../system/command.ts";

export interface Repository extends AsyncDisposable {
  /** Options that make apt see this folder only. */
  readonly options: readonly string[];
  /** Names of its packages. */
  readonly names: ReadonlySet<string>;
}

export async function openRepository(folder: string): Promise<Repository> {
  const root = await Deno.makeTempDir({ prefix: "hakit-packages-" });
  await Deno.chmod(root, 0o755);
  await Deno.mkdir(join(root, "lists", "partial"), { recursive: true });
  const names = new Set<string>();
  let index = "";
  for (const file of await debsIn(folder)) {
    const path = resolve(folder, file);
    const { stdout } = await command(["dpkg-deb", "-f", path]).catch(
      (cause) => {
        throw new Error(`"${path}" is no Debian package`, { cause });
      },
    );
    const bytes = await Deno.readFile(path);
    const hash = createHash("sha256").update(bytes).digest("hex");
    names.add(/^Package: (\S+)$/m.exec(stdout)?.[1] ?? "");
    // The folder may be a stick that cannot be written: links stand for its files.
    await Deno.symlink(path, join(root, file));
    index +=
      `${stdout.trim()}\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${hash}\n\n`;
  }
  await Deno.writeTextFile(join(root, "Packages"), index);
  await Deno.writeTextFile(
    join(root, "sources.list"),
    `deb [trusted=yes] file:${root} ./\n`,
  );
  const options = [
    `Dir::Etc::SourceList=${join(root, "sources.list")}`,
    "Dir::Etc::SourceParts=/dev/null",
    `Dir::State::Lists=${join(root, "lists")}`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  return {
    options,
    names,
    async [Symbol.asyncDispose]() {
      await Deno.remove(root, { recursive: true });
    },
  };
}

async function debsIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isDirectory && entry.name.endsWith(".deb")) {
        files.push(entry.name);
      }
    }
  } catch (cause) {
    throw new Error(`Cannot read the folder of packages "${folder}"`, {
      cause,
    });
  }
  return files.sort();
}
