/** This node's way to its arbiter: asks the witness what the modules want to know, or pings, and tells the modules what came back. */
import type { Arbiter } from "../machine/arbiter.ts";
import type { Event } from "../machine/event.ts";
import { command } from "../system/command.ts";
import { now, sleep } from "../system/clock.ts";
import { WitnessClient } from "../witness/client.ts";
import type { Ask } from "../witness/register.ts";
import { type ArbiterFile, arbiterOf } from "./arbiter_store.ts";
import type { Node } from "./node.ts";

export interface ArbiterLinkOptions {
  readonly node: Node;
  readonly asks: () => readonly Ask[];
  /** To one module, or to all. */
  readonly post: (module: string | null, event: Event) => Promise<unknown>;
}

const PING_EVERY_MS = 500;
/** A witness that has not answered for so long since it is asked is no slow one: it was not told of this cluster, or is not reached. */
const NEVER_MS = 60_000;
/** Longer than a ping over a house's network ever takes, shorter than anybody waits for a failover. */
const PING_TIMEOUT_MS = 1_000;

export class ArbiterLink {
  readonly #options: ArbiterLinkOptions;
  #file: ArbiterFile | null;
  #client: WitnessClient | null = null;
  #pinging: AbortController | null = null;
  #answered: boolean | null = null;
  /** When it was asked for the first time. */
  #beganAt = 0;

  constructor(file: ArbiterFile | null, options: ArbiterLinkOptions) {
    this.#options = options;
    this.#file = file;
  }

  get file(): ArbiterFile | null {
    return this.#file;
  }

  get arbiter(): Arbiter {
    return arbiterOf(this.#file);
  }

  /** Whether it answers: null while that is not known. */
  answers(): boolean | null {
    if (this.#client === null) return this.#answered;
    return witnessAnswers({
      heardAt: this.#client.heardAt,
      beganAt: this.#beganAt,
      now: now(),
      timeoutMs: this.#options.node.cluster.heartbeat.timeout,
    });
  }

  start(): void {
    const { node } = this.#options;
    const file = this.#file;
    this.#beganAt = now();
    if (file?.kind === "witness") {
      this.#client = new WitnessClient({
        address: file.address,
        port: file.port,
        key: file.key,
        cluster: node.cluster.id,
        node: node.index,
        periodMs: node.cluster.heartbeat.period,
        asks: this.#options.asks,
        onAnswer: (answer, askedAt) =>
          this.#options.post(answer.ask.module, {
            type: "witness",
            at: now(),
            askedAt,
            answer,
          }),
      });
    }
    if (file?.kind === "ping") this.#ping(file.addresses);
  }

  /** Another one from now on; resolves when every module heeds it and has it on record. */
  async change(file: ArbiterFile | null): Promise<void> {
    this.close();
    this.#file = file;
    this.#answered = null;
    await this.#options.post(null, {
      type: "arbiter",
      at: now(),
      arbiter: this.arbiter,
    });
    this.start();
  }

  /** A module may want to know something else now. */
  changed(): void {
    this.#client?.changed();
  }

  close(): void {
    this.#client?.close();
    this.#client = null;
    this.#pinging?.abort();
    this.#pinging = null;
  }

  async #ping(addresses: readonly string[]): Promise<void> {
    const stop = new AbortController();
    this.#pinging = stop;
    while (!stop.signal.aborted) {
      const askedAt = now();
      const found = await Promise.all(addresses.map(answersPing));
      if (stop.signal.aborted) return;
      this.#answered = roundOf(found);
      this.#options.post(null, {
        type: "pinged",
        at: now(),
        askedAt,
        answered: this.#answered,
      });
      await sleep(PING_EVERY_MS - (now() - askedAt), stop.signal);
    }
  }
}

/** Whether the witness answers; null: it has not yet, and may. */
export function witnessAnswers(
  { heardAt, beganAt, now, timeoutMs }: {
    readonly heardAt: number | null;
    readonly beganAt: number;
    readonly now: number;
    readonly timeoutMs: number;
  },
): boolean | null {
  if (heardAt !== null) return now - heardAt < Math.max(2 * timeoutMs, 3000);
  return now - beganAt < NEVER_MS ? null : false;
}

/** By the system's own ping: raw sockets are its business. null: it could not be sent. */
async function answersPing(address: string): Promise<boolean | null> {
  const seconds = String(PING_TIMEOUT_MS / 1000);
  try {
    const argv = ["ping", "-n", "-q", "-c", "1", "-W", seconds, address];
    return echoOf(
      // Its words are read, so they must be English.
      await command(["env", "LC_ALL=C", ...argv], {
        anyCode: true,
        timeoutMs: 2 * PING_TIMEOUT_MS,
      }),
    );
  } catch {
    return null;
  }
}

/** What the end of a ping says: no program, memory or permission is no silence of the address, but no way to it is. */
export function echoOf(
  { code, stderr }: { readonly code: number; readonly stderr: string },
): boolean | null {
  if (code <= 1) return code === 0;
  return /unreachable|no route|is down/i.test(stderr) ? false : null;
}

export function roundOf(echoes: readonly (boolean | null)[]): boolean | null {
  if (echoes.includes(true)) return true;
  return echoes.includes(false) ? false : null;
}
