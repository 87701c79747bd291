/** Real-time priority for the calling thread, by libc: a busy machine then cannot make its heartbeats late. */
import { messageOf } from "../system/message.ts";

const SCHED_RR = 2;
/** Threads and programs that this one starts are ordinary again. */
const SCHED_RESET_ON_FORK = 0x40000000;
const PRIORITY = 50;

/** null: done; otherwise why not, in one line. The heartbeats work without, only less punctually. */
export function realTime(): string | null {
  // On a single slow core it would take from the services and the replicator what it needs: seen in emulation, where the kernel
  // had to throttle it and everything else stood still for a minute.
  if (navigator.hardwareConcurrency < 2) return null;
  try {
    const libc = Deno.dlopen("libc.so.6", {
      sched_setscheduler: {
        parameters: ["i32", "i32", "buffer"],
        result: "i32",
      },
    });
    try {
      // struct sched_param { int sched_priority; }; process id 0 means this thread.
      const result = libc.symbols.sched_setscheduler(
        0,
        SCHED_RR | SCHED_RESET_ON_FORK,
        new Int32Array([PRIORITY]),
      );
      return result === 0
        ? null
        : "No real-time priority for the heartbeats: the system refused it (needs root or LimitRTPRIO)";
    } finally {
      libc.close();
    }
  } catch (error) {
    const why = messageOf(error);
    return `No real-time priority for the heartbeats: ${why}`;
  }
}
