/**
 * A hakit that was put in place and has not answered yet. Its guard is a process, which a power cut ends: what it knew stands in
 * STATE/upgrade.json from before the exchange until the new agent has answered, and an agent that begins has itself guarded again.
 * It is looked at before anything else of an agent: a new version may fail in all the rest.
 */
import { join } from "node:path";
import { z } from "zod";
import { digestOf } from "../system/digest.ts";
import { readIfPresent, removeDurably, writeDurably } from "../system/files.ts";
import { createLog, type Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";
import { type Paths, paths as defaultPaths } from "../system/paths.ts";
import { running } from "../system/processes.ts";
import { spawnApart } from "./apart.ts";
import {
  exchange,
  type Files,
  filesOf,
  putBack,
  takeBack,
} from "./exchange.ts";

const trialSchema = z.object({
  /** Of the executable that must answer. */
  digest: z.string(),
  /** The kept one was to come, instead of one that was sent. */
  back: z.boolean(),
  /** How many were started; the last one may be at work, those before it saw no end. */
  guards: z.int().min(1),
});
export type Trial = z.infer<typeof trialSchema>;

/** A version under which the machine itself begins anew each time (a watchdog, the kernel) lets no guard come to its end. */
const MOST_GUARDS = 3;

/** What the guard is told; see upgrade_guard.ts. */
export interface Watch extends Files {
  readonly home: string | null;
  /** Of the agent that ends; 0: it has ended. */
  readonly pid: number;
  /** Of the executable that must answer. */
  readonly digest: string;
}

/** What an agent that begins has to do about it. Pure. */
export function judge(
  { digest, guards }: Trial,
  { running, guarded }: {
    /** Digest of the executable that begins. */
    readonly running: string;
    readonly guarded: boolean;
  },
): "over" | "nothing" | "guard" | "put-back" {
  // It never came, or was put back, or a person put another one there.
  if (digest !== running) return "over";
  if (guarded) return "nothing";
  return guards < MOST_GUARDS ? "guard" : "put-back";
}

/** The exchange, with what is to be known if this server loses power before the new one has answered. */
export async function beginTrial(
  paths: Paths,
  { files, source, digest, back }: {
    readonly files: Files;
    readonly source: string;
    readonly digest: string;
    readonly back: boolean;
  },
): Promise<void> {
  await keep(paths, { digest, back, guards: 1 });
  try {
    await exchange({ ...files, source });
  } catch (error) {
    await takeBack(files, { back });
    await endTrial(paths, digest);
    throw error;
  }
}

/** It answered, or was put back. By then another upgrade may have begun: that one's stays. */
export async function endTrial(paths: Paths, digest: string): Promise<void> {
  if ((await read(paths))?.digest === digest) {
    await removeDurably(fileOf(paths));
  }
}

/** When an agent begins. True: the executable before this one is in place again, and this agent is to end. It throws never. */
export async function resumeTrial(
  {
    paths = defaultPaths(),
    executable = Deno.build.standalone ? Deno.execPath() : null,
    home = Deno.env.get("HAKIT_HOME") ?? null,
    log = createLog(join(paths.log, "agent.log"), { echo: "agent" }),
    digest = () => digestOf("/proc/self/exe"),
    spawn = spawnApart,
  }: {
    readonly paths?: Paths;
    readonly executable?: string | null;
    readonly home?: string | null;
    readonly log?: Log;
    readonly digest?: () => Promise<string>;
    readonly spawn?: (argv: readonly [string, ...string[]]) => unknown;
  } = {},
): Promise<boolean> {
  if (executable === null) return false;
  try {
    const trial = await read(paths);
    if (trial === null) return false;
    const files = filesOf(executable);
    const watch: Watch = { ...files, home, pid: 0, digest: trial.digest };
    const verdict = judge(trial, {
      running: await digest(),
      guarded: isGuarded(watch),
    });
    switch (verdict) {
      case "nothing":
        return false;
      case "over":
        await takeBack(files, trial);
        await removeDurably(fileOf(paths));
        return false;
      case "guard":
        log.warning(
          "upgrade: this server stopped before the new agent had answered; its guard begins again",
        );
        // On a full disk the guard still comes.
        await keep(paths, { ...trial, guards: trial.guards + 1 })
          .catch((error) => log.error(`upgrade: ${messageOf(error)}`));
        spawn([files.previous, "upgrade-guard", JSON.stringify(watch)]);
        return false;
      case "put-back":
        log.error(
          `upgrade: this server stopped ${trial.guards} times before the new agent had answered; the old executable is put back`,
        );
        // Where nothing was kept, this one begins, and is not asked again.
        await putBack(files).finally(() => removeDurably(fileOf(paths)));
        return true;
      default:
        return verdict satisfies never;
    }
  } catch (error) {
    log.error(`upgrade: it is not guarded: ${messageOf(error)}`);
    return false;
  }
}

/** That executable and that home; by what the kernel says of processes. */
function isGuarded({ digest, home }: Watch): boolean {
  return running().some(({ argv }) => {
    if (argv.at(-2) !== "upgrade-guard") return false;
    try {
      const watch = JSON.parse(argv.at(-1)!);
      return watch.digest === digest && watch.home === home;
    } catch {
      return false;
    }
  });
}

/** Null: there is none, or nobody can read it. */
async function read(paths: Paths): Promise<Trial | null> {
  const text = await readIfPresent(fileOf(paths));
  if (text === null) return null;
  try {
    return trialSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function keep(paths: Paths, trial: Trial): Promise<void> {
  await writeDurably(fileOf(paths), JSON.stringify(trial) + "\n", {
    mode: 0o640,
  });
}

function fileOf(paths: Paths): string {
  return join(paths.state, "upgrade.json");
}
