/** What of a package's version decides whether it opens another one's files. Pure. */

/** "1:10.11.6-0+deb12u1": 10.11. */
export function seriesOf(version: string): string | null {
  return /^(?:\d+:)?(\d+\.\d+)/.exec(version)?.[1] ?? null;
}
