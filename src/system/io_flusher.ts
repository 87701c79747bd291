/**
 * A process through which the kernel's own memory is written back (a loop device on our mount) must never wait for that: it asks
 * for memory, the kernel writes pages back to have some, and that needs this process. PR_SET_IO_FLUSHER (kernel 5.6, needs
 * CAP_SYS_RESOURCE) makes such requests take what is free, and its writes be throttled by their own disk only.
 */
import { libc, Memory } from "./libc.ts";

/** prctl(2) options: one sets a flag of the thread, the other tells it. */
export interface ThreadFlag {
  readonly set: number;
  readonly get: number;
}
export const IO_FLUSHER: ThreadFlag = { set: 57, get: 58 };
const MAX_ARGUMENTS = 64;

/**
 * Gives every thread of this process the flag. It belongs to a thread and V8's own threads run already, so the program begins
 * again with it: threads inherit it. Call first of all; where the kernel refuses, this returns and nothing has changed.
 */
export function beginAgainWith(flag: ThreadFlag): void {
  if (libc.prctl(flag.get, 0, 0, 0, 0) !== 0) return;
  if (libc.prctl(flag.set, 1, 0, 0, 0) !== 0) return;
  const command = Deno.readFileSync("/proc/self/cmdline");
  const memory = new Memory(8192 + MAX_ARGUMENTS * 8 + command.length);
  const strings = 8192 + MAX_ARGUMENTS * 8;
  memory.bytes.set(command, strings);
  let count = 0;
  for (let at = 0; at < command.length; count++) {
    // The list ends with a null pointer. Ours has three words.
    if (count === MAX_ARGUMENTS - 1) return;
    const address = BigInt(memory.address + strings + at);
    memory.view.setBigUint64(8192 + count * 8, address, true);
    at = command.indexOf(0, at) + 1;
  }
  libc.execv(memory.string(Deno.execPath()), memory.address + 8192);
}
