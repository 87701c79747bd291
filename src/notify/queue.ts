/** What was told, and what waits to be told on each channel: every change a new value, to be made durable before it counts. Pure. */
import { z } from "zod";
import { KINDS, LEVELS } from "../module/notifications.ts";
import type { Condition } from "./conditions.ts";

const noticeSchema = z.object({
  /** Random: a receiver that gets it twice (a crash between sending and remembering) can tell. */
  id: z.string().max(64),
  /** Milliseconds since 1970. */
  at: z.number(),
  kind: z.enum([...KINDS, "test"]),
  level: z.enum(LEVELS),
  /** The end of something that was told. */
  over: z.boolean(),
  module: z.string().nullable(),
  text: z.string().max(1000),
});
export type Notice = z.infer<typeof noticeSchema>;

const channelSchema = z.object({
  waiting: z.array(noticeSchema),
  /** Older ones that had to go, since the last message. */
  dropped: z.int().min(0),
});

export const memorySchema = z.object({
  /** The last value that was taken note of, by key; absent: "ok", or never looked at. */
  told: z.record(z.string(), z.string()),
  /** With which level: what ends it goes to the same channels. A memory of 0.1.0 has none. */
  levels: z.record(z.string(), z.enum(LEVELS)).default({}),
  channels: z.record(z.string(), channelSchema),
});
export type Memory = z.infer<typeof memorySchema>;

/** A channel that does not answer for days must not fill the disk. */
export const MOST_WAITING = 200;

/** Since when a value differs from what was told, by key. */
export type Changing = ReadonlyMap<
  string,
  { readonly value: string; readonly since: number }
>;

export interface Turn {
  readonly memory: Memory;
  readonly changing: Changing;
  readonly changed: boolean;
}

/** `first`: nothing was ever looked at, so what is so already is no news, unless it is bad. */
export function look(
  memory: Memory,
  changing: Changing,
  input: {
    readonly conditions: ReadonlyMap<string, Condition>;
    readonly now: number;
    readonly date: number;
    readonly channels: readonly ChannelWish[];
    readonly newId: () => string;
  },
): Turn {
  const { conditions, now, date, channels, newId } = input;
  const next = new Map<string, { value: string; since: number }>();
  const told = { ...memory.told };
  const levels = { ...memory.levels };
  const fresh: Notice[] = [];
  let changed = false;
  for (const [key, condition] of conditions) {
    const before = told[key] ?? "ok";
    if (condition.value === before) continue;
    const known = changing.get(key);
    const since = known?.value === condition.value ? known.since : now;
    if (now - since < condition.holdMs) {
      next.set(key, { value: condition.value, since });
      continue;
    }
    const unknown = told[key] === undefined;
    const { kind, module, text } = condition;
    const over = condition.value === "ok";
    const level = over ? levels[key] ?? condition.level : condition.level;
    if (over) {
      delete told[key];
      delete levels[key];
    } else {
      told[key] = condition.value;
      levels[key] = level;
    }
    changed = true;
    // Who serves at the very first look is no event.
    if (text === "" || (unknown && kind === "served")) continue;
    fresh.push({
      id: newId(),
      at: date,
      kind,
      level,
      over,
      module,
      text: text.slice(0, 1000),
    });
  }
  const queues = { ...memory.channels };
  for (const channel of channels) {
    const wanted = fresh.filter((notice) => wants(channel, notice));
    if (wanted.length === 0) continue;
    queues[channel.name] = enqueue(queues[channel.name], wanted);
  }
  for (const name of Object.keys(queues)) {
    if (channels.some((channel) => channel.name === name)) continue;
    delete queues[name];
    changed = true;
  }
  return {
    memory: { told, levels, channels: queues },
    changing: next,
    changed,
  };
}

export interface ChannelWish {
  /** Stays the same over restarts: its queue is found by it. */
  readonly name: string;
  readonly events?: readonly string[] | undefined;
  readonly level: (typeof LEVELS)[number];
}

function wants({ events, level }: ChannelWish, notice: Notice): boolean {
  if (events && !events.includes(notice.kind)) return false;
  return LEVELS.indexOf(notice.level) >= LEVELS.indexOf(level);
}

type Queue = z.infer<typeof channelSchema>;

function enqueue(
  queue: Queue = { waiting: [], dropped: 0 },
  notices: readonly Notice[],
): Queue {
  const all = [...queue.waiting, ...notices];
  const over = Math.max(0, all.length - MOST_WAITING);
  return { waiting: all.slice(over), dropped: queue.dropped + over };
}

/** After a message that held these. */
export function sent(
  memory: Memory,
  channel: string,
  notices: readonly Notice[],
): Memory {
  const ids = new Set(notices.map(({ id }) => id));
  const queue = memory.channels[channel];
  if (!queue) return memory;
  const waiting = queue.waiting.filter(({ id }) => !ids.has(id));
  return {
    ...memory,
    channels: { ...memory.channels, [channel]: { waiting, dropped: 0 } },
  };
}
