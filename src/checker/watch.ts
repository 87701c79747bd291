/** Looks at one thing on its interval. A look that hangs costs this watch its next looks, and nobody else anything. */
import { now, sleep } from "../system/clock.ts";
import { CommandError } from "../system/command.ts";
import { type Stalled, stalled, tooBusy } from "./pressure.ts";
import {
  CannotTell,
  down,
  late,
  NoAnswer,
  type Reading,
  unknown,
} from "./reading.ts";
import { messageOf } from "../system/message.ts";

/** One look: a reading, and (if it left something that hangs) when the next one may begin. */
export type Look = (
  signal: AbortSignal,
) => Promise<Reading & { readonly gone?: Promise<unknown> }>;

export interface WatchOptions {
  readonly look: Look;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startDelayMs: number;
  readonly report: (reading: Reading) => void;
  /** How long this server's tasks have waited; for tests. */
  readonly stalled?: typeof stalled;
  /** Default EXCUSE_MS. */
  readonly excuseMs?: number;
}

/** A look ends itself by its time limit; if it does not, this much later nobody waits for it. */
const GRACE_MS = 4000;
/**
 * So long looks may take too long because the server is too busy; who does not answer then is down all the same. Long: to begin anew
 * after a failover can keep a small server busy for minutes, and to move the service once more would only do so again.
 */
const EXCUSE_MS = 5 * 60_000;

/** When a look began, and how long this server's tasks had waited by then. */
interface Begun {
  readonly since: number;
  readonly waited: Stalled | null;
}

export class Watch {
  readonly #options: WatchOptions;
  #stop: AbortController | null = null;
  /** The last look, which hangs. */
  #hangs: Begun | null = null;
  /** Since when every look took too long; null: the last one did not. */
  #lateSince: number | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get runs(): boolean {
    return this.#stop !== null;
  }

  start(): void {
    if (this.#stop !== null) return;
    this.#stop = new AbortController();
    this.#lateSince = null;
    this.#loop(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    await sleep(this.#options.startDelayMs, signal);
    while (!signal.aborted) {
      const begun = now();
      // While one hangs the next says so at once: what counts is the time since that one began.
      const hangs = this.#hangs;
      const { since, waited } = hangs ??
        { since: begun, waited: this.#stalled() };
      const reading = await this.#look({ since, waited }, signal);
      if (signal.aborted) return;
      const busy = tooBusy(waited, this.#stalled(), now() - since);
      this.#options.report(this.#excuse(reading, busy, since));
      const rest = this.#options.intervalMs - (now() - begun);
      await sleep(Math.max(100, rest), signal);
    }
  }

  #stalled() {
    return (this.#options.stalled ?? stalled)();
  }

  /** What is healthy must not be moved because its server had no time for a check. */
  #excuse(reading: Reading, busy: boolean, since: number): Reading {
    if (!reading.late) {
      this.#lateSince = null;
      return reading;
    }
    this.#lateSince ??= since;
    const { excuseMs = EXCUSE_MS } = this.#options;
    return busy && now() - this.#lateSince < excuseMs
      ? unknown(`this server is too busy to tell: ${reading.detail}`)
      : reading;
  }

  async #look(
    began: Begun,
    signal: AbortSignal,
  ): Promise<Reading> {
    if (this.#hangs !== null) {
      const seconds = Math.round((now() - this.#hangs.since) / 1000);
      return late(`the last look hangs since ${seconds} s`);
    }
    const { look, timeoutMs } = this.#options;
    const limit = new AbortController();
    const work = look(signal).catch(failed) as ReturnType<Look>;
    const over = sleep(timeoutMs + GRACE_MS, limit.signal).then(() => null);
    const result = await Promise.race([work, over]);
    limit.abort();
    if (result === null) {
      this.#hang(began, work.then((one) => one.gone));
      return late(`took longer than ${timeoutMs / 1000} s`);
    }
    if (result.gone) this.#hang(began, result.gone);
    const { gone: _, ...reading } = result;
    return reading;
  }

  #hang(began: Begun, end: Promise<unknown>): void {
    this.#hangs = began;
    end.catch(() => {}).then(() => {
      this.#hangs = null;
    });
  }
}

/** A machine that cannot start programs says nothing of what they were to look at. */
function failed(error: unknown): Reading {
  const why = messageOf(error);
  if (error instanceof NoAnswer) return late(why);
  return error instanceof CannotTell || error instanceof CommandError
    ? unknown(why)
    : down(why);
}
