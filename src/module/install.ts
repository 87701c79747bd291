/** Puts a module's folder in place as a whole or not at all: written beside, checked, then renamed. */
import { dirname, join } from "node:path";
import { MAX_MODULES } from "../system/limits.ts";
import type { Paths } from "../system/paths.ts";
import { exists, syncFolder, writeAll } from "../system/files.ts";
import type { ArchiveFile } from "./archive.ts";
import { installedModules, moduleFolder } from "./catalog.ts";
import { ConfigError, parseModule } from "./load.ts";
import type { Module } from "./schema.ts";

/** Checks files that would become module `name`; throws ConfigError. Nothing is written. */
export async function checkModule(
  paths: Paths,
  name: string,
  files: readonly ArchiveFile[],
): Promise<Module> {
  const yaml = files.find((file) => file.path === "module.yaml");
  const where = `${name}/module.yaml`;
  if (!yaml) throw new ConfigError("is missing", where);
  const module = parseModule(new TextDecoder().decode(yaml.content), where);
  if (module.name !== name) {
    throw new ConfigError(
      `name: is "${module.name}", expected "${name}"`,
      where,
    );
  }
  const others = (await installedModules(paths))
    .filter((other) => other.name !== name);
  const full = noRoom(name, others.length);
  if (full !== null) throw new ConfigError(full, where);
  for (const other of others) {
    if (!other.module) continue;
    const problem = conflict(module, other.module);
    if (problem) throw new ConfigError(problem, where);
  }
  return module;
}

/** Why one more does not fit beside so many others; null: it does. */
export function noRoom(name: string, others: number): string | null {
  return others < MAX_MODULES
    ? null
    : `module "${name}" is one too many: a node has at most ${MAX_MODULES}, "hakit module uninstall NAME" makes room`;
}

/** What two modules of one node must not share, in words; null: nothing. Pure. */
export function conflict(module: Module, other: Module): string | null {
  if (
    module.directories.length > 0 && other.directories.length > 0 &&
    module.port === other.port
  ) {
    return `port: ${module.port} is used by module "${other.name}", expected another`;
  }
  for (const { path } of module.directories) {
    for (const { path: theirs } of other.directories) {
      const apart = !`${path}/`.startsWith(`${theirs}/`) &&
        !`${theirs}/`.startsWith(`${path}/`);
      if (!apart) {
        return `directories: "${path}" and "${theirs}" of module "${other.name}" overlap, expected folders apart`;
      }
    }
  }
  const addresses = (of: Module) =>
    of.virtual_addresses.map(({ address }) => address.split("/")[0]);
  const shared = addresses(module).find((address) =>
    addresses(other).includes(address)
  );
  return shared === undefined
    ? null
    : `virtual_addresses: ${shared} belongs to module "${other.name}", expected another`;
}

/** Replaces the folder of module `name`. The caller has checked the files and stopped the module. */
export async function installFiles(
  paths: Paths,
  name: string,
  files: readonly ArchiveFile[],
): Promise<void> {
  const target = moduleFolder(paths, name);
  const parent = dirname(target);
  const fresh = join(parent, `.${name}.new`);
  const old = join(parent, `.${name}.old`);
  await Deno.mkdir(parent, { recursive: true, mode: 0o750 });
  await removeFolder(fresh);
  // A crash between the renames below left it as the only one.
  if (!await exists(target) && await exists(old)) Deno.renameSync(old, target);
  await removeFolder(old);
  try {
    // Only root: variables may hold what others must not read.
    await Deno.mkdir(fresh, { mode: 0o700 });
    const folders = new Set([fresh]);
    for (const file of files) folders.add(await write(fresh, file));
    // A file that is on the disk but not in its folder is gone after a power cut.
    for (const folder of withParents(folders, fresh)) await syncFolder(folder);
    const replaced = await exists(target);
    // In one turn of the loop: between the two there is no folder, and a script that is looked for then would count as absent.
    if (replaced) Deno.renameSync(target, old);
    Deno.renameSync(fresh, target);
  } catch (error) {
    await removeFolder(fresh).catch(() => {});
    if (!await exists(target) && await exists(old)) {
      await Deno.rename(old, target);
    }
    throw error;
  }
  await syncFolder(parent);
  await removeFolder(old);
}

/** Takes the module's configuration and scripts away; its data, records and logs stay. */
export async function removeModule(paths: Paths, name: string): Promise<void> {
  const target = moduleFolder(paths, name);
  const parent = dirname(target);
  const gone = join(parent, `.${name}.gone`);
  await removeFolder(gone);
  // At once: a module that has lost its scripts, but not its module.yaml, must not begin after a crash.
  if (!await exists(target)) return;
  await Deno.rename(target, gone);
  await syncFolder(parent);
  await removeFolder(gone);
}

/** Writes one file below it, and returns the folder that it is in. */
async function write(folder: string, file: ArchiveFile): Promise<string> {
  const path = join(folder, file.path);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const handle = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: file.executable ? 0o755 : 0o644,
  });
  try {
    await writeAll(handle, file.content);
    await handle.sync();
  } finally {
    handle.close();
  }
  return dirname(path);
}

/** The folders and all between them and `top`. */
function withParents(folders: Iterable<string>, top: string): Set<string> {
  const all = new Set<string>();
  for (let folder of folders) {
    for (; folder !== top; folder = dirname(folder)) all.add(folder);
  }
  return all.add(top);
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
