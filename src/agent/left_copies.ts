/**
 * Copies of directories that outlived the agent which made them, or put them back: nobody looks any more whether the module has got a
 * role meanwhile, and they would go on writing beneath what is mirrored.
 */
import { killGroup } from "../actions/time_limit.ts";
import { now, sleep } from "../system/clock.ts";
import { running } from "../system/processes.ts";
import { messageOf } from "../system/message.ts";
import { COPYING } from "./copy_folders.ts";

/** KILL ends one at once, unless it waits in the kernel for its disk. */
const STUCK_MS = 10_000;
const LOOK_MS = 20;
/** Until the disk answers, however long that takes. */
const AGAIN_MS = 10_000;

/** Their process groups; called once, before this agent makes a copy of its own. */
export function killLeftCopies(directories: readonly string[]): Set<number> {
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
  return groups;
}

/** Takes those out of `groups` that have ended: their numbers may be other processes' later. Throws where one does not end. */
export async function haveEnded(groups: Set<number>): Promise<void> {
  const since = now();
  while (true) {
    const there = new Set(running().map(({ pid }) => groupOf(pid)));
    for (const group of groups) if (!there.has(group)) groups.delete(group);
    if (groups.size === 0) return;
    const waited = now() - since;
    if (waited > STUCK_MS) {
      throw new Error(
        "what an agent before this one was copying does not end: the disk does not answer",
      );
    }
    await sleep(Math.max(LOOK_MS, waited / 10));
  }
}

/**
 * Waits for one attempt. Where that fails others follow by themselves until one succeeds or `signal` is aborted: without them the module
 * would have no role before the agent begins anew. What is wrong is said once, not with every attempt.
 */
export async function atLast(
  attempt: () => Promise<void>,
  { failed, signal, againMs = AGAIN_MS }: {
    readonly failed: (problem: string) => void;
    readonly signal: AbortSignal;
    readonly againMs?: number;
  },
): Promise<void> {
  let said = "";
  const succeeds = async () => {
    try {
      await attempt();
      return true;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== said) failed(problem);
      said = problem;
      return false;
    }
  };
  const goOn = async () => {
    do await sleep(againMs, signal); while (
      !signal.aborted && !await succeeds()
    );
  };
  if (!await succeeds()) goOn();
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
