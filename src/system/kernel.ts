/** Versions of the kernel. Pure. */

/** Since then syncfs tells what could not be written back. */
export const SYNCFS_TELLS = [5, 8] as const;

/** `kernel`: "5.4.0-216-generic", as Deno.osRelease() says it. */
export function isBefore(
  kernel: string,
  [major, minor]: readonly [number, number],
): boolean {
  const [ours = 0, lesser = 0] = kernel.split(".").map(Number);
  return ours < major || ours === major && lesser < minor;
}
