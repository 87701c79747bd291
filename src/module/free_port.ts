/** A port for the replicators of a module whose module.yaml names none: one that no other module has. Pure. */
import { isMap, parseDocument } from "yaml";
import type { ArchiveFile } from "./archive.ts";
import type { Module } from "./schema.ts";

/** moduleSchema's own; the firewall lets through as many from here on as there may be modules. */
const FIRST = 5600;

/** The files with a port in module.yaml, where the usual one is not free; comments are kept. What cannot be read is left as it is. */
export function withFreePort(
  files: readonly ArchiveFile[],
  { others, reserved, mine = FIRST }: {
    /** The port that it has: it keeps it. */
    readonly mine?: number | undefined;
    /** Installed here. */
    readonly others: readonly Module[];
    /** hakit's own. */
    readonly reserved: readonly number[];
  },
): readonly ArchiveFile[] {
  const yaml = files.find(({ path }) => path === "module.yaml");
  if (!yaml) return files;
  const document = parseDocument(new TextDecoder().decode(yaml.content));
  const readable = document.errors.length === 0 && isMap(document.contents);
  if (!readable || document.has("port")) return files;
  if (!document.has("directories")) return files;
  const taken = new Set([
    ...reserved,
    ...others.filter(({ directories }) => directories.length > 0)
      .map(({ port }) => port),
  ]);
  let port = mine;
  for (let next = FIRST; taken.has(port); next++) port = next;
  if (port === FIRST) return files;
  document.set("port", port);
  const content = new TextEncoder().encode(document.toString());
  return files.map((file) => file === yaml ? { ...yaml, content } : file);
}
