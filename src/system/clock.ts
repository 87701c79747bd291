/** Time: monotonic milliseconds for decisions, a pause, and dates for file names. The wall clock decides nothing. */

const CLOCK_BOOTTIME = 7;
// struct timespec { time_t tv_sec; long tv_nsec; } on 64-bit machines. The lower halves say it all: a look makes no bigint.
const spec = new Uint32Array(4);
const at = Deno.UnsafePointer.of(spec);
const libc = Deno.dlopen("libc.so.6", {
  clock_gettime: { parameters: ["i32", "pointer"], result: "i32" },
}).symbols;

/**
 * Monotonic milliseconds since this machine booted, the same in every process and thread of it: a lease that one of them was given
 * can be looked at by another. Time that the machine slept counts.
 */
export function now(): number {
  libc.clock_gettime(CLOCK_BOOTTIME, at);
  return spec[0]! * 1000 + spec[2]! / 1e6;
}

/** Waits; returns early (without an error) when `signal` is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

/** "2026-11-23T02-30-00": sorts by time and is safe in a file name. */
export function fileStamp(): string {
  return fineStamp().slice(0, 19);
}

/** "2026-11-23T02-30-00-000Z": where there may be two in one second. */
export function fineStamp(): string {
  return new Date().toISOString().replace(/[:.]/g, "-");
}
