/** Status changes as server-sent events: each reader gets the newest state, at most a few times a second, however slow it is. */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ClusterState } from "./state.ts";
import { ApiError } from "./error.ts";

/** Readers at once: tabs of a few people and some programs. */
const MAX_READERS = 64;
/** A change is shown after this; many changes within it are one. */
const GATHER_MS = 100;
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

/** Counts the readers of one server. */
export class EventStreams {
  #readers = 0;
  readonly #feed: StateFeed;
  readonly #closed = new AbortController();

  constructor(feed: StateFeed) {
    this.#feed = feed;
  }

  close(): void {
    this.#closed.abort();
  }

  serve(c: Context): Response {
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
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => left.abort());
      try {
        let last = "";
        let quiet = 0;
        while (!end.aborted) {
          const data = JSON.stringify(this.#feed.state());
          // Awaited: a reader that does not read holds up only itself, and gets the newest state when it does.
          if (data !== last || quiet >= REPEAT_MS) {
            await stream.writeSSE({ event: "state", data });
            last = data;
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
}
