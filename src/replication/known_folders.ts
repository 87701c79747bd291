/**
 * Which note of the used inode ids (epoch.ts) each of this node's mirrored directories was given here last, and which token
 * (folder_tokens.ts). One that carries none now, or another one, is another folder: the disk that is mirrored is not mounted, and what is
 * below it (an empty folder, or what was mirrored before there was that disk) would pass for the copy that identity.json speaks of. Or
 * that one is from a backup, and the folder is not.
 */
import { dirname } from "node:path";
import { openBacking } from "../fuse/device.ts";
import { mounts, OURS, withoutLinks } from "../fuse/mounts.ts";
import { libc } from "../system/libc.ts";
import { syncFolderSync, writeAllSync } from "../system/files.ts";
import type { Context } from "./context.ts";
import type { ReplicatorConfig } from "./control.ts";
import { type Folder, FolderTokens } from "./folder_tokens.ts";
import { readEpoch, readToken } from "./id_xattr.ts";
import { messageOf } from "../system/message.ts";

export class KnownFolders {
  readonly tokens: FolderTokens;
  readonly #file: string;
  /** Epochs by path. */
  #notes: ReadonlyMap<string, number>;

  constructor(stateDir: string) {
    this.#file = `${stateDir}/folders`;
    this.#notes = this.#read();
    this.tokens = new FolderTokens(stateDir);
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

  /**
   * A person says that what stands there is to be used, whatever it is. `first`: what must be durable before, done when there is room for
   * the rest. Durable when this returns. Throws.
   */
  forget(first?: () => void): void {
    this.tokens.forget(first);
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

export interface Strange {
  /** As the sentence that a person reads. */
  readonly why: string;
  /** The token of data that is newer than what this node's state knows of it; null: it is older, or somebody else's. */
  readonly newer: number | null;
}

/** The first directory that is not the one that was mirrored; null: there is none. */
export function strangeFolder(
  { config, folders, identity }: Pick<
    Context,
    "config" | "folders" | "identity"
  >,
): Strange | null {
  if (identity.value.current === null) return null;
  for (const { path } of config.directories) {
    const found = carriedBy(path);
    if (found === null) continue;
    const { note, token } = found, least = folders.noteOf(path) ?? null;
    const is = folders.tokens.judge(path, token);
    if (is === "newer") {
      return { why: newerFolder(path, config), newer: token };
    }
    const older = least !== null && (note === null || note < least);
    if (is === "own" && !older) continue;
    return { why: otherFolder(path, config), newer: null };
  }
  return null;
}

type Names = Pick<ReplicatorConfig, "module" | "node" | "peer">;

export function newerFolder(
  path: string,
  { module, node, peer }: Names,
): string {
  return `"${path}" has newer data than the state of ${node} knows of (was only the system disk restored?): if this data is the right one: "hakit primforce ${module} --other-folder --node ${node}"; if that of ${peer} is: "hakit second ${module} --full --node ${node}" once ${peer} serves`;
}

export function otherFolder(
  path: string,
  { module, node, peer }: Names,
): string {
  return `"${path}" is not the folder that was mirrored (its disk is not mounted? see "findmnt"): mount it; or, if the disk was replaced on purpose: "hakit second ${module} --full --node ${node}" once ${peer} serves; only if what stands in it now is meant to be the good copy: "hakit help primforce"`;
}

/** What those carry that carry a note. */
export function notesOn(
  { directories }: ReplicatorConfig,
): ReadonlyMap<string, number> {
  const notes = new Map<string, number>();
  for (const { path } of directories) {
    const { note = null } = carriedBy(path) ?? {};
    if (note !== null) notes.set(path, note);
  }
  return notes;
}

/**
 * What the folders of a role carry from now on, as soon as it was written there: known only when the next role begins, another disk that
 * has a note between the two would pass for the present one.
 */
export function keepNotes(
  { folders, log }: Pick<Context, "folders" | "log">,
  volumes: readonly Folder[],
): void {
  const notes = new Map<string, number>();
  for (const { path, backing } of volumes) {
    const note = readEpoch(backing);
    if (note !== null && note >= 0) notes.set(path, note);
  }
  keepQuietly({ folders, log }, notes);
}

/** Where the state directory is full, only the guard against a disk that is not mounted is as it was. */
export function keepQuietly(
  { folders, log }: Pick<Context, "folders" | "log">,
  notes: ReadonlyMap<string, number>,
): void {
  try {
    folders.keep(notes);
  } catch (error) {
    log(`Cannot note which folders are mirrored: ${messageOf(error)}`);
  }
}

/**
 * A new token for each of them: see there. Where none can be drawn, the one of before goes on counting, and only what is another folder
 * since then is not told.
 */
export function drawTokens(
  { folders, log }: Pick<Context, "folders" | "log">,
  those: readonly Folder[],
  options: Parameters<FolderTokens["draw"]>[1] = {},
): void {
  try {
    folders.tokens.draw(those, options);
  } catch (error) {
    log(`Cannot note which folders are mirrored: ${messageOf(error)}`);
  }
}

/** What happened since the last token, an older state or disk may take for its own: a draw costs two syncs of the system disk. */
const DRAW_MS = 10 * 60_000;

/** Draws one now and then, as long as something is written. */
export class RegularDraws {
  #at: number;
  #upTo: number | null = null;

  constructor(
    readonly context: Pick<Context, "folders" | "log" | "aio" | "now">,
    readonly volumes: readonly Folder[],
  ) {
    this.#at = context.now() + DRAW_MS;
  }

  /** `upTo`: number of the last operation that is done. */
  turn(upTo: number): void {
    const { context, volumes } = this, now = context.now();
    if (now < this.#at || upTo === this.#upTo) return;
    this.#at = now + DRAW_MS;
    this.#upTo = upTo;
    drawTokens(context, volumes, { aio: context.aio });
  }
}

/** Before there is a role. */
export function drawTokensOf(
  context: Pick<Context, "folders" | "log">,
  { directories }: ReplicatorConfig,
): void {
  const those: Folder[] = [];
  try {
    for (const { path } of directories) {
      those.push({ path, backing: openBacking(path) });
    }
    drawTokens(context, those);
  } finally {
    for (const { backing } of those) libc.close(backing);
  }
}

/** What the folder says of itself, null each: it does not; null: nobody can say. */
function carriedBy(
  path: string,
): { readonly note: number | null; readonly token: number | null } | null {
  try {
    const place = withoutLinks(path);
    // Such a mount shows nobody the note, a dead one nothing.
    if (mounts().some(({ point, type }) => point === place && type === OURS)) {
      return null;
    }
    const backing = openBacking(path);
    try {
      const note = readEpoch(backing), token = readToken(backing);
      return (note ?? 0) < 0 || (token ?? 0) < 0 ? null : { note, token };
    } finally {
      libc.close(backing);
    }
  } catch {
    return null;
  }
}
