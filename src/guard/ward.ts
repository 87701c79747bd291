/**
 * What the agent tells the guard, and what the guard makes of it. Pure: time comes as an argument.
 *
 * A ward is a module that serves here for as long as something holds: a lease, or the agent's own life. The agent says until when, again
 * and again. When it does not say so any more (it was stopped, it hangs) and the end has come, the other node may be primary: the
 * guard takes the module's addresses away and freezes its services. Nothing is undone here: that is the agent's affair when it is back.
 */
import { z } from "zod";

const wardSchema = z.object({
  module: z.string().min(1).max(64),
  /** Served until then (clock.now()); null: not known anew, what was said last holds. */
  until: z.number().nullable(),
  /** The agent is on its way out with it: it takes away and freezes by itself, unless it falls silent. */
  leaving: z.boolean(),
  /** Without prefix. */
  addresses: z.array(z.string().max(64)).max(16),
  /** The control group of its services; null: there is none. */
  group: z.string().max(4096).nullable(),
  /** systemd's units that belong to its services. */
  units: z.array(z.string().max(256)).max(64),
});
export type Ward = z.infer<typeof wardSchema>;

export const wordSchema = z.object({
  /** bye: the agent ends in order and nothing serves here. leave: another guard takes over, the watchdog stays armed. */
  do: z.enum(["watch", "bye", "leave"]),
  wards: z.array(wardSchema).max(64),
  watchdog: z.object({
    device: z.string().startsWith("/").max(4096),
    timeoutMs: z.number(),
    stopMs: z.number(),
  }).nullable(),
});
export type Word = z.infer<typeof wordSchema>;
export type Watchdog = NonNullable<Word["watchdog"]>;

/** What the guard tells the agent. */
export interface GuardReport {
  readonly version: string;
  readonly pid: number;
  /** Why it cannot be used; null: it is in use, or none was asked for. */
  readonly watchdogProblem: string | null;
  readonly armed: boolean;
  /** By module: for an agent, or another guard, that does not know them yet. */
  readonly ends: Readonly<Record<string, number>>;
  /** Modules whose services were taken away and have not come back. */
  readonly fenced: readonly string[];
}

/** A word that was sent in time may still be on its way. The other node begins 300 ms after the end at the earliest. */
export const SLACK_MS = 100;
/** An agent says a word ten times a second: one that is on its way out and silent for so long will not finish it. */
export const SILENT_MS = 1_000;
/** What cannot be taken away within this is not held: only the watchdog is left then. */
export const HOLD_MS = 2_000;

export interface Guarded {
  readonly ward: Ward;
  /** The last end that was known. */
  readonly until: number;
  /** Since when it is to be fenced; null: it is not. */
  readonly dueSince: number | null;
  /** Addresses gone and services frozen, at the last look. */
  readonly held: boolean;
}

export interface Watch {
  readonly guarded: ReadonlyMap<string, Guarded>;
  /** When the agent said its last word. */
  readonly saidAt: number;
}

export const NOTHING: Watch = { guarded: new Map(), saidAt: 0 };

/** The agent's word counts: what it leaves out is not guarded any more. */
export function heard(watch: Watch, word: Word, at: number): Watch {
  const guarded = new Map<string, Guarded>();
  for (const ward of word.wards) {
    const before = watch.guarded.get(ward.module);
    // Never known: guard and agent are both new beside services that run, and the other node may serve by now.
    const until = ward.until ?? before?.until ?? at;
    guarded.set(ward.module, {
      ward,
      until,
      dueSince: before?.dueSince ?? null,
      held: before?.held ?? false,
    });
  }
  return judged({ guarded, saidAt: at }, at);
}

/** What is to be fenced now. */
export function judged(watch: Watch, at: number): Watch {
  const guarded = new Map<string, Guarded>();
  for (const [module, one] of watch.guarded) {
    const due = one.ward.leaving
      ? at - watch.saidAt > SILENT_MS
      : at > one.until + SLACK_MS;
    guarded.set(module, {
      ...one,
      dueSince: due ? one.dueSince ?? at : null,
      held: due && one.held,
    });
  }
  return { ...watch, guarded };
}

/** What came of fencing it. */
export function fenced(watch: Watch, module: string, held: boolean): Watch {
  const one = watch.guarded.get(module);
  if (!one) return watch;
  return {
    ...watch,
    guarded: new Map(watch.guarded).set(module, { ...one, held }),
  };
}

/**
 * Whether the watchdog is petted: not while something here may serve although its time is over and it could not be taken away, and not
 * when it was taken away and nobody stops it. A node that holds no lease is never rebooted: nobody could go on in its place.
 */
export function pets(watch: Watch, at: number, { stopMs }: Watchdog): boolean {
  return [...watch.guarded.values()].every((one) => {
    if (one.ward.leaving || one.dueSince !== null) {
      if (at - one.until > stopMs) return false;
    }
    return one.dueSince === null || one.held || at - one.dueSince <= HOLD_MS;
  });
}

/** How long nothing can change by time alone. */
export function idleMs(watch: Watch, at: number, most: number): number {
  let next = at + most;
  for (const { until, ward, dueSince } of watch.guarded.values()) {
    if (dueSince !== null) continue;
    const end = ward.leaving ? watch.saidAt + SILENT_MS : until + SLACK_MS;
    next = Math.min(next, end + 1);
  }
  return Math.max(5, Math.ceil(next - at));
}
