/**
 * What the agent tells the guard, and what the guard makes of it. Pure: time comes as an argument.
 *
 * A ward is a module that serves here for as long as something holds: a lease, or heartbeats that the other node hears. The agent says
 * until when, again and again, and the thread of its heartbeats when one has left. When neither says so any more (they were stopped, they
 * hang) and the end has come, the other node may be primary: the guard takes the module's addresses away and freezes its services.
 * Nothing is undone here: that is the agent's affair when it is back.
 */
import { z } from "zod";

const wardSchema = z.object({
  module: z.string().min(1).max(64),
  /** Served until then (clock.now()); null: not known anew, what was said last holds. */
  until: z.number().nullable(),
  /** The other node, when it follows, leaves this one alone for so long after it has heard it. */
  lastsMs: z.number().min(0),
  /** Heartbeats that left count as heard. */
  beats: z.boolean(),
  /** Fenced so long after the end: a word that was said in time may still be on its way. */
  slackMs: z.number().min(0),
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

const watchdogSchema = z.object({
  device: z.string().startsWith("/").max(4096),
  timeoutMs: z.number(),
  stopMs: z.number(),
});
export type Watchdog = z.infer<typeof watchdogSchema>;

export const wordSchema = z.discriminatedUnion("do", [
  z.object({
    do: z.literal("watch"),
    wards: z.array(wardSchema).max(64),
    watchdog: watchdogSchema.nullable(),
  }),
  /** Of the heartbeats' thread: one that the other node believes left at this time. */
  z.object({ do: z.literal("beat"), at: z.number() }),
  /** Of the same: the other node has heard one that left at this time, and follows these modules. */
  z.object({
    do: z.literal("followed"),
    at: z.number(),
    modules: z.array(z.string().max(64)).max(64),
  }),
  /** The agent ends in order and nothing serves here. */
  z.object({ do: z.literal("bye") }),
  /** Another guard takes over: the watchdog stays armed. */
  z.object({ do: z.literal("leave") }),
]);
export type Word = z.infer<typeof wordSchema>;
export type Watching = Extract<Word, { readonly do: "watch" }>;

/** Where a guard that begins finds the agent's word: below /run, which is memory. */
export function firstWord(socket: string): string {
  return `${socket}.word`;
}

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

/** An agent says a word at every tick (tickMs()): one that is on its way out and silent for so long will not finish it. */
export const SILENT_MS = 1_000;
/** What cannot be taken away within this is not held: only the watchdog is left then. */
export const HOLD_MS = 2_000;

export interface Guarded {
  readonly ward: Ward;
  /** The last end that was known. What was fenced is given back by a later word of the agent, never by a heartbeat: only it knows the other. */
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
export function heard(watch: Watch, word: Watching, at: number): Watch {
  const guarded = new Map<string, Guarded>();
  for (const ward of word.wards) {
    const before = watch.guarded.get(ward.module);
    guarded.set(ward.module, {
      ward,
      until: endOf(ward, before, at),
      dueSince: before?.dueSince ?? null,
      held: before?.held ?? false,
    });
  }
  return judged({ guarded, saidAt: at }, at);
}

function endOf(ward: Ward, before: Guarded | undefined, at: number): number {
  // Never known: guard and agent are both new beside services that run, and the other node may serve by now.
  if (ward.until === null) return before?.until ?? at;
  // The heartbeats' thread may know of a later one than the agent's loop.
  const known = !ward.leaving && before !== undefined &&
    !before.ward.leaving && before.dueSince === null;
  return known ? Math.max(ward.until, before.until) : ward.until;
}

/**
 * A heartbeat left at `sentAt`: the other node waits anew from then on, unless it had gone on before. That only the agent can find out.
 */
export function beaten(watch: Watch, sentAt: number, at: number): Watch {
  return moved(
    watch,
    Math.min(sentAt, at),
    ({ ward, dueSince, until }) =>
      ward.beats && dueSince === null && sentAt <= until + ward.slackMs,
  );
}

/** The other node has heard what left at `sentAt`, and follows: it will for a while, whatever the agent's loop does. */
export function followed(
  watch: Watch,
  { at: sentAt, modules }: {
    readonly at: number;
    readonly modules: readonly string[];
  },
  at: number,
): Watch {
  return moved(
    watch,
    Math.min(sentAt, at),
    ({ ward }) => !ward.leaving && modules.includes(ward.module),
  );
}

function moved(
  watch: Watch,
  from: number,
  counts: (one: Guarded) => boolean,
): Watch {
  const guarded = new Map<string, Guarded>();
  for (const [module, one] of watch.guarded) {
    const until = Math.max(one.until, from + one.ward.lastsMs);
    guarded.set(module, counts(one) ? { ...one, until } : one);
  }
  return { ...watch, guarded };
}

/** What is to be fenced now. */
export function judged(watch: Watch, at: number): Watch {
  const guarded = new Map<string, Guarded>();
  for (const [module, one] of watch.guarded) {
    const due = one.ward.leaving
      ? at - watch.saidAt > SILENT_MS
      : at > one.until + one.ward.slackMs;
    guarded.set(module, {
      ...one,
      dueSince: due ? one.dueSince ?? at : null,
      held: due && one.held,
    });
  }
  return { ...watch, guarded };
}

/** All of them before one word is said: a log may wait for a disk that stands still, and the next module must not. */
export function doThenSay<One>(
  all: readonly One[],
  act: (one: One) => string | null,
  say: (text: string) => void,
): void {
  for (const text of all.map(act)) if (text !== null) say(text);
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
    const end = ward.leaving ? watch.saidAt + SILENT_MS : until + ward.slackMs;
    next = Math.min(next, end + 1);
  }
  return Math.max(5, Math.ceil(next - at));
}
