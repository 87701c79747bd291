/**
 * Runs one script of a module: own process group, output straight into a file of its own, time limit for the whole group.
 * The output does not pass through the agent: a service that a script leaves behind keeps writing when the agent is gone.
 */
import { join } from "node:path";
import { fileStamp, now } from "../system/clock.ts";
import { dropOldLogs } from "./script_logs.ts";
import { withinLimit } from "./time_limit.ts";

export interface ScriptRun {
  /** Folder of the module; the script is bin/NAME below it. */
  readonly folder: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Said before it is started; null: it has no log file. */
  readonly onBegin?: (log: string | null) => void;
  /** Folder for the log files of the module's scripts. */
  readonly logFolder: string;
  readonly timeoutMs: number;
  /** The control group in which it, and what it leaves behind, runs; absent: this process's own. */
  readonly group?: string | undefined;
  /** Ends the script early, as the time limit does. */
  readonly signal: AbortSignal;
}

export interface ScriptResult {
  readonly ok: boolean;
  readonly code: number;
  readonly timedOut: boolean;
  /** File with its output; null when none could be made (full disk): the output is lost then, the script ran. */
  readonly log: string | null;
  readonly ms: number;
}

const KILL_AFTER_MS = 5000;
const STUCK_AFTER_MS = 2000;

/** The agent is protected from the out-of-memory killer; a service that eats the memory must not be. */
const BECOME_SCRIPT =
  '(echo 0 >/proc/$$/oom_score_adj) 2>/dev/null; (echo $$ >"$0/cgroup.procs") 2>/dev/null; exec "$@" >>"$HAKIT_SCRIPT_LOG" 2>&1';

/** Runs the script, or returns null when the module has none of that name. */
export async function runScript(run: ScriptRun): Promise<ScriptResult | null> {
  const path = join(run.folder, "bin", run.script);
  if (!await isFile(path)) return null;
  const start = now();
  const log = await openLog(run);
  run.onBegin?.(log);
  const [program, ...args] = await startLine(path, run.args);
  // The shell only opens the log and becomes the script: same process, own session and group.
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", BECOME_SCRIPT, run.group ?? "/dev/null", program!].concat(
      args,
    ),
    cwd: run.folder,
    env: { ...run.env, HAKIT_SCRIPT_LOG: log ?? "/dev/null" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const { success, code, timedOut } = await withinLimit(child, {
    timeoutMs: run.timeoutMs,
    killAfterMs: KILL_AFTER_MS,
    stuckAfterMs: STUCK_AFTER_MS,
    signal: run.signal,
  });
  return {
    ok: success && !timedOut,
    code,
    timedOut,
    log,
    ms: Math.round(now() - start),
  };
}

/** Executable: run as it is. Otherwise (a copy from a stick without modes): by /bin/sh. */
export async function startLine(
  path: string,
  args: readonly string[],
): Promise<string[]> {
  const { mode } = await Deno.stat(path);
  const executable = mode !== null && (mode & 0o100) !== 0;
  return executable ? [path, ...args] : ["/bin/sh", path, ...args];
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function openLog(run: ScriptRun): Promise<string | null> {
  try {
    await Deno.mkdir(run.logFolder, { recursive: true, mode: 0o750 });
    await dropOldLogs(run.logFolder);
    for (let attempt = 0; attempt < 100; attempt++) {
      const suffix = attempt === 0 ? "" : `.${attempt}`;
      const file = `${run.script}_${fileStamp()}${suffix}.log`;
      const path = join(run.logFolder, file);
      try {
        (await Deno.open(path, { write: true, createNew: true, mode: 0o640 }))
          .close();
        return path;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  } catch {
    // A full or broken log disk must not keep a service down.
  }
  return null;
}
