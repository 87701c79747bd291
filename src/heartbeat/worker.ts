/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * The thread of the heartbeats, apart from the agent so that its garbage collection or a long request cannot look like a dead node.
 * Timers and sockets only: what is meant by it is in station.ts.
 */
import { type Body, followers } from "./body.ts";
import { Carrier } from "./carrier.ts";
import type { PeerVerdict } from "./detector.ts";
import type {
  FromWorker,
  LinkHealth,
  ToWorker,
  WorkerOptions,
} from "./links.ts";
import { now } from "../system/clock.ts";
import { pathMtu } from "./path_mtu.ts";
import { Pulse } from "./pulse.ts";
import { realTime } from "./real_time.ts";
import { Assembly } from "./parts.ts";
import { LinkSocket } from "./socket.ts";
import { Station } from "./station.ts";
import { tickMs } from "./tick.ts";
import { messageOf } from "../system/message.ts";

const REPEAT_MS = 1_000;
/** An agent whose loop has not turned for so long does not govern this node any more: silence is the truth then. */
const HUNG_MS = 10_000;

class Heartbeats {
  readonly #options: WorkerOptions;
  readonly #station: Station;
  readonly #sockets: LinkSocket[];
  readonly #assemblies: Assembly[];
  readonly #pulse: Pulse;
  readonly #carriers: Carrier[];
  /** What is wrong with each link's interface. */
  #faults: (string | null)[];
  readonly #timers: ReturnType<typeof setInterval>[];
  readonly #everyMs: number;
  #verdict: PeerVerdict | null = null;
  #losses = 0;
  #links = "";
  #problem: string | null = null;
  #repeatAt = 0;
  #turnedAt = now();
  /** When the last of ours left of which the other node says that it has heard it. */
  #heardUsAt = -Infinity;
  #hung = false;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#everyMs = tickMs(options.timeoutMs);
    this.#station = new Station({
      ...options,
      boot: crypto.getRandomValues(new Uint8Array(16)).toHex(),
      links: options.links.length,
    });
    this.#assemblies = options.links.map(() => new Assembly());
    this.#sockets = options.links.map(({ local, remote }, link) =>
      new LinkSocket({
        local,
        remote,
        port: options.port,
        onBytes: (packet) => {
          const bytes = this.#assemblies[link]!.take(packet);
          if (bytes !== null) this.#receive(link, bytes);
        },
        onLog: (level, text) => post({ type: "log", level, text }),
      })
    );
    this.#pulse = new Pulse(options.guard);
    this.#carriers = options.links.map(({ local }) => new Carrier(local));
    this.#faults = options.links.map(() => null);
    this.#timers = [
      setInterval(() => this.tell(), options.periodMs),
      setInterval(() => this.#tick(), this.#everyMs),
    ];
  }

  say(body: Body, settled: number | null): void {
    this.#station.say(body, settled);
  }

  turning(): void {
    this.#turnedAt = now();
    if (this.#hung) {
      this.#hung = false;
      post({ type: "log", level: "warning", text: "The agent answers again" });
    }
  }

  tell(): void {
    if (this.#hung) return;
    const at = now();
    for (let link = 0; link < this.#sockets.length; link++) this.#send(link);
    // Of a life that the other node does not know yet nothing counts there.
    if (this.#station.verdict(at) !== "unknown") this.#pulse.beat(at);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.close();
    for (const carrier of this.#carriers) carrier.close();
    this.#pulse.close();
  }

  #send(link: number): void {
    try {
      for (const packet of this.#station.packets(link, now())) {
        this.#sockets[link]!.send(packet);
      }
    } catch (error) {
      const text = messageOf(error);
      post({ type: "log", level: "error", text });
    }
  }

  #receive(link: number, bytes: Uint8Array): void {
    const { answer, body, heardUsAt } = this.#station.receive(
      link,
      bytes,
      now(),
    );
    if (this.#station.setBack) return this.#end();
    if (answer && !this.#hung) this.#send(link);
    if (body !== null) post({ type: "heard", body, heardUsAt });
    this.#heardUsAt = Math.max(this.#heardUsAt, heardUsAt ?? -Infinity);
    if (body !== null && heardUsAt !== null) {
      this.#pulse.followed(heardUsAt, followers(body));
    }
    this.#report();
  }

  /** At once: not one more of its numbers may be used a second time. */
  #end(): void {
    if (this.#closed) return;
    this.#report();
    this.close();
    post({ type: "ended", why: "The heartbeats of this life are over" });
  }

  #tick(): void {
    const at = now();
    this.#station.ticked(at, this.#everyMs);
    this.#lookAtCarriers(at);
    if (this.#station.unconfirmed(at, this.#heardUsAt)) this.tell();
    this.#tryLargePackets(at);
    if (!this.#hung && at - this.#turnedAt > HUNG_MS) {
      this.#hung = true;
      const text = "The agent does not turn any more: heartbeats are held back";
      post({ type: "log", level: "error", text });
    }
    this.#report();
  }

  #lookAtCarriers(at: number): void {
    const faults = this.#carriers.map((carrier) => carrier.fault(at));
    const before = this.#faults;
    this.#faults = faults;
    for (const [link, { local }] of this.#options.links.entries()) {
      if (faults[link] === before[link] || !faults[link]) continue;
      const text = `Link ${local}: ${faults[link]}`;
      post({ type: "log", level: "warning", text });
    }
    // Over the other links: who listens there need not wait for the next one.
    if (faults.some((fault, link) => fault !== before[link])) this.tell();
  }

  #tryLargePackets(at: number): void {
    if (this.#hung) return;
    for (const [link, { local, remote }] of this.#options.links.entries()) {
      const packet = this.#station.largePacket(link, at, {
        mtu: () => pathMtu(local, remote),
        six: local.includes(":"),
      });
      if (packet !== null) this.#sockets[link]!.send(packet);
    }
  }

  #report(): void {
    const at = now();
    const repeat = at >= this.#repeatAt;
    if (repeat) this.#repeatAt = at + REPEAT_MS;
    const losses = this.#station.losses(at);
    const verdict = this.#station.verdict(at);
    // A loss that is over already is told, too: the agent's word for it is waited for.
    if (repeat || verdict !== this.#verdict || losses !== this.#losses) {
      this.#verdict = verdict;
      this.#losses = losses;
      post({ type: "verdict", verdict, losses });
    }
    const links = this.#options.links.map((ends, link): LinkHealth => {
      const { verdict, roundTripMs, lossPercent, blackHoleBytes } = this
        .#station.link(link, at);
      const state = this.#faults[link] ? "down" : STATE[verdict];
      return {
        ...ends,
        state,
        roundTripMs,
        ...lossPercent !== null && { lossPercent },
        ...blackHoleBytes !== null && { blackHoleBytes },
      };
    });
    const problem = this.#station.problem(at);
    if (problem !== this.#problem) {
      this.#problem = problem;
      post({ type: "problem", problem });
    }
    const states = links.map(({ state }) => state).join();
    if (repeat || states !== this.#links) {
      this.#links = states;
      post({ type: "links", links });
    }
  }
}

const STATE = {
  alive: "up",
  late: "up",
  lost: "down",
  unknown: "unknown",
} as const;

function post(message: FromWorker): void {
  self.postMessage(message);
}

let heartbeats: Heartbeats | null = null;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "begin": {
      const refused = realTime();
      if (refused !== null) {
        post({ type: "log", level: "warning", text: refused });
      }
      heartbeats = new Heartbeats(data.options);
      return;
    }
    case "say":
      return heartbeats?.say(data.body, data.settled);
    case "tell":
      return heartbeats?.tell();
    case "turning":
      return heartbeats?.turning();
    case "close":
      heartbeats?.close();
      heartbeats = null;
      post({ type: "closed" });
      return;
    default:
      return data satisfies never;
  }
};
