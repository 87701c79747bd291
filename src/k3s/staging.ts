/** K3s' next files, beside the ones that run: fetched and checked before anything is stopped. */
import { join } from "node:path";
import type { Progress } from "../cli/output.ts";
import { places } from "../cluster/places.ts";
import type { K3sFile } from "../cluster/welcome.ts";
import type { Paths } from "../system/paths.ts";
import { k3sFilePath } from "./files.ts";
import {
  installedFiles,
  installFiles,
  type Source,
  streamFile,
} from "./install.ts";
import { isActive, removeIfPresent, systemctl } from "./services.ts";

const QUIET: Progress = { update: () => {}, end: () => {} };

function stageOf(paths: Paths) {
  const folder = join(paths.state, "k3s-staged");
  return {
    folder,
    list: join(folder, "files.json"),
    pathOf: (name: string) => {
      k3sFilePath(name); // Refuses whatever is no file of K3s.
      return join(folder, name);
    },
  };
}

export async function stagedFiles(paths: Paths): Promise<K3sFile[]> {
  return await installedFiles(stageOf(paths).list);
}

export async function stage(
  paths: Paths,
  source: Source,
  progress: Progress = QUIET,
): Promise<void> {
  const { folder, list, pathOf } = stageOf(paths);
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await installFiles(source, { list, progress, pathOf });
}

/** Null: it is not among the staged ones. */
export async function openStaged(
  paths: Paths,
  name: string,
): Promise<{ readonly file: Deno.FsFile; readonly size: number } | null> {
  const known = (await stagedFiles(paths)).find((file) => file.name === name);
  if (!known) return null;
  const file = await Deno.open(stageOf(paths).pathOf(known.name), {
    read: true,
  });
  return { file, size: known.size };
}

/** Puts them in place, each at once and checked again, and restarts K3s, whose pods go on meanwhile. */
export async function installStaged(paths: Paths): Promise<void> {
  const { pathOf, folder } = stageOf(paths);
  const files = await stagedFiles(paths);
  if (files.length === 0) throw new Error("No files of K3s wait here");
  const list = places(paths).k3sFiles;
  const before = await installedFiles(list);
  await installFiles({
    files,
    read: (file, sink) => streamFile(pathOf(file.name), sink),
  }, { list, progress: QUIET });
  // Images of the version before would be loaded at every start.
  for (const { name } of before) {
    if (!files.some((file) => file.name === name)) {
      await removeIfPresent(k3sFilePath(name));
    }
  }
  if (await isActive("k3s")) await systemctl("restart", "--no-block", "k3s");
  await removeIfPresent(folder);
}
