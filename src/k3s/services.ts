/** systemd, as few small questions and orders. */
import { dirname } from "node:path";
import { command } from "../system/command.ts";
import { exists, readIfPresent, writeDurably } from "../system/files.ts";

/** A unit of the distribution may take its time to stop, and systemd on a busy machine to answer. */
const PATIENT = { timeoutMs: 120_000 } as const;

export async function isActive(unit: string): Promise<boolean> {
  return await says(["is-active", unit]) === "active";
}

/** "enabled", "disabled", "masked", … ; "" when there is no such unit. */
export async function enabledState(unit: string): Promise<string> {
  return await says(["is-enabled", unit]);
}

export async function systemctl(...args: readonly string[]): Promise<void> {
  await command(["systemctl", ...args], PATIENT);
}

async function says(args: readonly string[]): Promise<string> {
  const { stdout } = await command(["systemctl", ...args], {
    ...PATIENT,
    anyCode: true,
  });
  return stdout.trim();
}

/** All of this server stops, not only a unit of it. */
export async function isShuttingDown(): Promise<boolean> {
  return await says(["is-system-running"]) === "stopping";
}

/** Its files were changed and systemd does not know: a run that was cut off before "daemon-reload". */
export async function isStale(unit: string): Promise<boolean> {
  return await says(["show", "-p", "NeedDaemonReload", "--value", unit]) ===
    "yes";
}

/** How often systemd has started it again by itself. */
export async function restartsOf(unit: string): Promise<number> {
  return Number(await says(["show", "-p", "NRestarts", "--value", unit])) || 0;
}

/** Why the unit's own program has ended, in its words. */
export async function lastWords(unit: string): Promise<string> {
  const { stdout } = await command([
    ...["journalctl", "--unit", unit, "--output=cat", "--no-pager"],
    ...["--lines=500", "--reverse"],
  ], { ...PATIENT, anyCode: true });
  return reasonIn(stdout.split("\n"), unit);
}

/** Out of a journal, newest line first. One that begins anew has said many things after its last reason. Pure. */
export function reasonIn(lines: readonly string[], unit: string): string {
  const fatal = lines.find((line) => /\blevel=fatal\b|^panic: /.test(line));
  const own = fatal ??
    lines.find((line) =>
      line !== "" && !line.startsWith(`${unit}.service`) &&
      !/^(Start|Stopp|Failed to start|Scheduled)/.test(line)
    );
  const said = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(own ?? "")?.[1];
  return (said ?? own ?? "it says nothing").slice(0, 300);
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
}

/** The files whose content or mode is not what it should be. */
export async function outdated(
  files: readonly TextFile[],
): Promise<readonly TextFile[]> {
  const wrong: TextFile[] = [];
  for (const file of files) {
    if (await readIfPresent(file.path) !== file.text) wrong.push(file);
    else {
      const { mode } = await Deno.stat(file.path);
      if (((mode ?? 0) & 0o777) !== (file.mode ?? 0o644)) wrong.push(file);
    }
  }
  return wrong;
}

/** Writes them, folders included. */
export async function writeFiles(files: readonly TextFile[]): Promise<void> {
  for (const { path, text, mode = 0o644 } of files) {
    await makeFolder(dirname(path));
    await writeDurably(path, text, { mode });
  }
}

/** Open to everybody, as the distribution's own are: the agent has a umask that would close it to all but root. */
async function makeFolder(path: string): Promise<void> {
  if (await exists(path)) return;
  await makeFolder(dirname(path));
  await Deno.mkdir(path);
  await Deno.chmod(path, 0o755);
}

/** Removes a file or folder if it is there; true when it was. */
export async function removeIfPresent(path: string): Promise<boolean> {
  try {
    await Deno.remove(path, { recursive: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
