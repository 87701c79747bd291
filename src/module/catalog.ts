/** Which modules there are: built-in templates inside the executable, and those installed on this node. */
import { join } from "node:path";
import type { Paths } from "../system/paths.ts";
import { ConfigError, loadModule } from "./load.ts";
import type { Module } from "./schema.ts";

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
  await recoverReplacement(folder);
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
      const problem = error instanceof Error ? error.message : String(error);
      modules.push({ ...base, module: null, problem });
    }
  }
  return modules;
}

/** A crash between the two renames of an installation leaves `.NAME.old` and no NAME: the old one is put back. */
async function recoverReplacement(folder: string): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const present = new Set(entries.map((entry) => entry.name));
  for (const { name } of entries) {
    const match = /^\.(.+)\.(old|new)$/.exec(name);
    if (!match) continue;
    const path = join(folder, name);
    if (match[2] === "old" && !present.has(match[1]!)) {
      await Deno.rename(path, join(folder, match[1]!));
    } else {
      await Deno.remove(path, { recursive: true });
    }
  }
}
