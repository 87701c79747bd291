/**
 * The copies of some mirrored directories on this node's disk: a folder of each directory's own, neither shown nor mirrored, with one
 * folder for each copy. By reflink: a copy costs no room for data until the data changes.
 */
import { dirname, join } from "node:path";
import { ApiError } from "../api/error.ts";
import { HIDDEN } from "../replication/name.ts";
import { command, CommandError } from "../system/command.ts";
import { foldersIn, syncFolder } from "../system/files.ts";

const FOLDER = "copies";
/** Of a copy that is being made, or removed. */
const PART = ".part";
/** Of one that is being moved aside, or back: a part of it still stands in the directory, and nowhere else. It is no copy, and stays. */
const HALF = ".half";
/** Kept because something else took its place: nobody asked for it as a copy. */
export const BEFORE = "before-";
/** Made and removed by Fallback, at any time: nobody else touches its parts, nor it those of others. */
export const RESYNC = `${BEFORE}resync-`;
export const NO_REFLINKS = "no-reflinks";
const SYNC_MS = 8 * 60_000;

/** $0: from where, $1: into which folder. All names at once, or none: cp keeps hard links only among what it is told together. */
const ALL_BUT_OURS =
  `set -o pipefail; cd "$0" && find . -mindepth 1 -maxdepth 1 ! -name ${HIDDEN} -print0 | xargs -0 -r -x -n 1000000 -s 1900000`;
const CLONE = `${ALL_BUT_OURS} cp -a --reflink=always -t "$1" --`;
const MOVE = `${ALL_BUT_OURS} mv -n -t "$1" --`;
/** What shows in the list of processes that they are ours; behind it stand from where and into which folder. */
export const COPYING: readonly string[] = [CLONE, MOVE];

export class CopyFolders {
  readonly #folders: readonly string[];

  constructor(readonly directories: readonly string[]) {
    this.#folders = directories.map((path) => join(path, HIDDEN, FOLDER));
  }

  /** Where a copy lies: a folder for each directory. */
  foldersOf(name: string): string[] {
    return this.#folders.map((folder) => join(folder, name));
  }

  /** Oldest first; only what is there of every directory. */
  async names(): Promise<string[]> {
    const [first = [], ...others] = await this.#sets();
    return first.filter((name) =>
      !name.endsWith(PART) && !name.endsWith(HALF) &&
      others.every((names) => names.includes(name))
    ).sort((one, other) => dateOf(one) < dateOf(other) ? -1 : 1);
  }

  /**
   * What stands in the directories now; not one of the names before finish(). Throws ApiError where it cannot be done in time, or by
   * reflink; what there is of it by then is a part.
   */
  async clone(name: string, seconds: number): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (const [index, from] of this.directories.entries()) {
      const part = join(this.#folders[index]!, name + PART);
      await make(part);
      await clone(from, part, (end - Date.now()) / 1000, seconds);
    }
  }

  /** Durable, and one of the names. Throws where the disk takes longer. */
  async finish(name: string, timeoutMs = SYNC_MS): Promise<void> {
    for (const folder of this.#folders) {
      const part = join(folder, name + PART);
      await command(["sync", "-f", part], { timeoutMs });
      await renameDurably(part, join(folder, name));
    }
  }

  /** Makes room for what will be set aside. */
  async setAside(name: string): Promise<void> {
    for (const folder of this.#folders) await make(join(folder, name + HALF));
  }

  /** Of one directory: what stands there becomes part of copy `name`, durably. A copy it is when that was done with the last one. */
  async moveAside(
    index: number,
    { name, seconds }: { readonly name: string; readonly seconds: number },
  ): Promise<void> {
    const directory = this.directories[index]!;
    const aside = join(this.#folders[index]!, name);
    await run(MOVE, directory, aside + HALF, seconds);
    await command(["sync", "-f", directory], { timeoutMs: SYNC_MS });
    await renameDurably(aside + HALF, aside);
  }

  /** Of one directory, from which all was moved aside: copy `name` stands there, durably. */
  async putInPlace(
    index: number,
    { name, seconds }: { readonly name: string; readonly seconds: number },
  ): Promise<void> {
    const directory = this.directories[index]!;
    const from = join(this.#folders[index]!, name);
    await clone(from, directory, seconds, seconds);
    await command(["sync", "-f", directory], { timeoutMs: SYNC_MS });
  }

  /** What was not moved aside as a whole; nothing was put in its place then. */
  async halves(): Promise<string[]> {
    const found = (await this.#sets()).flat()
      .filter((name) => name.endsWith(HALF))
      .map((name) => name.slice(0, -HALF.length));
    return [...new Set(found)];
  }

  /**
   * Puts one of those back, durably. False, and nothing is done, where that would mix it with something else: the directories were in use
   * since.
   */
  async moveBack(name: string, seconds: number): Promise<boolean> {
    const asides = this.#folders.map((folder) => join(folder, name));
    for (const [index, aside] of asides.entries()) {
      const here = await namesIn(this.directories[index]!);
      const moved = await namesIn(aside), part = await namesIn(aside + HALF);
      if (
        moved !== null && here?.length !== 0 ||
        part?.some((name) => here === null || here.includes(name))
      ) return false;
    }
    // From here on it is half a copy again, wherever this is cut off.
    for (const aside of asides) {
      if (await namesIn(aside)) await renameDurably(aside, aside + HALF);
    }
    for (const [index, aside] of asides.entries()) {
      if (!await namesIn(aside + HALF)) continue;
      const directory = this.directories[index]!;
      await run(MOVE, aside + HALF, directory, seconds);
      await command(["sync", "-f", directory], { timeoutMs: SYNC_MS });
      // Fails where something stays.
      await Deno.remove(aside + HALF);
    }
    return true;
  }

  async remove(name: string): Promise<void> {
    await this.giveUp(name);
    await removeTrees(
      this.#folders.map((folder) => join(folder, name + PART)),
    );
  }

  /** It is none any more, at once, and stays a part. Half a copy is none: so it is after a crash, too. */
  async giveUp(name: string): Promise<void> {
    for (const folder of this.#folders) {
      await Deno.rename(join(folder, name), join(folder, name + PART));
    }
  }

  /**
   * For removeTrees(): what is no copy, or none any more, also what a power cut left in some of the directories only, for nobody can
   * name it. What was set aside may be the only one of its kind, and stays; unless it is known to be half a copy, because the other half
   * is a part. That one comes last, or a power cut would have this forgotten.
   */
  async parts(of: "resync" | "others"): Promise<string[]> {
    const sets = await this.#sets();
    const halves: string[] = [], parts: string[] = [];
    for (const [index, folder] of this.#folders.entries()) {
      for (const name of sets[index]!) {
        if (name.startsWith(RESYNC) !== (of === "resync")) continue;
        const whole = sets.every((names) => names.includes(name));
        const half = !whole && (!name.startsWith(BEFORE) ||
          sets.some((names) => names.includes(name + PART)));
        if (name.endsWith(PART)) parts.push(join(folder, name));
        else if (half) halves.push(join(folder, name));
      }
    }
    return [...halves, ...parts];
  }

  #sets(): Promise<string[][]> {
    return Promise.all(this.#folders.map(foldersIn));
  }
}

/** Names are made of it, whatever stands before. */
function dateOf(name: string): string {
  return /\d{4}-.*/.exec(name)?.[0] ?? name;
}

export function refused(why: string, code = "refused"): ApiError {
  return new ApiError(409, code, `Cannot copy: ${why}`);
}

async function clone(
  from: string,
  into: string,
  seconds: number,
  /** For all directories together. */
  limit: number,
): Promise<void> {
  try {
    await run(CLONE, from, into, seconds);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (/failed to clone/.test(error.stderr)) {
      throw refused(
        `the file system of "${from}" has no reflinks: XFS (as made since 2018) and Btrfs have them, ext4 has not`,
        NO_REFLINKS,
      );
    }
    if (error.code === 124 || error.code === 137) {
      throw refused(
        `too many files to be copied within ${limit} s, in which applications wait: stop the module on this node, then there is no hurry`,
      );
    }
    throw error;
  }
}

/** The time limit ends all of its processes. */
async function run(
  script: string,
  from: string,
  into: string,
  seconds: number,
): Promise<void> {
  const limit = Math.max(0.1, seconds).toFixed(1);
  await command(
    ["timeout", "-k", "1", limit, "bash", "-c", script, from, into],
    { timeoutMs: seconds * 1000 + 5000, env: { LC_ALL: "C" } },
  );
}

async function renameDurably(from: string, to: string): Promise<void> {
  await Deno.rename(from, to);
  await syncFolder(dirname(to));
}

/** But ours; null: there is no such folder. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      if (name !== HIDDEN) names.push(name);
    }
    return names;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function make(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Two may do it at the same time: what one misses by that goes with the next. */
export async function removeTrees(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
