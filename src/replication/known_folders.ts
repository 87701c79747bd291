/**
 * Which note of the used inode ids (epoch.ts) each of this node's mirrored directories had when a role began here last. One that carries
 * none now, or an older one, is another folder: the disk that is mirrored is not mounted, and what is below it (an empty folder, or what
 * was mirrored before there was that disk) would pass for the copy that identity.json speaks of.
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
  /** Epochs by path. */
  #notes: ReadonlyMap<string, number>;

  constructor(stateDir: string) {
    this.#file = `${stateDir}/folders`;
    this.#notes = this.#read();
  }

  /** Undefined: nothing is known of that one. */
  noteOf(path: string): number | undefined {
    return this.#notes.get(path);
  }

  /** Durable when this returns. Throws. */
  keep(notes: ReadonlyMap<string, number>): void {
    const text = textOf(notes);
    if (text === textOf(this.#notes)) return;
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
    this.#notes = notes;
  }

  /** A person says that what stands there is to be used, whatever it is. Throws. */
  forget(): void {
    this.keep(new Map());
  }

  #read(): ReadonlyMap<string, number> {
    try {
      const lines = Deno.readTextFileSync(this.#file).matchAll(
        /^(\d+) (\/.*)\n/gm,
      );
      return new Map(
        [...lines].map(([, epoch, path]) => [path!, Number(epoch)]),
      );
    } catch {
      // None was kept yet: by a node of before there was such a list.
      return new Map();
    }
  }
}

function textOf(notes: ReadonlyMap<string, number>): string {
  return [...notes].map(([path, epoch]) => `${epoch} ${path}\n`).join("");
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
    const known = folders.noteOf(path);
    const found = noteOn(path);
    if (known === undefined || found === "unknown") continue;
    if (found !== null && found >= known) continue;
    return `"${path}" is not the folder that was mirrored (its disk is not mounted? see "findmnt"): mount it; or, if the disk was replaced on purpose: "hakit second ${config.module} --full --node ${config.node}"; only if what stands in it now is meant to be the good copy: "hakit help primforce"`;
  }
  return null;
}

/** What those carry that carry a note. */
export function notesOn(
  { directories }: ReplicatorConfig,
): ReadonlyMap<string, number> {
  const notes = new Map<string, number>();
  for (const { path } of directories) {
    const note = noteOn(path);
    if (typeof note === "number") notes.set(path, note);
  }
  return notes;
}

/** Null: it carries none. */
function noteOn(path: string): number | null | "unknown" {
  try {
    const place = withoutLinks(path);
    // Such a mount shows nobody the note, a dead one nothing.
    if (mounts().some(({ point, type }) => point === place && type === OURS)) {
      return "unknown";
    }
    const backing = openBacking(path);
    try {
      const epoch = readEpoch(backing);
      return epoch !== null && epoch < 0 ? "unknown" : epoch;
    } finally {
      libc.close(backing);
    }
  } catch {
    return "unknown";
  }
}
