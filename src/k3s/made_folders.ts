/** Folders that `prereq`, `first` and `second` made and `uninstall` takes away again when nothing is in them. */
import { dirname } from "node:path";
import { parse, stringify } from "yaml";
import type { Kept } from "../cluster/kept.ts";
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

/** The module's folders that are to be here. A storage folder that was mirrored is not made anew: an empty one would pass for the copy. */
export async function lackingFolders(
  at: Places,
  { storage, export: exported }: Pick<Kept, "storage" | "export">,
): Promise<string[]> {
  const wanted = await exists(at.identity) ? [exported] : [storage, exported];
  const lacking: string[] = [];
  for (const folder of wanted) if (!await exists(folder)) lacking.push(folder);
  return lacking;
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

/** What `prereq` was told, for a `first` that is not told again; empty: nothing. */
export async function preparedFolders(
  at: Places,
): Promise<Partial<Pick<Kept, "storage" | "export">>> {
  return parse(await readIfPresent(at.preparedFolders) ?? "{}");
}

export function preparedText(
  { storage, export: exported }: Pick<Kept, "storage" | "export">,
): string {
  return "# Written by hakit prereq, for hakit first.\n" +
    stringify({ storage, export: exported });
}

async function madeFolders(at: Places): Promise<string[]> {
  const text = await readIfPresent(at.madeFolders) ?? "";
  return text.split("\n").filter((path) => path.startsWith("/"));
}
