/**
 * Point-in-time copies of a module's mirrored directories on this node. What is deleted by mistake is deleted on both nodes at once; from
 * such a copy it comes back.
 */
import { ApiError } from "../api/error.ts";
import type { Command, Report } from "../replication/control.ts";
import { fineStamp } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";
import { Turns } from "../system/turns.ts";
import { Sizes } from "./sizes.ts";
import { BEFORE, CopyFolders, refused, removeTrees } from "./copy_folders.ts";

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

/** So long applications wait at most, and the replicator takes nothing from its primary. */
const COPY_SECONDS = 5;
const HOLD_MS = 8000;
/** Nobody waits on a node where the module is stopped. */
const STOPPED_SECONDS = 8 * 60;

export class Copies {
  readonly #cluster: CopiesOptions["cluster"];
  readonly #sizes = new Sizes();
  /** One at a time. */
  readonly #turns = new Turns();
  /** The module that a copy is being restored of. */
  #restoring: string | null = null;

  constructor({ cluster }: CopiesOptions) {
    this.#cluster = cluster;
  }

  /** Why the module cannot be told to run here now, in one line; null: it can. */
  refusal(
    { module, command }: { readonly module: string; readonly command: string },
  ): string | null {
    if (this.#restoring !== module) return null;
    return `Cannot ${command} ${module}: a copy is being restored into its directories`;
  }

  /** Oldest first; only what is there of every directory. */
  async list(name: string): Promise<Copy[]> {
    const module = this.#module(name);
    mustNotServe(module);
    const names = await foldersOf(module).names();
    return names.map((name) => ({ name }));
  }

  /** The same, with the room that each takes: what it shares with the data, or another copy, counts for both. Null: not counted yet. */
  async sized(
    name: string,
  ): Promise<(Copy & { readonly bytes: number | null })[]> {
    const folders = foldersOf(this.#module(name));
    return (await this.list(name)).map((copy) => ({
      ...copy,
      bytes: this.#sizes.of(folders.foldersOf(copy.name)),
    }));
  }

  /** Of this moment, on a node that does not serve. `keep`: so many of them stay, the oldest go. */
  take(
    name: string,
    { keep, by }: { readonly keep: number | null; readonly by: string },
  ): Promise<Copy> {
    return this.#turns.take(async () => {
      const module = this.#module(name);
      mustNotServe(module);
      const copy = { name: fineStamp() };
      const folders = foldersOf(module);
      // What a crash left may take long: nobody waits for that yet.
      await removeTrees(await folders.parts("others"));
      await still(module, (seconds) => folders.clone(copy.name, seconds))
        .catch(async (error) => {
          await removeTrees(await folders.parts("others"));
          throw error;
        });
      await folders.finish(copy.name);
      module.log.info(`copy ${copy.name} taken (by ${by})`);
      if (keep !== null) await this.#keepOnly(name, keep, copy.name);
      return copy;
    });
  }

  /**
   * Puts a copy in the place of what stands in the directories, which is kept as a copy itself. The module must be stopped. Afterwards this
   * node's copy is the newest one: started as primary, it is what the other node gets.
   */
  restore(name: string, copy: string, by: string): Promise<Copy> {
    return this.#turns.take(async () => {
      this.#restoring = name;
      try {
        return await this.#restore(name, copy, by);
      } finally {
        this.#restoring = null;
      }
    });
  }

  async #restore(name: string, copy: string, by: string): Promise<Copy> {
    const module = this.#module(name);
    await this.#mustExist(name, copy);
    mustBeStopped(module);
    const before = { name: `${BEFORE}${fineStamp()}` };
    const folders = foldersOf(module);
    // In the place of half a copy, or on a disk that is not the one that was mirrored: the other node has the whole one, perhaps of the
    // same generation as what is restored, and newer. It is no older copy then, to be overwritten, and is kept aside.
    const report = module.report();
    const whole = (report?.identity.consistent ?? false) && !report?.strange;
    const aside = { name: before.name, seconds: STOPPED_SECONDS };
    try {
      await folders.setAside(before.name);
      // A crash from here on leaves what is no whole copy: the other node's counts then, or the restoring is begun again. Nor does the
      // module get a role: what is put there would lie beneath what is mirrored.
      await module.ask({ command: "replace" });
      await putBack(module, folders, before.name);
      // All of it first: then it is a copy, wherever the rest is cut off.
      for (const index of folders.directories.keys()) {
        mustBeStopped(module);
        await folders.moveAside(index, aside);
      }
      for (const index of folders.directories.keys()) {
        mustBeStopped(module);
        await folders.putInPlace(index, { ...aside, name: copy });
      }
      // By a replicator that began meanwhile it gets the other node's data: that is no copy to lead with.
      mustBeStopped(module);
      await module.ask({ command: "force", full: true, whole });
    } catch (error) {
      const undone = await undo(module, folders, before.name);
      await module.ask({ command: "replace-end", undone }).catch(() => {});
      const known = await folders.names().catch(() => [before.name]);
      const where = undone
        ? "; what stood there stands there as before"
        : known.includes(before.name)
        ? `; what stood there is kept as copy ${before.name}`
        : `; what stood there is moved by half to "${
          folders.foldersOf(before.name)[0]
        }.half"`;
      const text = `Cannot restore "${copy}": ${messageOf(error)}${where}`;
      module.log.warning(text);
      const { status, code } = error instanceof ApiError
        ? error
        : { status: 500, code: "failed" } as const;
      throw new ApiError(status, code, text, { cause: error });
    }
    module.log.warning(
      `copy ${copy} restored, what stood there is kept as ${before.name} (by ${by})`,
    );
    return before;
  }

  drop(name: string, copy: string): Promise<void> {
    return this.#turns.take(async () => {
      await this.#mustExist(name, copy);
      await foldersOf(this.#module(name)).remove(copy);
    });
  }

  async #keepOnly(
    module: string,
    keep: number,
    newest: string,
  ): Promise<void> {
    const names = (await this.list(module)).map(({ name }) => name);
    for (const name of superfluous(names, keep, newest)) {
      await foldersOf(this.#module(module)).remove(name);
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
}

/** The oldest beyond so many. After the clock was set back the one just taken has the oldest name: it stays. */
export function superfluous(
  names: readonly string[],
  keep: number,
  newest: string,
): string[] {
  const others = names.filter((name) =>
    !name.startsWith(BEFORE) && name !== newest
  );
  return others.slice(0, Math.max(0, others.length + 1 - keep));
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

/** What a restore that was cut off had moved aside by half: it belongs to what stands there. */
async function putBack(
  { log }: Mirrored,
  folders: CopyFolders,
  present: string,
): Promise<void> {
  for (const name of await folders.halves()) {
    if (name === present) continue;
    const [first] = folders.foldersOf(name);
    const done = await folders.moveBack(name, STOPPED_SECONDS);
    log.warning(
      done
        ? `what a restore that was cut off had moved to ${name} stands in the directories again`
        : `what a restore that was cut off had moved to "${first}.half" stays there: the directories have been in use since`,
    );
  }
}

/** True: what stood in the directories stands there again. Never fails. */
async function undo(
  module: Mirrored,
  folders: CopyFolders,
  name: string,
): Promise<boolean> {
  try {
    // All of it is a copy by then.
    if (!(await folders.halves()).includes(name)) return false;
    mustBeStopped(module);
    return await folders.moveBack(name, STOPPED_SECONDS);
  } catch (error) {
    module.log.warning(
      `what stood in the directories stays in ${name}: ${messageOf(error)}`,
    );
    return false;
  }
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

function foldersOf({ module }: Mirrored): CopyFolders {
  return new CopyFolders(module.directories.map(({ path }) => path));
}
