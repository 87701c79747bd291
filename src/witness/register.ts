/**
 * What a witness remembers of one module, and how it answers: compare-and-set on an epoch, and leases. Pure: time comes as an
 * argument, what must be durable goes back to the caller.
 *
 * Two nodes that agree hold the same epoch, and nobody holds the vote (`holder` null: both are up to date). Whoever wants to go on
 * alone sets the next epoch with itself as holder; that works once, so the other one is too late and knows it.
 */

/** Durable before it is told to anybody. */
export interface Entry {
  /** Grows by every change, never comes twice. */
  readonly epoch: number;
  /** Place in cluster.yaml of the node that may go on alone, whose copy alone is up to date; null: both are. */
  readonly holder: 0 | 1 | null;
  /** Who made this epoch: a node whose answer was lost knows its own work again. */
  readonly by: 0 | 1;
  /** The longest lease that was given: after a restart nothing is granted for so long. */
  readonly leaseMs: number;
}

export interface Ask {
  readonly module: string;
  /**
   * look: only the entry. renew: "I am primary in epoch `expect`": the other node is granted nothing for `leaseMs` from now.
   * set: the next epoch, if the present one is `expect` (0: nothing is remembered).
   */
  readonly want: "look" | "renew" | "set";
  readonly expect: number;
  /** set: the new epoch is above this one, too: a witness that forgot must not give an epoch a second time. */
  readonly floor: number;
  /** set: true: the asking node goes on alone; false: both are up to date. */
  readonly alone: boolean;
  /** set: not while the other node has a lease. False only where that one has said itself that it stands back. */
  readonly heedLease: boolean;
  /** 0: no lease wanted. */
  readonly leaseMs: number;
}

export interface Verdict {
  readonly entry: Entry | null;
  /** What was wanted was done. */
  readonly done: boolean;
  /** Not now: the other node has, or may have, a lease for so many milliseconds. */
  readonly leasedMs: number;
}

/** Leases of one module, by monotonic time; they do not survive the process, which is what `leaseMs` of the entry is for. */
export interface Leases {
  readonly until: readonly [number, number];
}

export const NO_LEASES: Leases = { until: [-Infinity, -Infinity] };
/** A lease is a few heartbeats; more would only delay a failover. */
export const MAX_LEASE_MS = 60_000;

export interface Cell {
  readonly entry: Entry | null;
  readonly leases: Leases;
}

/** `startedAt`: when this witness began, by the same clock as `now`. */
export function judge(
  { entry, leases }: Cell,
  ask: Ask,
  { node, now, startedAt }: {
    readonly node: 0 | 1;
    readonly now: number;
    readonly startedAt: number;
  },
): { readonly cell: Cell; readonly verdict: Verdict } {
  const same = (done: boolean, leasedMs = 0) => ({
    cell: { entry, leases },
    verdict: { entry, done, leasedMs },
  });
  switch (ask.want) {
    case "look":
      return same(true);
    case "renew": {
      const mine = entry !== null && entry.epoch === ask.expect &&
        (entry.holder === null || entry.holder === node);
      if (!mine) return same(false);
      const until: [number, number] = [...leases.until];
      until[node] = Math.max(until[node], now + ask.leaseMs);
      const longer = ask.leaseMs > entry.leaseMs
        ? { ...entry, leaseMs: ask.leaseMs }
        : entry;
      return {
        cell: { entry: longer, leases: { until } },
        verdict: { entry: longer, done: true, leasedMs: 0 },
      };
    }
    case "set": {
      if ((entry?.epoch ?? 0) !== ask.expect) return same(false);
      // Who had a lease before this witness was restarted is not known: everybody may have had one.
      const forgotten = entry === null ? 0 : startedAt + entry.leaseMs - now;
      const leased = Math.max(leases.until[1 - node]! - now, forgotten);
      if (ask.alone && ask.heedLease && leased > 0) return same(false, leased);
      const next: Entry = {
        epoch: Math.max(entry?.epoch ?? 0, ask.floor) + 1,
        holder: ask.alone ? node : null,
        by: node,
        leaseMs: entry?.leaseMs ?? 0,
      };
      return {
        cell: { entry: next, leases },
        verdict: { entry: next, done: true, leasedMs: 0 },
      };
    }
    default:
      return ask.want satisfies never;
  }
}
