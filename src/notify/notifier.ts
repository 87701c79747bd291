/** Looks once a second, remembers durably what is to be told, and tells it: batched, again when it failed, never in the way of anything. */
import { join } from "node:path";
import type { Notifications } from "../module/notifications.ts";
import { sleep } from "../system/clock.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import { Turns } from "../system/turns.ts";
import { type Channel, channelsOf } from "./channel.ts";
import { conditions, type Facts } from "./conditions.ts";
import {
  type Changing,
  look,
  type Memory,
  memorySchema,
  type Notice,
  sent,
} from "./queue.ts";
import { messageOf } from "../system/message.ts";

export interface NotifierOptions {
  readonly config: Notifications;
  readonly cluster: string;
  readonly node: string;
  /** Folder for notifications.json. */
  readonly folder: string;
  readonly facts: () => Promise<Facts> | Facts;
  readonly log: Pick<Log, "warning" | "info">;
  /** What is told, in the language of `config`; what is remembered stays English. */
  readonly say?: (sentence: string) => string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly everyMs?: number;
  readonly channels?: readonly Channel[];
}

export interface ChannelReport {
  readonly channel: string;
  readonly waiting: number;
  /** Why the last attempt failed; null: it did not. */
  readonly problem: string | null;
}

const LOOK_EVERY_MS = 1000;
/** What belongs together (a lost node, its services here) comes within this. */
const GATHER_MS = 4000;
const END_MS = 3000;
const RETRY_MS = { first: 10_000, most: 300_000 };

interface Line {
  readonly channel: Channel;
  nextAt: number;
  retryMs: number;
  problem: string | null;
  busy: boolean;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #lines: readonly Line[];
  #memory: Memory = { told: {}, levels: {}, channels: {} };
  /** The memory on disk is an older one. */
  #unsaved = false;
  #changing: Changing = new Map();
  readonly #saves = new Turns();
  readonly #gatherMs: number;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#gatherMs = Math.min(GATHER_MS, options.config.every);
    const channels = options.channels ?? channelsOf(options.config);
    this.#lines = channels.map((channel) => ({
      channel,
      nextAt: 0,
      retryMs: RETRY_MS.first,
      problem: null,
      busy: false,
    }));
  }

  /** Until `signal`. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs = LOOK_EVERY_MS, log } = this.#options;
    await this.#read();
    let said = "";
    while (!signal.aborted) {
      try {
        await this.turn();
        said = "";
      } catch (error) {
        const text = `notifications: ${messageOf(error)}`;
        if (text !== said) log.warning(text);
        said = text;
      }
      await sleep(everyMs, signal);
    }
    // What is on its way is remembered as told, if it does not take long: the next agent would tell it again.
    for (let waited = 0; waited < END_MS && this.#busy(); waited += 20) {
      await sleep(20);
    }
    await this.#saves.ended();
  }

  #busy(): boolean {
    return this.#lines.some(({ busy }) => busy);
  }

  async turn(): Promise<void> {
    const { facts, now } = this.#options;
    const known = conditions(await facts());
    const { memory, changing, changed } = look(this.#memory, this.#changing, {
      conditions: known,
      now: now(),
      date: Date.now(),
      channels: this.#lines.map(({ channel }) => channel),
      newId: () => crypto.randomUUID(),
    });
    if (changed) {
      for (const line of this.#lines) {
        // The first one that waits: what comes and goes would push the time before it for ever.
        const { name } = line.channel;
        if (waitingIn(this.#memory, name) > 0) continue;
        if (waitingIn(memory, name) === 0) continue;
        line.nextAt = Math.max(line.nextAt, now() + this.#gatherMs);
      }
      this.#memory = memory;
      this.#unsaved = true;
    }
    this.#changing = changing;
    // On disk before it is told: a crash now tells it later, and not never. Where there is no room it is told all the same.
    const problem = await this.#save().then(() => null, (error) => error);
    for (const line of this.#lines) this.#flush(line);
    if (problem !== null) throw problem;
  }

  reports(): ChannelReport[] {
    return this.#lines.map(({ channel, problem }) => ({
      channel: channel.title,
      waiting: waitingIn(this.#memory, channel.name),
      problem,
    }));
  }

  /** A message on each channel, now and beside the queue. */
  async test(by: string): Promise<ChannelReport[]> {
    const notice: Notice = {
      id: crypto.randomUUID(),
      at: Date.now(),
      kind: "test",
      level: "info",
      over: false,
      module: null,
      text: `this is a test from ${this.#options.node}, asked for by ${by}`,
    };
    return await Promise.all(this.#lines.map(async ({ channel }) => {
      const problem = await this.#send(channel, { notices: [notice] })
        .then(() => null, messageOf);
      return { channel: channel.title, waiting: 0, problem };
    }));
  }

  #flush(line: Line): void {
    const { now, config, log } = this.#options;
    const { channel } = line;
    const queue = this.#memory.channels[channel.name];
    if (!queue || queue.waiting.length === 0) return;
    if (line.busy || now() < line.nextAt) return;
    line.busy = true;
    const notices = queue.waiting;
    this.#send(channel, { notices, dropped: queue.dropped }).then(
      async () => {
        line.problem = null;
        line.retryMs = RETRY_MS.first;
        line.nextAt = now() + config.every;
        this.#memory = sent(this.#memory, channel.name, notices);
        this.#unsaved = true;
        // That it could not be written is nothing the channel did: the next turn tries again, and says so.
        await this.#save().catch(() => {});
      },
    ).catch((error) => {
      const problem = messageOf(error);
      if (problem !== line.problem) {
        log.warning(`notifications: ${channel.title}: ${problem}`);
      }
      line.problem = problem;
      line.nextAt = now() + line.retryMs;
      line.retryMs = Math.min(line.retryMs * 2, RETRY_MS.most);
    }).finally(() => {
      line.busy = false;
    });
  }

  async #send(
    channel: Channel,
    { notices, dropped = 0 }: {
      readonly notices: readonly Notice[];
      readonly dropped?: number;
    },
  ): Promise<void> {
    const { cluster, node, say = (sentence) => sentence } = this.#options;
    await channel.send({ cluster, node, notices, dropped, say });
  }

  async #read(): Promise<void> {
    const text = await readIfPresent(this.#file());
    if (text === null) return;
    try {
      this.#memory = memorySchema.parse(JSON.parse(text));
    } catch {
      this.#options.log.warning(
        `notifications: "${this.#file()}" cannot be understood: begun anew`,
      );
    }
  }

  /** One after the other; what changes meanwhile is the next one's. */
  #save(): Promise<void> {
    return this.#saves.take(async () => {
      if (!this.#unsaved) return;
      this.#unsaved = false;
      try {
        await writeDurably(this.#file(), JSON.stringify(this.#memory) + "\n", {
          mode: 0o600,
        });
      } catch (error) {
        this.#unsaved = true;
        throw error;
      }
    });
  }

  #file(): string {
    return join(this.#options.folder, "notifications.json");
  }
}

function waitingIn({ channels }: Memory, name: string): number {
  return channels[name]?.waiting.length ?? 0;
}
