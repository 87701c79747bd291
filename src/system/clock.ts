/** Time: monotonic milliseconds for decisions, a pause, and dates for file names. The wall clock decides nothing. */

/** Monotonic milliseconds since this process began; unaffected by clock changes. */
export function now(): number {
  return performance.now();
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

/** "2026-11-23T02-30-00": sorts by time and is safe in a file name. */
export function fileStamp(date: Date = new Date()): string {
  return date.toISOString().slice(0, 19).replaceAll(":", "-");
}
