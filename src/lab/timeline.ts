/** What came of a drill, from what the writer and the watcher saw. Pure. */
import type { WriterEvent } from "./writer.ts";

export interface Outcome {
  /** From the kill to the survivor's verdict; null: not seen. */
  readonly detectedMs: number | null;
  /** … until the virtual address answered the client again. */
  readonly addressMs: number | null;
  /** … until the service acknowledged a row again. */
  readonly serviceMs: number | null;
  /** Rows that the client was told are safe. */
  readonly acknowledged: number;
  /** Those of them that are there afterwards. */
  readonly found: number;
  readonly lost: number;
}

/** `killedAt` is taken just before the plug is pulled: some acknowledgements may still follow it. */
export function outcome(
  killedAt: number,
  detectedAt: number | null,
  events: readonly WriterEvent[],
): Outcome {
  const acknowledged = new Set<string>();
  const rows = new Set<string>();
  let addressAt: number | null = null;
  for (const event of events) {
    if ("acknowledged" in event) acknowledged.add(event.acknowledged);
    else if ("address" in event) addressAt ??= event.at;
    else for (const row of event.rows) rows.add(row);
  }
  const serviceAt = longestGap(events, killedAt)?.to ?? null;
  // A row is an answer of the address, too.
  if (serviceAt !== null) {
    addressAt = Math.min(addressAt ?? Infinity, serviceAt);
  }
  const since = (at: number | null) => at === null ? null : at - killedAt;
  const found = acknowledged.intersection(rows).size;
  return {
    detectedMs: since(detectedAt),
    addressMs: since(addressAt),
    serviceMs: since(serviceAt),
    acknowledged: acknowledged.size,
    found,
    lost: acknowledged.size - found,
  };
}

/** The longest time between two acknowledgements that ended after `at`: what a client saw of a failover or swap. */
export function longestGap(
  events: readonly WriterEvent[],
  at: number,
): { readonly from: number; readonly to: number } | null {
  const times = events.filter((event) => "acknowledged" in event)
    .map((event) => event.at);
  let longest: { from: number; to: number } | null = null;
  for (let i = 1; i < times.length; i++) {
    const from = times[i - 1]!, to = times[i]!;
    if (to < at) continue;
    if (longest === null || to - from > longest.to - longest.from) {
      longest = { from, to };
    }
  }
  return longest;
}
