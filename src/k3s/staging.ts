/** K3s' next files, beside the ones that run: fetched and checked before anything is stopped. */
import { join } from "node:path";
import type { Progress } from "../cli/output.ts";
import { places } from "../cluster/places.ts";
import type { K3sFile } from "../cluster/welcome.ts";
import type { Paths } from "../system/paths.ts";
import { K3S, k3sFilePath } from "./files.ts";
import {
  installedFiles,
  installFiles,
  lackingFiles,
  type Source,
  streamFile,
} from "./install.ts";
import {
  outdated,
  removeIfPresent,
  systemctl,
  writeFiles,
} from "./services.ts";
import { kubeletConfig } from "./texts.ts";

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

/** None where a part of them has gone: they were put in place, and taking them away was cut off. */
export async function stagedFiles(paths: Paths): Promise<K3sFile[]> {
  const { list, pathOf } = stageOf(paths);
  const files = await installedFiles(list);
  return (await lackingFiles(files, pathOf)).length === 0 ? files : [];
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
  const { old, stay } = besides(before, files);
  // One that somebody removed is not there to be kept.
  const gone = await lackingFiles(stay);
  await installFiles({
    files: [...files, ...stay.filter((file) => !gone.includes(file))],
    read: (file, sink) => streamFile(pathOf(file.name), sink),
  }, { list, progress: QUIET });
  for (const { name } of old) await removeIfPresent(k3sFilePath(name));
  // A node that was made before hakit wrote it: a newer K3s would not start there.
  await writeFiles(
    await outdated([{ path: K3S.kubelet, text: kubeletConfig() }]),
  );
  // Also one that has not become ready yet, and perhaps never would.
  await systemctl("try-restart", "--no-block", "k3s");
  await removeIfPresent(folder);
}

/**
 * What is installed beside the new files: K3s' own images of the version before go if new ones have come, or they would be loaded at
 * every start; all else (the provisioner's image, an administrator's) has no successor and stays. Pure.
 */
export function besides(
  before: readonly K3sFile[],
  files: readonly K3sFile[],
): { readonly old: K3sFile[]; readonly stay: K3sFile[] } {
  const airgap = ({ name }: K3sFile) =>
    name.startsWith("images/k3s-airgap-images-");
  const others = before.filter(({ name }) =>
    !files.some((file) => file.name === name)
  );
  const replaced = files.some(airgap);
  return {
    old: others.filter((file) => replaced && airgap(file)),
    stay: others.filter((file) => !(replaced && airgap(file))),
  };
}
