/**
 * The agent's end of the guard (src/guard): finds the one that outlived the last agent or starts one, and says at every tick
 * until when each module may be served here. A guard that dies is started again at once.
 */
import {
  firstWord,
  type GuardReport,
  type Ward,
  type Watchdog,
  type Word,
} from "../guard/ward.ts";
import { join } from "node:path";
import { now, sleep } from "../system/clock.ts";
import { chunksOf, writeAll } from "../system/files.ts";
import { lines } from "../system/lines.ts";
import type { Log } from "../system/log.ts";
import type { Paths } from "../system/paths.ts";
import { VERSION } from "../system/version.ts";
import { startApart, startedApart } from "./apart.ts";
import { messageOf } from "../system/message.ts";

export interface GuardLinkOptions {
  readonly socket: string;
  readonly outputFile: string;
  /** Program and arguments before the socket's path. */
  readonly program: readonly string[];
  readonly watchdog: Watchdog | null;
  readonly wards: () => readonly Ward[];
  /** What it has taken away and not given back. */
  readonly fenced: (modules: readonly string[]) => void;
  readonly log: Log;
  readonly changed: () => void;
}

const BACKOFF_MS = { first: 100, most: 5_000 };
const START_MS = 20_000;
const TURN_MS = 90;
/** Turns of the agent's loop without a report: 5 s with the default detection time. */
const SILENT_TURNS = 50;
/** A crash loop must not fill the disk. */
const MAX_OUTPUT = 1024 * 1024;
/** Of its report: some hundred bytes a module. */
const MAX_LINE = 1 << 20;

/** The fields of a watch in every word: a guard of an older version reads no other. */
function spelled(word: Word): string {
  return JSON.stringify({ wards: [], watchdog: null, ...word });
}

export function guardSocket({ run }: Paths): string {
  return join(run, "guard.sock");
}

export class GuardLink {
  readonly #options: GuardLinkOptions;
  readonly #stop = new AbortController();
  #connection: Deno.UnixConn | null = null;
  #writing = false;
  #again = false;
  #report: GuardReport | null = null;
  #problem: string | null = null;
  /** One is being started. */
  #begins = false;
  #silentTurns = 0;
  #turnedAt = 0;
  #life: Promise<void> = Promise.resolve();

  constructor(options: GuardLinkOptions) {
    this.#options = options;
  }

  /** Keeps one running; nothing waits for it. */
  start(): void {
    this.#life = this.#live();
  }

  /** For `state`: what is wrong with it; null: nothing. */
  problem(): string | null {
    return this.#problem ?? this.#report?.watchdogProblem ?? null;
  }

  /** Says how things are, at every tick and at changes; of what an earlier word holds up the newest is said. */
  tell(): void {
    if (this.#connection === null) {
      // Without one, too, what it took comes back.
      const word = this.#watch();
      if (this.#begins) this.#leaveWord(word);
      return;
    }
    this.#watchIt();
    this.#again = this.#writing;
    if (this.#writing) return;
    this.#say(this.#watch())
      .then(() => {
        if (this.#again) this.tell();
      })
      .catch(() => this.#hangUp());
  }

  /** The agent ends. `rest`: nothing serves here, so neither guard nor watchdog is needed. */
  async close({ rest }: { readonly rest: boolean }): Promise<void> {
    this.#stop.abort();
    if (rest && this.#connection !== null) {
      const limit = new AbortController();
      const bye = this.#say({ do: "bye" }).catch(() => {}).finally(() =>
        limit.abort()
      );
      await Promise.race([bye, sleep(1_000, limit.signal)]);
    }
    this.#hangUp();
    await this.#life;
  }

  /** It reports once a second. Counted by turns of this agent's loop: a machine that slept has not been silent. */
  #watchIt(): void {
    if (now() - this.#turnedAt < TURN_MS) return;
    this.#turnedAt = now();
    this.#silentTurns += 1;
    if (this.#silentTurns < SILENT_TURNS) return;
    this.#silentTurns = 0;
    this.#options.log.error(
      "The guard does not answer: another one is started",
    );
    // Also one that has said nothing yet: the number in the last report may be anybody's by now.
    const { program, socket } = this.#options;
    for (const pid of startedApart(program, socket)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It is gone.
      }
    }
    this.#hangUp();
  }

  #watch(): Word {
    const { watchdog, wards } = this.#options;
    // What this agent does not know yet the guard told it: it may be another one that hears it.
    const known = wards().map((ward) => ({
      ...ward,
      until: ward.until ?? this.#report?.ends?.[ward.module] ?? null,
    }));
    return { do: "watch", wards: [...known], watchdog };
  }

  async #say(word: Word): Promise<void> {
    const bytes = new TextEncoder().encode(spelled(word) + "\n");
    this.#writing = true;
    try {
      await writeAll(this.#connection!, bytes);
    } finally {
      this.#writing = false;
    }
  }

  async #live(): Promise<void> {
    const { signal } = this.#stop;
    let backoff = BACKOFF_MS.first;
    while (!signal.aborted) {
      try {
        const connection = await this.#connect() ?? await this.#spawn();
        this.#connection = connection;
        await this.#serve(connection);
        backoff = BACKOFF_MS.first;
      } catch (error) {
        const problem = `the guard does not run: ${messageOf(error)}`;
        if (problem !== this.#problem) this.#options.log.error(problem);
        this.#problem = problem;
        this.#options.changed();
        backoff = Math.min(2 * backoff, BACKOFF_MS.most);
      }
      this.#hangUp();
      await sleep(backoff, signal);
    }
  }

  async #serve(connection: Deno.UnixConn): Promise<void> {
    this.#silentTurns = 0;
    try {
      for await (const line of lines(chunksOf(connection), MAX_LINE)) {
        const before = this.problem();
        this.#report = JSON.parse(line) as GuardReport;
        this.#problem = null;
        this.#silentTurns = 0;
        this.#options.fenced(this.#report.fenced);
        if (this.#report.version !== VERSION) {
          // An upgrade: the new one is started when the old one has gone.
          await this.#say({ do: "leave" });
          continue;
        }
        if (this.problem() === before) continue;
        if (this.problem() !== null) {
          this.#options.log.error(this.problem()!);
        }
        this.#options.changed();
      }
    } catch {
      // It died, or this end was closed: both are seen by whoever called.
    }
  }

  async #connect(): Promise<Deno.UnixConn | null> {
    const path = this.#options.socket;
    return await Deno.connect({ transport: "unix", path }).catch(() => null);
  }

  async #spawn(): Promise<Deno.UnixConn> {
    this.#begins = true;
    this.#leaveWord(this.#watch());
    try {
      return await this.#startOne();
    } finally {
      this.#begins = false;
    }
  }

  /** It knows from its first breath what to take away: this agent may be stopped before it can say it. */
  #leaveWord(word: Word): void {
    const file = firstWord(this.#options.socket);
    try {
      // As a whole, whenever it is read.
      Deno.writeTextFileSync(`${file}.new`, spelled(word));
      Deno.renameSync(`${file}.new`, file);
    } catch (error) {
      if (this.#problem === null) this.#options.log.error(String(error));
    }
  }

  async #startOne(): Promise<Deno.UnixConn> {
    const { program, socket, outputFile } = this.#options;
    const child = await startApart({
      program: [...program, socket],
      outputFile,
      mostOutput: MAX_OUTPUT,
    });
    let ended = false;
    child.status.then(() => ended = true);
    for (let waited = 0; waited < START_MS; waited += 30) {
      const connection = await this.#connect();
      if (connection) return connection;
      if (ended) throw new Error(`it ended at once, see "${outputFile}"`);
      await sleep(30, this.#stop.signal);
      if (this.#stop.signal.aborted) break;
    }
    child.kill("SIGKILL");
    throw new Error("it does not answer");
  }

  #hangUp(): void {
    try {
      this.#connection?.close();
    } catch {
      // Closed by the other side.
    }
    this.#connection = null;
  }
}
