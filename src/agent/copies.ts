/**
 * Point-in-time copies of a module's mirrored directories on this node, in our own folder of each, which is neither shown nor mirrored.
 * By reflink (XFS, Btrfs): a copy costs neither time nor room for data until the data changes. What is deleted by mistake is deleted on
 * both nodes at once; from such a copy it comes back.
 */
import { dirname, join } from "node:path";
import { ApiError } from "../api/error.ts";
import type { Command, Report } from "../replication/control.ts";
import { HIDDEN } from "../replication/name.ts";
import { command, CommandError } from "../system/command.ts";
import { syncFolder } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";

export interface Copy {
  /** When it was taken, in the form of a file's name; "before-" and this: what a restored copy has taken the place of. */
  readonly name: string;
}

/** What is needed of a module that runs here. */
export interface Mirrored {
  readonly module: {
    readonly directories: readonly { readonly path: string }[];
  };
  readonly log: Pick<Log, "info" | "warning">;
  view(): { readonly role: string } | null;
  report(): Report | null;
  ask(command: Command): Promise<void>;
}

export interface CopiesOptions {
  readonly cluster: { module(name: string): Mirrored | undefined };
}

const FOLDER = "copies";
/** Of a copy that is being made. */
const PART = ".part";
const BEFORE = "before-";
/** So long applications wait at most, and the replicator takes nothing from its primary. */
const COPY_SECONDS = 5;
const HOLD_MS = 8000;
/** Nobody waits on a node where the module is stopped. */
const STOPPED_SECONDS = 8 * 60;
const SYNC_MS = 8 * 60_000;

/** $0: from where, $1: into which folder. All names at once, or none: cp keeps hard links only among what it is told together. */
const ALL_BUT_OURS =
  `set -o pipefail; cd "$0" && find . -mindepth 1 -maxdepth 1 ! -name ${HIDDEN} -print0 | xargs -0 -r -x -n 1000000 -s 1900000`;
const CLONE = `${ALL_BUT_OURS} cp -a --reflink=always -t "$1" --`;
const MOVE = `${ALL_BUT_OURS} mv -n -t "$1" --`;

export class Copies {
  readonly #cluster: CopiesOptions["cluster"];
  /** One at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ cluster }: CopiesOptions) {
    this.#cluster = cluster;
  }

  /** Oldest first; only what is there of every directory. */
  async list(name: string): Promise<Copy[]> {
    const module = this.#module(name);
    mustNotServe(module);
    const folders = foldersOf(module);
    const sets = await Promise.all(folders.map(namesIn));
    const [first = [], ...others] = sets;
    return first.filter((name) =>
      !name.endsWith(PART) && others.every((names) => names.includes(name))
    ).sort((one, other) => dateOf(one) < dateOf(other) ? -1 : 1)
      .map((name) => ({ name }));
  }

  /** Of this moment, on a node that does not serve. `keep`: so many of them stay, the oldest go. */
  take(
    name: string,
    { keep, by }: { readonly keep: number | null; readonly by: string },
  ): Promise<Copy> {
    return this.#inTurn(async () => {
      const module = this.#module(name);
      mustNotServe(module);
      const copy = { name: stamp() };
      const folders = foldersOf(module);
      const parts = folders.map((folder) => join(folder, copy.name + PART));
      await this.#removeParts(folders);
      for (const part of parts) await make(part);
      try {
        await still(module, async (seconds) => {
          const end = Date.now() + seconds * 1000;
          for (const [index, from] of directoriesOf(module).entries()) {
            await clone(from, parts[index]!, (end - Date.now()) / 1000);
          }
        });
      } catch (error) {
        await this.#removeParts(folders);
        throw error;
      }
      for (const part of parts) {
        await command(["sync", "-f", part], { timeoutMs: SYNC_MS });
        await Deno.rename(part, part.slice(0, -PART.length));
        await syncFolder(dirname(part));
      }
      module.log.info(`copy ${copy.name} taken (by ${by})`);
      if (keep !== null) await this.#keepOnly(name, keep);
      return copy;
    });
  }

  /**
   * Puts a copy in the place of what stands in the directories, which is kept as a copy itself. The module must be stopped. Afterwards this
   * node's copy is the newest one: started as primary, it is what the other node gets.
   */
  restore(name: string, copy: string, by: string): Promise<Copy> {
    return this.#inTurn(async () => {
      const module = this.#module(name);
      await this.#mustExist(name, copy);
      mustBeStopped(module);
      const before = { name: `${BEFORE}${stamp()}` };
      const folders = foldersOf(module);
      for (const folder of folders) await make(join(folder, before.name));
      // A crash from here on leaves what is no whole copy: the other node's counts then, or the restoring is begun again.
      await module.ask({ command: "replace" });
      for (const [index, directory] of directoriesOf(module).entries()) {
        const folder = folders[index]!;
        const aside = join(folder, before.name);
        mustBeStopped(module);
        await run(MOVE, directory, aside, STOPPED_SECONDS);
        await clone(join(folder, copy), directory, STOPPED_SECONDS);
        await command(["sync", "-f", directory], { timeoutMs: SYNC_MS });
      }
      // Started meanwhile it gets the other node's data: that is no copy to lead with.
      mustBeStopped(module);
      await module.ask({ command: "force", full: true });
      module.log.warning(
        `copy ${copy} restored, what stood there is kept as ${before.name} (by ${by})`,
      );
      return before;
    });
  }

  drop(name: string, copy: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#mustExist(name, copy);
      await this.#remove(name, copy);
    });
  }

  async #keepOnly(module: string, keep: number): Promise<void> {
    const taken = (await this.list(module))
      .filter(({ name }) => !name.startsWith(BEFORE));
    for (const { name } of taken.slice(0, -keep)) {
      await this.#remove(module, name);
    }
  }

  async #remove(module: string, copy: string): Promise<void> {
    const folders = foldersOf(this.#module(module));
    // Half a copy is none: what a crash leaves of it goes with the next one that is taken.
    for (const folder of folders) {
      await Deno.rename(join(folder, copy), join(folder, copy + PART));
    }
    await this.#removeParts(folders);
  }

  /** Also what a power cut left in some of the directories only: nobody can name it. */
  async #removeParts(folders: readonly string[]): Promise<void> {
    const sets = await Promise.all(folders.map(namesIn));
    for (const [index, folder] of folders.entries()) {
      for (const name of sets[index]!) {
        const whole = sets.every((names) => names.includes(name));
        const named = whole || name.startsWith(BEFORE);
        if (named && !name.endsWith(PART)) continue;
        await Deno.remove(join(folder, name), { recursive: true });
      }
    }
  }

  async #mustExist(module: string, copy: string): Promise<void> {
    const known = (await this.list(module)).map(({ name }) => name);
    if (known.includes(copy)) return;
    throw new ApiError(
      404,
      "no-such-copy",
      `Module "${module}" has no copy "${copy}" on this node, expected ${
        known.length === 0 ? "none: there is no copy" : known.join(", ")
      }`,
    );
  }

  #module(name: string): Mirrored {
    const module = this.#cluster.module(name);
    if (module && module.module.directories.length > 0) return module;
    throw new ApiError(
      404,
      "no-such-module",
      `No module "${name}" with mirrored directories is installed on this node`,
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** Does `work`, given its time in seconds, while nothing changes in the directories. Throws when something may have. */
async function still(
  module: Mirrored,
  work: (seconds: number) => Promise<void>,
): Promise<void> {
  const report = module.report();
  const stopped = () => module.view()?.role === "STOP";
  if (!report) throw refused("the replicator does not run");
  if (!report.identity.consistent) {
    throw refused(
      "what stands here is not whole: it is being brought up to date, or was never",
    );
  }
  if (report.phase === "idle") {
    if (!stopped()) throw refused("the module is on its way to another role");
    await work(STOPPED_SECONDS);
    if (!stopped()) throw refused("the module was started meanwhile");
    return;
  }
  await module.ask({ command: "hold", ms: HOLD_MS });
  // It refuses when its time has run out, or this node has become primary meanwhile.
  const end = () => module.ask({ command: "hold", ms: 0 });
  try {
    await work(COPY_SECONDS);
  } catch (error) {
    await end().catch(() => {});
    throw error;
  }
  await end().catch((error) => {
    throw refused(messageOf(error));
  });
}

/** What lies beneath the mount cannot be reached, and applications write. */
function mustNotServe(module: Mirrored): void {
  if (module.report()?.phase !== "primary") return;
  throw refused(
    "the module serves on this node: here its copies are seen, and taken, when it does not",
  );
}

function mustBeStopped(module: Mirrored): void {
  const role = module.view()?.role;
  if (role === "STOP" && module.report()?.phase === "idle") return;
  throw refused(
    `the module is ${
      role ?? "just beginning"
    } here: stop it on both nodes first`,
  );
}

async function clone(
  from: string,
  into: string,
  seconds: number,
): Promise<void> {
  try {
    await run(CLONE, from, into, seconds);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (/failed to clone/.test(error.stderr)) {
      throw refused(
        `the file system of "${from}" has no reflinks: XFS (as made since 2018) and Btrfs have them, ext4 has not`,
      );
    }
    if (error.code === 124 || error.code === 137) {
      throw refused(
        `too many files to be copied within ${COPY_SECONDS} s, in which applications wait: stop the module on this node, then there is no hurry`,
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

function refused(why: string): ApiError {
  return new ApiError(409, "refused", `Cannot copy: ${why}`);
}

function directoriesOf({ module }: Mirrored): string[] {
  return module.directories.map(({ path }) => path);
}

function foldersOf(module: Mirrored): string[] {
  return directoriesOf(module).map((path) => join(path, HIDDEN, FOLDER));
}

async function make(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder)))
      .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function stamp(): string {
  return new Date().toISOString().replace(/[:.]/g, "-");
}

function dateOf(name: string): string {
  return name.replace(BEFORE, "");
}
