/**
 * Copies of directories that outlived the agent which made them, or put them back: nobody looks any more whether the module has got a
 * role meanwhile, and they would go on writing beneath what is mirrored.
 */
import { killGroup } from "../actions/time_limit.ts";
import { now, sleep } from "../system/clock.ts";
import { running } from "../system/processes.ts";
import { COPYING } from "./copy_folders.ts";

/** KILL ends one at once, unless it waits in the kernel for its disk. */
const STUCK_MS = 10_000;
const LOOK_MS = 20;

/** True: there were some, and they are gone. Throws where one does not end. */
export async function endLeftCopies(
  directories: readonly string[],
): Promise<boolean> {
  const groups = new Set<number>();
  for (const { pid, argv } of running()) {
    const [script = "", from = "", into = ""] = argv.slice(-3);
    if (!COPYING.includes(script)) continue;
    if (!directories.includes(from) && !directories.includes(into)) continue;
    groups.add(groupOf(pid));
  }
  // One that has ended meanwhile, or has no group of its own yet.
  groups.delete(0);
  groups.delete(groupOf(Deno.pid));
  for (const group of groups) killGroup(group, "SIGKILL");
  const since = now();
  while (running().some(({ pid }) => groups.has(groupOf(pid)))) {
    if (now() - since > STUCK_MS) {
      throw new Error(
        "what an agent before this one was copying does not end: the disk does not answer",
      );
    }
    await sleep(LOOK_MS);
  }
  return groups.size > 0;
}

/** Of processes; 0: it has ended. */
function groupOf(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // proc(5): "PID (NAME) STATE PARENT GROUP …"; a name may have brackets and spaces.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return 0;
  }
}
