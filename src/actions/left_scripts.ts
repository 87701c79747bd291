/** Scripts that outlived the agent which ran them. A new agent starts them again, or their opposites: two at once would undo each other. */
import { basename, join } from "node:path";
import { SCRIPTS } from "../machine/action.ts";
import { sleep } from "../system/clock.ts";
import { type Running, running } from "../system/processes.ts";
import { killGroup } from "./time_limit.ts";

/** The peer does not wait for a new agent's first word. */
const GRACE_MS = 300;

/**
 * Ends them with all that is in their process groups; what they have started in sessions of its own (services) goes on. `folder`: the
 * module's. Returns their names.
 */
export async function endLeftScripts(folder: string): Promise<string[]> {
  const files = SCRIPTS.map((name) => join(folder, "bin", name));
  const left = running().flatMap((one) => {
    const file = files.find((file) => one.argv.includes(file));
    return file !== undefined && leads(one) ? [{ ...one, file }] : [];
  });
  if (left.length === 0) return [];
  for (const { pid } of left) killGroup(pid, "SIGTERM");
  await sleep(GRACE_MS);
  for (const { pid } of left) killGroup(pid, "SIGKILL");
  return left.map(({ file }) => basename(file));
}

/** A process group, and an agent has started it: no editor in which a person has that file open. */
function leads({ pid }: Running): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // proc(5): "PID (NAME) STATE PARENT GROUP …"; a name may have brackets and spaces.
    const group = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2];
    const environment = Deno.readTextFileSync(`/proc/${pid}/environ`);
    return group === String(pid) && environment.includes("HAKIT_SCRIPT_LOG=");
  } catch {
    return false; // It has ended meanwhile.
  }
}
