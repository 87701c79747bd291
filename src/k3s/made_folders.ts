/** Folders that `prereq` made and `uninstall` takes away again when nothing is in them. */
import { dirname } from "node:path";
import type { Places } from "../cluster/places.ts";
import { exists, readIfPresent } from "../system/files.ts";
import { removeIfPresent, writeFiles } from "./services.ts";

/** With those above them that are not there yet, which come first. */
export async function makeFolders(
  at: Places,
  folders: readonly string[],
): Promise<void> {
  const missing: string[] = [];
  for (const folder of folders) {
    const above: string[] = [];
    for (let path = folder; !await exists(path); path = dirname(path)) {
      above.unshift(path);
    }
    missing.push(...above);
  }
  // Before they are: a run that is cut off here must not forget them.
  const known = new Set([...await madeFolders(at), ...missing]);
  await writeFiles([{
    path: at.madeFolders,
    text: [...known].map((path) => `${path}\n`).join(""),
  }]);
  for (const folder of folders) {
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
  }
}

/** Those that are empty; remembered until all are gone. */
export async function removeMade(at: Places): Promise<void> {
  const made = await madeFolders(at);
  let left = 0;
  for (const path of made.toReversed()) {
    // Not with what is in it, and not a disk of its own: neither can be removed so.
    await Deno.remove(path).catch(() => {});
    if (await exists(path)) left++;
  }
  if (left === 0) await removeIfPresent(at.madeFolders);
}

async function madeFolders(at: Places): Promise<string[]> {
  const text = await readIfPresent(at.madeFolders) ?? "";
  return text.split("\n").filter((path) => path.startsWith("/"));
}
