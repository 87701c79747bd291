/**
 * How much of the time something on this server waited for a processor, the disk or memory: pressure stall information, Linux 4.20 and
 * later (kernel documentation, accounting/psi). Where that is nearly always, a check that takes too long says nothing of the service.
 */

/** For each resource, us since the boot in which at least one task waited for it. */
export type Stalled = readonly number[];

const RESOURCES = ["cpu", "io", "memory"];
/** Part of the time. A busy server is not too busy: its checks are slower, and answer. */
const MOST = 0.75;

/** Null: this kernel does not tell. */
export function stalled(): Stalled | null {
  try {
    return RESOURCES.map((name) =>
      totalOf(Deno.readTextFileSync(`/proc/pressure/${name}`))
    );
  } catch {
    return null;
  }
}

/** "some avg10=45.13 avg60=60.25 avg300=70.75 total=911539995", and a second line that begins with "full". */
export function totalOf(text: string): number {
  return Number(/^some .*total=(\d+)/.exec(text)?.[1] ?? 0);
}

/** Whether nearly all of `elapsedMs` between the two was waited for one of the resources. */
export function tooBusy(
  before: Stalled | null,
  after: Stalled | null,
  elapsedMs: number,
): boolean {
  if (before === null || after === null || elapsedMs <= 0) return false;
  return after.some((total, i) =>
    (total - before[i]!) / 1000 > elapsedMs * MOST
  );
}
