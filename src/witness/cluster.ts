/** One cluster as the witness serves it: opens what its nodes send, answers when what it remembers is on disk. */
import type { Log } from "../system/log.ts";
import { Turns } from "../system/turns.ts";
import { Channel } from "./channel.ts";
import { checkAsks } from "./protocol.ts";
import { type Ask, type Cell, judge, NO_LEASES } from "./register.ts";
import type { Remembered } from "./store.ts";
import { messageOf } from "../system/message.ts";

export interface Where {
  readonly hostname: string;
  readonly port: number;
}

export interface WitnessClusterOptions {
  readonly startedAt: number;
  readonly now: () => number;
  readonly save: (memory: Remembered) => Promise<void>;
  readonly send: (bytes: Uint8Array, to: Where) => void;
  readonly log: Log;
}

/** Questions that wait for the disk; beyond it they are lost, and asked again. */
const MAX_QUEUE = 64;

export class WitnessCluster {
  #memory: Remembered;
  readonly #options: WitnessClusterOptions;
  readonly #channels: readonly [Channel, Channel];
  readonly #cells = new Map<string, Cell>();
  readonly #turns = new Turns();

  constructor(memory: Remembered, options: WitnessClusterOptions) {
    this.#memory = memory;
    this.#options = options;
    const { id: cluster, key } = memory;
    // A life a channel: under the name of one life and one number only one message is sealed, or both could be read and forged. Admitted
    // again, a cluster is served by other lives, whose numbers may begin anew.
    const channel = (node: 0 | 1) => {
      const boot = crypto.getRandomValues(new Uint8Array(16)).toHex();
      return new Channel({ side: "witness", key, cluster, node, boot });
    };
    this.#channels = [channel(0), channel(1)];
    for (const [module, entry] of Object.entries(memory.modules)) {
      this.#cells.set(module, { entry, leases: NO_LEASES });
    }
  }

  get key(): string {
    return this.#memory.key;
  }

  receive(bytes: Uint8Array, from: Where): void {
    const now = this.#options.now();
    for (const node of [0, 1] as const) {
      const channel = this.#channels[node];
      const { answer, word } = channel.receive(bytes, now);
      if (answer) this.#options.send(channel.compose(null, now), from);
      const asks = word === null ? null : checkAsks(word.body);
      if (word === null || asks === null) continue;
      if (this.#turns.waiting >= MAX_QUEUE) return;
      // One after the other: what is answered is what is on disk, and nothing newer.
      this.#turns.take(() => this.#answer(node, asks, word.saidAt, from))
        .catch((error) =>
          this.#options.log.error(
            `cannot answer node ${node + 1}: ${messageOf(error)}`,
          )
        );
    }
  }

  /** All that was asked so far is answered. */
  async idle(): Promise<void> {
    await this.#turns.ended();
  }

  async #answer(
    node: 0 | 1,
    asks: readonly Ask[],
    askedAt: number,
    to: Where,
  ): Promise<void> {
    const { now, startedAt, save, send, log } = this.#options;
    const cells = new Map<string, Cell>();
    const modules = { ...this.#memory.modules };
    let changed = false;
    const answers = asks.map((ask) => {
      const before = cells.get(ask.module) ?? this.#cells.get(ask.module) ??
        { entry: null, leases: NO_LEASES };
      const moment = { node, now: now(), startedAt };
      const { cell, verdict } = judge(before, ask, moment);
      cells.set(ask.module, cell);
      if (cell.entry !== null && cell.entry !== before.entry) {
        modules[ask.module] = cell.entry;
        changed = true;
      }
      return { ask, verdict };
    });
    if (changed) {
      const memory = { ...this.#memory, modules };
      try {
        await save(memory);
      } catch (error) {
        // Nothing is answered that would not outlive a power cut: to the nodes this witness is away.
        log.error(
          `cannot save what cluster "${memory.name}" decided: ${
            messageOf(error)
          }`,
        );
        return;
      }
      this.#told(memory);
      this.#memory = memory;
    }
    for (const [module, cell] of cells) this.#cells.set(module, cell);
    const body = { askedAt, answers };
    for (const packet of this.#channels[node].packets(body, now())) {
      send(packet, to);
    }
  }

  #told({ name, modules }: Remembered): void {
    for (const [module, { epoch, holder, by }] of Object.entries(modules)) {
      if (this.#memory.modules[module]?.epoch === epoch) continue;
      const what = holder === null
        ? `both nodes are up to date (said by node ${by + 1})`
        : `node ${holder + 1} may go on alone`;
      this.#options.log.info(`${name}/${module}: epoch ${epoch}, ${what}`);
    }
  }
}
