/** Which modules there are: built-in templates inside the executable, and those installed on this node. */
import { join } from "node:path";
import { syncFolder } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { ConfigError, loadModule } from "./load.ts";
import type { Module } from "./schema.ts";
import { messageOf } from "../system/message.ts";

/** Compiled: embedded by `--include modules`, below the virtual folder of this file. */
const BUILT_IN = join(import.meta.dirname!, "..", "..", "modules");

export interface Installed {
  readonly name: string;
  readonly folder: string;
  /** Null when its module.yaml cannot be used; `problem` says why. */
  readonly module: Module | null;
  readonly problem: string | null;
}

export function moduleFolder(paths: Paths, name: string): string {
  return join(paths.etc, "modules", name);
}

/** Folder of a built-in module, to be read only; null when there is none of that name. */
export function builtInFolder(name: string): string | null {
  return builtInModules().includes(name) ? join(BUILT_IN, name) : null;
}

export function builtInModules(): string[] {
  try {
    return [...Deno.readDirSync(BUILT_IN)]
      .filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** One installed module; throws ConfigError when folder name and `name` differ. */
export async function loadInstalled(
  paths: Paths,
  name: string,
): Promise<Module> {
  const file = join(moduleFolder(paths, name), "module.yaml");
  const module = await loadModule(file);
  if (module.name !== name) {
    throw new ConfigError(
      `name: is "${module.name}", expected "${name}" as the folder is called`,
      file,
    );
  }
  return module;
}

/** All installed modules by name; a broken one does not hide the others. */
export async function installedModules(paths: Paths): Promise<Installed[]> {
  const folder = join(paths.etc, "modules");
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory && !entry.name.startsWith(".")) {
        names.push(entry.name);
      }
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const modules: Installed[] = [];
  for (const name of names.sort()) {
    const base = { name, folder: join(folder, name) };
    try {
      const module = await loadInstalled(paths, name);
      modules.push({ ...base, module, problem: null });
    } catch (error) {
      const problem = messageOf(error);
      modules.push({ ...base, module: null, problem });
    }
  }
  return modules;
}

/**
 * What a crash in an installation or removal left: `.NAME.old` without NAME is put back, all else goes. Only before anything is
 * installed: the folder that is being written looks the same.
 */
export async function recoverFolders(paths: Paths): Promise<void> {
  const folder = join(paths.etc, "modules");
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const present = new Set(entries.map((entry) => entry.name));
  for (const { name } of entries) {
    const [, module, kind] = /^\.(.+)\.(old|new|gone)$/.exec(name) ?? [];
    if (!module) continue;
    const path = join(folder, name);
    if (kind === "old" && !present.has(module)) {
      await Deno.rename(path, join(folder, module));
    } else {
      await Deno.remove(path, { recursive: true });
    }
  }
  await syncFolder(folder);
}
