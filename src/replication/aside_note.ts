/**
 * Where nothing names what a node alone wrote, all of its copy is set aside, and what is kept holds a list only: it says where the copy
 * stands. Written by the replicator, read by whoever shows, packs or drops it.
 */
import { LIST } from "./salvage_lock.ts";

const FIRST = "No set names which files: all of this copy stands in";
/** More than the longest note: a list of files is larger. */
const MAX_NOTE = 1 << 16;

export function asideNote(asides: readonly string[]): string {
  return `${FIRST}\n${
    asides.join("\n")
  }\nAn archive of this folder holds it, too. It stays when this folder is dropped: take it away yourself when nobody needs it.\n`;
}

/** Where the copy stands of which the list speaks; none: what is kept stands beside the list. */
export async function asidesOf(folder: string): Promise<string[]> {
  using file = await Deno.open(`${folder}/${LIST}`).catch(() => null);
  const bytes = new Uint8Array(MAX_NOTE);
  const length = await file?.read(bytes) ?? 0;
  const lines = new TextDecoder().decode(bytes.subarray(0, length)).split("\n");
  // In a list of files a name could say the same further down.
  if (lines[1] !== FIRST) return [];
  const end = lines.findIndex((line, at) => at > 1 && !line.startsWith("/"));
  return lines.slice(2, end);
}

/** Why none of it can be packed now; null: it can. */
export async function whyHidden(
  asides: readonly string[],
): Promise<string | null> {
  for (const path of asides) {
    try {
      await Deno.lstat(path);
    } catch {
      return `its data stands in ${path}, which is hidden while the module serves on this node, or is gone`;
    }
  }
  return null;
}

/** What tar packs: the list, and what stands elsewhere below its own path. */
export function packed(folder: string, asides: readonly string[]): string[] {
  const elsewhere = asides.map((path) => `.${path}`);
  return ["-C", folder, ".", ...asides.length ? ["-C", "/"] : [], ...elsewhere];
}
