/** The agent's side of the heartbeats: starts the Worker that sends and listens, and hands on what it tells. */
import type { Body } from "./body.ts";
import type { PeerVerdict } from "./detector.ts";

export interface LinksOptions {
  /** Cluster key, 64 hexadecimal digits. */
  readonly key: string;
  /** Cluster id. */
  readonly cluster: string;
  readonly nodeIndex: 0 | 1;
  readonly port: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** The guard's socket. */
  readonly guard: string;
  /** In the order of cluster.yaml. */
  readonly links: readonly {
    readonly local: string;
    readonly remote: string;
  }[];
  /** The peer's present word, in the order in which it was said. */
  onHeard(body: Body, heardUsAt: number | null): void;
  /** At every change, and once a second; `losses`: how often it was "lost" until now. */
  onVerdict(verdict: PeerVerdict, losses: number): void;
  /** At every change, and once a second with the round trips. */
  onLinks(links: readonly LinkHealth[]): void;
  /** Heartbeats that should not be, in one line; null: no more. */
  onProblem(problem: string | null): void;
  onLog(level: "error" | "warning" | "info", text: string): void;
  /** The thread is gone or hangs. Without heartbeats this node must not go on as if it had them: it would take the peer for alive. */
  onDied(error: Error): void;
}

/** The same shape as LinkState of the API. */
export interface LinkHealth {
  readonly local: string;
  readonly remote: string;
  readonly state: "up" | "down" | "unknown";
  readonly roundTripMs: number | null;
  readonly lossPercent?: number;
  readonly blackHoleBytes?: number;
}

/** Given to the Worker once. */
export type WorkerOptions = Omit<
  LinksOptions,
  "onHeard" | "onVerdict" | "onLinks" | "onProblem" | "onLog" | "onDied"
>;

export type ToWorker =
  | { readonly type: "begin"; readonly options: WorkerOptions }
  | {
    readonly type: "say";
    readonly body: Body;
    readonly settled: number | null;
  }
  | { readonly type: "tell" }
  /** The agent's own loop still turns: a node whose agent hangs must not look alive. */
  | { readonly type: "turning" }
  | { readonly type: "close" };

export type FromWorker =
  | {
    readonly type: "heard";
    readonly body: Body;
    /** When this node sent (clock.now()) what the peer had heard last. */
    readonly heardUsAt: number | null;
  }
  | {
    readonly type: "verdict";
    readonly verdict: PeerVerdict;
    readonly losses: number;
  }
  | { readonly type: "links"; readonly links: readonly LinkHealth[] }
  | { readonly type: "problem"; readonly problem: string | null }
  | {
    readonly type: "log";
    readonly level: "error" | "warning" | "info";
    readonly text: string;
  }
  /** It has closed everything: this life of the agent must not go on. */
  | { readonly type: "ended"; readonly why: string }
  | { readonly type: "closed" };

const TURNING_MS = 1_000;
/** The thread tells its verdict once a second. Counted by turns of this loop: what stood still itself has not listened. */
const SILENT_TURNS = 10;
/** A slow machine takes its time to load the thread's program, and nothing is decided before it speaks. */
const START_TURNS = 120;
/** The Worker closes its sockets at once; beyond this it is ended. */
const CLOSE_MS = 1_000;

export class Links {
  readonly #worker: Worker;
  readonly #turning: ReturnType<typeof setInterval>;
  readonly #closed = Promise.withResolvers<void>();
  #open = true;
  #silentTurns = 0;
  #spoke = false;

  constructor(options: LinksOptions) {
    const { onHeard, onVerdict, onLinks, onProblem, onLog, onDied, ...rest } =
      options;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "heartbeat",
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "closed") return this.#closed.resolve();
      this.#silentTurns = 0;
      this.#spoke = true;
      if (!this.#open) return;
      switch (data.type) {
        case "heard":
          return onHeard(data.body, data.heardUsAt);
        case "verdict":
          return onVerdict(data.verdict, data.losses);
        case "links":
          return onLinks(data.links);
        case "problem":
          return onProblem(data.problem);
        case "log":
          return onLog(data.level, data.text);
        case "ended":
          return onDied(new Error(data.why));
        default:
          return data satisfies never;
      }
    };
    this.#worker.onerror = (event) => {
      // Reported here, and not once more as a rejection that nobody knows.
      event.preventDefault();
      onDied(new Error(`The heartbeat thread died: ${event.message}`));
    };
    this.#post({ type: "begin", options: rest });
    this.#turning = setInterval(() => {
      this.#post({ type: "turning" });
      this.#silentTurns += 1;
      const limit = this.#spoke ? SILENT_TURNS : START_TURNS;
      if (this.#silentTurns !== limit) return;
      onDied(new Error("The heartbeat thread does not answer any more"));
    }, TURNING_MS);
  }

  /** What every heartbeat says from now on; the next one goes out in time. `settled`: see Station.say(). */
  send(body: Body, settled: number | null): void {
    this.#post({ type: "say", body, settled });
  }

  /** Sends a heartbeat on every link at once. */
  tell(): void {
    this.#post({ type: "tell" });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    clearInterval(this.#turning);
    this.#post({ type: "close" });
    this.#open = false;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, CLOSE_MS);
    await Promise.race([this.#closed.promise, late.promise]);
    clearTimeout(timer);
    this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    if (this.#open) this.#worker.postMessage(message);
  }
}
