/**
 * `hakit guard RUN`: a small process of each node, beside the agent and outliving it. It hears from the agent until when each module
 * may be served here, and when that time is over takes away what clients could still reach: addresses first, then every instruction of
 * the services. It reads no disk, asks no other process and starts none. It also holds the machine's watchdog.
 */
import { now } from "../system/clock.ts";
import {
  beaten,
  doThenSay,
  fenced,
  firstWord,
  followed,
  type Guarded,
  type GuardReport,
  heard,
  idleMs,
  judged,
  NOTHING,
  pets,
  type Watch,
  type Watchdog,
  type Word,
  wordSchema,
} from "./ward.ts";
import { accept, listenUnix } from "../peer/socket.ts";
import { freeze, mountOf, unitGroups } from "../system/cgroup.ts";
import { E, errno, libc, Memory } from "../system/libc.ts";
import { Poll, POLLIN } from "../system/poll.ts";
import { realTime } from "../heartbeat/real_time.ts";
import { Netlink } from "./netlink.ts";
import { WatchdogDevice } from "./watchdog.ts";
import { messageOf } from "../system/message.ts";

/** Petted so often; and the longest sleep. */
const TURN_MS = 200;
/** What was taken away may be put back by an agent that wakes up: it is taken away again. */
const AGAIN_MS = 50;
const REPORT_MS = 1_000;
/** Without an agent and without anything to guard nobody needs it. */
const LONELY_MS = 60_000;
const MAX_LINE = 256 * 1024;
/** An agent has two: its loop and the thread of its heartbeats. */
const MAX_CLIENTS = 8;
const MSG_NOSIGNAL = 0x4000;
const RETRY_WATCHDOG_MS = 5_000;

/** Runs until the agent says bye, or until nobody is left to be guarded. */
export function runGuard(socket: string, version: string): number {
  const refused = realTime();
  if (refused !== null) say(refused);
  return new Guard(socket, version).run();
}

interface Client {
  readonly fd: number;
  text: string;
}

class Guard {
  readonly #socket: string;
  readonly #version: string;
  readonly #listener: number;
  readonly #clients = new Set<Client>();
  readonly #memory = new Memory(64 * 1024);
  readonly #poll = new Poll();
  readonly #netlink = new Netlink();
  #watch: Watch = NOTHING;
  #asked: Watchdog | null = null;
  #device: WatchdogDevice | null = null;
  #problem: string | null = null;
  #openAt = 0;
  #starves = false;
  #end = false;
  #reportAt = 0;
  #told = "";

  constructor(socket: string, version: string) {
    this.#socket = socket;
    this.#version = version;
    try {
      Deno.removeSync(socket);
    } catch {
      // There was none.
    }
    this.#begin();
    this.#listener = listenUnix(socket);
  }

  /** The agent that started it may not turn any more. */
  #begin(): void {
    let text: string;
    try {
      text = Deno.readTextFileSync(firstWord(this.#socket));
    } catch {
      return;
    }
    this.#hear(text);
  }

  run(): number {
    let lonelySince = now();
    while (!this.#end) {
      this.#listen();
      this.#poll.wait(this.#nap());
      const at = now();
      this.#watch = judged(this.#watch, at);
      const due = [...this.#watch.guarded.values()].filter(({ dueSince }) =>
        dueSince !== null
      );
      doThenSay(due, (one) => this.#fence(one), say);
      this.#tend(now());
      this.#report(now());
      if (this.#clients.size > 0 || this.#watch.guarded.size > 0) {
        lonelySince = at;
      }
      if (at - lonelySince > LONELY_MS || this.#orphaned()) this.#end = true;
    }
    this.#device?.disarm();
    return 0;
  }

  #nap(): number {
    const due = [...this.#watch.guarded.values()].some(({ dueSince }) =>
      dueSince !== null
    );
    return due ? AGAIN_MS : idleMs(this.#watch, now(), TURN_MS);
  }

  /** The node's folder was removed: a lab or a test that is over. */
  #orphaned(): boolean {
    try {
      Deno.statSync(this.#socket);
      return false;
    } catch {
      return true;
    }
  }

  /** What there is to say of it; null: nothing. */
  #fence({ ward, held, dueSince, until }: Guarded): string | null {
    const began = now();
    let problem: string | null = null;
    try {
      this.#netlink.remove(ward.addresses);
    } catch (error) {
      problem = messageOf(error);
    }
    const root = mountOf(Deno.readTextFileSync("/proc/self/mounts"));
    const groups = [
      ...(ward.group === null ? [] : [ward.group]),
      ...(root === null ? [] : unitGroups(root, ward.units)),
    ];
    for (const group of groups) {
      if (!freeze(group)) problem ??= `"${group}" cannot be frozen`;
    }
    const done = problem === null;
    this.#watch = fenced(this.#watch, ward.module, done);
    // Said once.
    if (done && !held) {
      return `${ward.module}: fenced ${
        Math.round(began - until)
      } ms after its time was over: ` +
        `addresses ${ward.addresses.join(", ") || "none"} taken off, ` +
        `${groups.length} control groups frozen`;
    }
    const fails = !done && dueSince !== null && began - dueSince < AGAIN_MS;
    return fails ? `${ward.module}: cannot be fenced: ${problem}` : null;
  }

  #tend(at: number): void {
    if (this.#asked === null) return;
    if (this.#device === null && at >= this.#openAt) this.#arm(at);
    if (this.#device === null) return;
    const petted = pets(this.#watch, at, this.#asked);
    if (petted) this.#device.pet();
    if (petted === this.#starves) {
      this.#starves = !petted;
      say(
        petted
          ? "watchdog: petted again"
          : `watchdog: not petted any more, this machine reboots within ${
            this.#asked.timeoutMs / 1000
          } s: what it serves could not be taken away or was not stopped in time`,
      );
    }
  }

  #arm(at: number): void {
    const { device, timeoutMs } = this.#asked!;
    this.#openAt = at + RETRY_WATCHDOG_MS;
    try {
      this.#device = new WatchdogDevice(device, timeoutMs);
      this.#problem = null;
      say(`watchdog: "${device}" is armed, ${timeoutMs / 1000} s`);
      if (this.#device.note) say(`watchdog: ${this.#device.note}`);
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.#problem) say(problem);
      this.#problem = problem;
    }
  }

  #listen(): void {
    this.#poll.add(this.#listener, POLLIN, () => {
      const fd = accept(this.#listener);
      if (fd < 0) return;
      if (this.#clients.size >= MAX_CLIENTS) {
        libc.close(fd);
        return;
      }
      const client = { fd, text: "" };
      this.#clients.add(client);
      this.#send(client);
    });
    for (const client of this.#clients) {
      this.#poll.add(client.fd, POLLIN, () => this.#read(client));
    }
  }

  /** All that is there: after a sleep of this process the newest word is the last one. */
  #read(client: Client): void {
    const { address, size, bytes } = this.#memory;
    for (;;) {
      const count = libc.recv(client.fd, address, size, 0);
      if (count < 0 && errno() === E.INTR) continue;
      if (count < 0 && errno() === E.AGAIN) return;
      if (count <= 0 || client.text.length + count > MAX_LINE) {
        libc.close(client.fd);
        this.#clients.delete(client);
        return;
      }
      const lines =
        (client.text + new TextDecoder().decode(bytes.slice(0, count)))
          .split("\n");
      client.text = lines.pop()!;
      for (const line of lines) this.#hear(line);
    }
  }

  #hear(line: string): void {
    let word: Word;
    try {
      word = wordSchema.parse(JSON.parse(line));
    } catch {
      return say("a line that is no word of an agent");
    }
    switch (word.do) {
      case "watch":
        this.#watch = heard(this.#watch, word, now());
        if (word.watchdog === null) {
          this.#device?.disarm();
          this.#device = null;
          this.#problem = null;
        }
        this.#asked = word.watchdog;
        return;
      case "beat":
        this.#watch = beaten(this.#watch, word.at, now());
        return;
      case "followed":
        this.#watch = followed(this.#watch, word, now());
        return;
      case "bye":
        this.#end = true;
        return;
      case "leave":
        this.#end = true;
        this.#device?.leave();
        this.#device = null;
        return;
      default:
        return word satisfies never;
    }
  }

  #report(at: number): void {
    const text = JSON.stringify(this.#state());
    if (text === this.#told && at < this.#reportAt) return;
    this.#told = text;
    this.#reportAt = at + REPORT_MS;
    for (const client of [...this.#clients]) this.#send(client);
  }

  #state(): GuardReport {
    return {
      version: this.#version,
      pid: Deno.pid,
      watchdogProblem: this.#problem,
      armed: this.#device !== null,
      ends: Object.fromEntries(
        [...this.#watch.guarded].map(([module, { until }]) => [module, until]),
      ),
      fenced: [...this.#watch.guarded.values()].filter(({ dueSince }) =>
        dueSince !== null
      ).map(({ ward }) => ward.module),
    };
  }

  /** An agent that does not read is stopped, and reads the newest when it goes on. */
  #send(client: Client): void {
    const bytes = new TextEncoder().encode(
      JSON.stringify(this.#state()) + "\n",
    );
    this.#memory.bytes.set(bytes);
    libc.send(client.fd, this.#memory.address, bytes.length, MSG_NOSIGNAL);
  }
}

function say(text: string): void {
  // deno-lint-ignore no-console -- its log file
  console.log(`${new Date().toISOString()} ${text}`);
}
