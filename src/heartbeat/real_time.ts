/** Real-time priority for the calling thread: a busy machine then cannot make its heartbeats late. */
import {
  comeFirst,
  SCHED_RESET_ON_FORK,
  schedule,
} from "../system/precedence.ts";

const SCHED_RR = 2;
const PRIORITY = 50;

/** null: done; otherwise why not, in one line. The heartbeats work without, only less punctually. */
export function realTime(): string | null {
  // On a single slow core it would take from the services and the replicator what it needs: seen in emulation, where the kernel
  // had to throttle it and everything else stood still for a minute.
  if (navigator.hardwareConcurrency < 2) {
    comeFirst({ inherited: false });
    return null;
  }
  return schedule(SCHED_RR | SCHED_RESET_ON_FORK, PRIORITY)
    ? null
    : "No real-time priority for the heartbeats: the system refused it (needs root or LimitRTPRIO)";
}
