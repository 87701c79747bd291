/** Taking folders away whole, but for what is somebody else's in them. */
import { join } from "node:path";
import { exists } from "../system/files.ts";
import { removeIfPresent } from "./services.ts";

/** Removes `path` with all below it, but for `spared` and the folders in which they lie. */
export async function removeBut(
  path: string,
  spared: readonly string[],
): Promise<void> {
  if (spared.includes(path)) return;
  if (!holds(path, spared)) {
    await removeIfPresent(path);
    return;
  }
  await emptyBut(path, spared);
}

/** The same, and the folder itself stays. */
export async function emptyBut(
  folder: string,
  spared: readonly string[],
): Promise<void> {
  for (const inside of await entriesOf(folder)) await removeBut(inside, spared);
}

/** Whether `removeBut` would find something to remove. */
export async function hasMoreThan(
  path: string,
  spared: readonly string[],
): Promise<boolean> {
  if (spared.includes(path)) return false;
  if (!holds(path, spared)) return await exists(path);
  return await hasMoreInside(path, spared);
}

/** The same for `emptyBut`. */
export async function hasMoreInside(
  folder: string,
  spared: readonly string[],
): Promise<boolean> {
  for (const inside of await entriesOf(folder)) {
    if (await hasMoreThan(inside, spared)) return true;
  }
  return false;
}

/** Folders that were made for a file which has gone; what is in use stays, with the folders above it. */
export async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await Deno.remove(folder).catch(() => {});
}

function holds(path: string, spared: readonly string[]): boolean {
  return spared.some((one) => one.startsWith(`${path}/`));
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
