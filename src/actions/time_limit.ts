/** Waits for a program that leads a process group, and never for longer than it may take and a few seconds, whatever it is stuck in. */
import { sleep } from "../system/clock.ts";

export interface TimeLimit {
  readonly timeoutMs: number;
  /** A group that does not end on TERM gets KILL after this. */
  readonly killAfterMs: number;
  /** After KILL a process is gone at once, or stuck in the kernel: it is waited for no longer than this. */
  readonly stuckAfterMs: number;
  /** Ends it early, as the time limit does. */
  readonly signal: AbortSignal;
}

export interface Ended {
  readonly success: boolean;
  readonly code: number;
  readonly timedOut: boolean;
}

const STUCK = { success: false, code: 137, signal: "SIGKILL" } as const;

export async function withinLimit(
  { pid, status: end }: Pick<Deno.ChildProcess, "pid" | "status">,
  { timeoutMs, killAfterMs, stuckAfterMs, signal }: TimeLimit,
): Promise<Ended> {
  let timedOut = false;
  const ended = new AbortController();
  const guard = (async () => {
    await sleep(timeoutMs, AbortSignal.any([signal, ended.signal]));
    if (ended.signal.aborted) return;
    timedOut = !signal.aborted;
    killGroup(pid, "SIGTERM");
    await sleep(killAfterMs, ended.signal);
    // Also when the program itself has ended: what it started in its group had its chance.
    killGroup(pid, "SIGKILL");
    await sleep(stuckAfterMs, ended.signal);
  })();
  const { success, code } = await Promise.race([
    end,
    // It waits in the kernel for a disk or a mount that does not answer, and not even KILL ends it. What comes next (an unmount)
    // is what sets it free: waiting here would be for ever.
    guard.then(() => ended.signal.aborted ? end : STUCK),
  ]);
  ended.abort();
  await guard;
  return { success, code, timedOut };
}

/** Nothing to kill is no failure. */
export function killGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch {
    // The group is empty: that was the wish.
  }
}
