/**
 * What happens as server-sent events: each reader gets the newest state, at most a few times a second, however slow it is, and the log
 * lines that it has not seen.
 */
import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { ClusterState } from "./state.ts";
import { ApiError } from "./error.ts";
import { EventRing } from "./event_ring.ts";

/** Readers at once: tabs of a few people and some programs. */
const MAX_READERS = 64;
/** A change is shown after this; many changes within it are one. */
const GATHER_MS = 100;
/** Readers that look within this see the same: fifty consoles cost little more than one. Less than GATHER_MS, or a change would be missed. */
const SHARED_MS = 50;
/** Sent when nothing changes, so that a dead connection is noticed and times shown stay right. */
const REPEAT_MS = 2000;

export class StateFeed {
  readonly #listeners = new Set<() => void>();
  readonly #state: () => ClusterState;

  constructor(state: () => ClusterState) {
    this.#state = state;
  }

  state(): ClusterState {
    return this.#state();
  }

  /** Called by the agent whenever something that is shown may have changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves at the next change, or after `ms`, or when aborted. */
  next(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#listeners.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

const logEventSchema = z.strictObject({
  module: z.string().nullable().describe("Null: the agent itself"),
  level: z.enum(["error", "warning", "info"]),
  text: z.string(),
  at: z.iso.datetime(),
});
export type LogEvent = z.infer<typeof logEventSchema>;

export const EVENTS = ["state", "log", "progress"] as const;
export type EventName = (typeof EVENTS)[number];

/** The event streams of one server. */
export class EventStreams {
  #readers = 0;
  readonly #feed: StateFeed;
  readonly #ring: EventRing;
  readonly #closed = new AbortController();
  #seen: Seen | null = null;

  constructor(feed: StateFeed) {
    this.#feed = feed;
    this.#ring = new EventRing(randomBytes(6).toString("hex"));
  }

  get readers(): number {
    return this.#readers;
  }

  close(): void {
    this.#closed.abort();
  }

  /** A line of a log, for everybody who listens. The agent's own tell of logins: not for viewers. */
  log(entry: LogEvent): void {
    const data = JSON.stringify(entry);
    this.#ring.push({ event: "log", data, private: entry.module === null });
    this.#feed.changed();
  }

  /**
   * `state` (the newest only), `progress` of copies, and `log` lines, which are all kept for a while: with the id of the last event that
   * a reader had it gets those that came since, or `reset` when some are gone.
   */
  serve(c: Context, { lastId, only, viewer }: {
    readonly lastId: string | undefined;
    readonly only: readonly EventName[];
    /** Gets no lines of the agent's own log. */
    readonly viewer: boolean;
  }): Response {
    if (this.#readers >= MAX_READERS) {
      throw new ApiError(
        503,
        "too-many-readers",
        `${MAX_READERS} event streams are open, close one`,
      );
    }
    this.#readers++;
    const left = new AbortController();
    const end = AbortSignal.any([left.signal, this.#closed.signal]);
    const begin = this.#ring.position(lastId);
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => left.abort());
      let at = begin.number;
      const send = (event: string, data: string) =>
        stream.writeSSE({ event, data, id: this.#ring.id(at) });
      try {
        if (begin.missed) await send("reset", '{"missed":true}');
        let state = "";
        let progress = "[]";
        let quiet = 0;
        while (!end.aborted) {
          // A slow reader stands still here while the ring goes on without it.
          const now = this.#ring.position(this.#ring.id(at));
          if (now.missed) {
            at = now.number;
            await send("reset", '{"missed":true}');
          }
          for (const event of this.#ring.after(at)) {
            at = event.number;
            if (!only.includes("log") || viewer && event.private) continue;
            await send(event.event, event.data);
          }
          const { data, copies } = this.#look();
          if (copies !== progress && only.includes("progress")) {
            await send("progress", copies);
            progress = copies;
          }
          // Awaited: a reader that does not read holds up only itself, and gets the newest state when it does.
          if (data !== state || quiet >= REPEAT_MS) {
            if (only.includes("state")) await send("state", data);
            else if (quiet >= REPEAT_MS) await stream.write(": here\n\n");
            state = data;
            quiet = 0;
          }
          const start = performance.now();
          await this.#feed.next(REPEAT_MS, end);
          if (!end.aborted) await stream.sleep(GATHER_MS);
          quiet += performance.now() - start;
        }
      } finally {
        this.#readers--;
      }
    });
  }

  #look(): Seen {
    const at = performance.now();
    if (this.#seen === null || at - this.#seen.at > SHARED_MS) {
      const state = this.#feed.state();
      this.#seen = {
        at,
        data: JSON.stringify(state),
        copies: JSON.stringify(copiesOf(state)),
      };
    }
    return this.#seen;
  }
}

/** What every reader is sent, as text. */
interface Seen {
  readonly at: number;
  readonly data: string;
  readonly copies: string;
}

/** What is being copied where. */
function copiesOf({ nodes }: ClusterState) {
  return nodes.flatMap((node) =>
    node.modules.flatMap((module) =>
      module.resync
        ? [{ node: node.name, module: module.name, ...module.resync }]
        : []
    )
  );
}
