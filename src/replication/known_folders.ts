/**
 * Which of this node's mirrored directories have taken the note of the used inode ids (epoch.ts). One of them that carries none now is
 * another folder: the disk that is mirrored is not mounted, and the empty folder below it would pass for the copy that identity.json
 * speaks of.
 */
import { dirname } from "node:path";
import { openBacking } from "../fuse/device.ts";
import { mounts, OURS, withoutLinks } from "../fuse/mounts.ts";
import { libc } from "../system/libc.ts";
import { syncFolderSync, writeAllSync } from "../system/files.ts";
import type { Context } from "./context.ts";
import type { ReplicatorConfig } from "./control.ts";
import { readEpoch } from "./id_xattr.ts";

export class KnownFolders {
  readonly #file: string;
  #paths: readonly string[];

  constructor(stateDir: string) {
    this.#file = `${stateDir}/folders`;
    this.#paths = this.#read();
  }

  has(path: string): boolean {
    return this.#paths.includes(path);
  }

  /** Durable when this returns. Throws. */
  keep(paths: readonly string[]): void {
    if (paths.join("\n") === this.#paths.join("\n")) return;
    const text = paths.map((path) => `${path}\n`).join("");
    using file = Deno.openSync(this.#file, {
      create: true,
      truncate: true,
      write: true,
      mode: 0o600,
    });
    // Cut off in between it names fewer: those are not looked at until the next role.
    writeAllSync(file, new TextEncoder().encode(text));
    file.syncSync();
    syncFolderSync(dirname(this.#file));
    this.#paths = paths;
  }

  /** A person says that what stands there is to be used, whatever it is. Throws. */
  forget(): void {
    this.keep([]);
  }

  #read(): readonly string[] {
    try {
      return Deno.readTextFileSync(this.#file).split("\n").filter(Boolean);
    } catch {
      // None was kept yet: by a node of before there was such a list.
      return [];
    }
  }
}

/** The first directory that is not the one that was mirrored, as the sentence that a person reads; null: there is none. */
export function strangeFolder(
  { config, folders, identity }: Pick<
    Context,
    "config" | "folders" | "identity"
  >,
): string | null {
  if (identity.value.current === null) return null;
  for (const { path } of config.directories) {
    if (!folders.has(path) || carriesNote(path) !== false) continue;
    return `"${path}" is not the folder that was mirrored (its disk is not mounted?): mount it; or, if the disk was replaced on purpose, say "hakit second ${config.module} --full" on this node`;
  }
  return null;
}

/** Those that carry the note. */
export function notedFolders({ directories }: ReplicatorConfig): string[] {
  return directories.map(({ path }) => path)
    .filter((path) => carriesNote(path) === true);
}

/** Null: nobody can say. */
function carriesNote(path: string): boolean | null {
  try {
    const place = withoutLinks(path);
    // Such a mount shows nobody the note, a dead one nothing.
    if (mounts().some(({ point, type }) => point === place && type === OURS)) {
      return null;
    }
    const backing = openBacking(path);
    try {
      const epoch = readEpoch(backing);
      return epoch === null ? false : epoch >= 0 || null;
    } finally {
      libc.close(backing);
    }
  } catch {
    return null;
  }
}
