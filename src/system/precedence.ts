/**
 * Which threads run first where all processors are busy. The unit's share (CPUWeight) is for all of hakit.service, in which a
 * module's own services and checks run, too: ten of them would leave the agent a tenth.
 */
import { libc, Memory } from "./libc.ts";

const PRIO_PROCESS = 0;
const SCHED_OTHER = 0;
/** Threads and programs that this one starts are ordinary again. */
export const SCHED_RESET_ON_FORK = 0x40000000;
const NICE = -10;

/**
 * Gives the threads that this process has now about nine times the share of ordinary ones; without a right to it nothing changes.
 * `inherited`: what they start has the same; otherwise what the calling thread starts, programs too, is ordinary.
 */
export function comeFirst({ inherited }: { readonly inherited: boolean }) {
  if (!inherited && !schedule(SCHED_OTHER | SCHED_RESET_ON_FORK, 0)) return;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    libc.setpriority(PRIO_PROCESS, Number(name), NICE);
  }
}

/** sched_setscheduler(2) for the calling thread; false: refused. */
export function schedule(policy: number, priority: number): boolean {
  // struct sched_param { int sched_priority; }; process id 0 means this thread.
  const memory = new Memory(4096);
  memory.view.setInt32(0, priority, true);
  return libc.sched_setscheduler(0, policy, memory.address) === 0;
}
