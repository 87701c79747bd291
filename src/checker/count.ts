/** Counts the processes that a check means, in /proc. */
import type { ProcessCheck } from "../module/checkers.ts";
import { CannotTell } from "./reading.ts";
import { isCandidate, isMeant, needsLine, parseStat } from "./processes.ts";

/** A command line longer than this is cut: a pattern looks at its beginning. */
const MAX_LINE = 4096;

export async function countProcesses(check: ProcessCheck): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await read(`/proc/${name}/stat`);
    const process = stat === null ? null : parseStat(stat);
    if (process === null || !isCandidate(process, check)) continue;
    const line = needsLine(process, check)
      ? await read(`/proc/${name}/cmdline`)
      : null;
    if (isMeant(process, check, line)) count += 1;
  }
  return count;
}

/** Null: it has ended between looking and reading. */
async function read(path: string): Promise<string | null> {
  try {
    return (await Deno.readTextFile(path)).slice(0, MAX_LINE);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw new CannotTell(`${path}: ${code ?? error}`, { cause: error });
  }
}
