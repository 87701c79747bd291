/**
 * The agent's end of a replicator: finds the one that outlived the last agent or starts one, keeps it running, passes commands and
 * reports (replication/control.ts). A replicator that dies is started again, slower each time it dies young.
 */
import { dirname } from "node:path";
import type {
  Command,
  Message,
  ReplicatorConfig,
  Report,
} from "../replication/control.ts";
import { abortMounts, ourMounts } from "../fuse/device.ts";
import { lines } from "../system/lines.ts";
import type { Log } from "../system/log.ts";
import { aborted, now, sleep } from "../system/clock.ts";
import { Turns } from "../system/turns.ts";
import { VERSION } from "../system/version.ts";
import {
  chunksOf,
  readIfPresent,
  writeAll,
  writeDurably,
} from "../system/files.ts";
import { startApart, startedApart } from "./apart.ts";
import { messageOf } from "../system/message.ts";
import { TOLD_MS } from "../replication/stall.ts";

export interface ReplicatorLinkOptions {
  readonly config: ReplicatorConfig;
  /** Where the configuration is written for the replicator to read. */
  readonly configFile: string;
  /** What the replicator itself prints. */
  readonly outputFile: string;
  readonly log: Log;
  /** Program and arguments before the name of the configuration file. */
  readonly program: readonly string[];
  readonly onReport: (report: Report) => void;
  /** It has not reported for so long, told again and again: a disk that hangs may hold it. */
  readonly onQuiet: (ms: number) => void;
  readonly onGone: () => void;
}

/** A replicator that was started answers within this, or it is killed and started anew: a slow server, busy with all else, takes a minute. */
const START_MS = 180_000;
const RETRY_MS = 30;
/** One that was told to end and does not, is ended. */
const EXIT_MS = 3000;
/** It reports to whoever connects; while its disk stalls it may not. */
const PEEK_MS = 3000;
const WATCH_MS = 1000;
/**
 * Reports come once a second. A silence is told, and in the end the replicator ended: after a long one, for a disk may stall for half a
 * minute, or once it is to let go at once and does not.
 */
const HUNG_MS = 60_000;
const BACKOFF_MS = { first: 100, most: 5000 };
/** One line of control: a report is some hundred bytes. */
const MAX_LINE = 1 << 20;
/** Output of a crash loop must not fill the disk. */
const MAX_OUTPUT = 5 * 1024 * 1024;

class Ended extends Error {}

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class ReplicatorLink {
  #options: ReplicatorLinkOptions;
  #connection: Deno.UnixConn | null = null;
  #child: Deno.ChildProcess | null = null;
  #childRuns = false;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  #connected = Promise.withResolvers<void>();
  #lastReport = 0;
  /** Looks since then. */
  #quietTurns = 0;
  /** It was told to let go at once, and has not answered. */
  #mustLetGo = false;
  readonly #stop = new AbortController();
  #life: Promise<void> | null = null;
  /** One was found at work whose mounts are there, and `start` has not heard what it does. */
  silent = false;
  readonly #outbox = new Turns();

  constructor(options: ReplicatorLinkOptions) {
    this.#options = options;
  }

  /** The first report of a replicator that already runs, or null; then keeps one running. */
  async start(): Promise<Report | null> {
    const same = await this.#isWritten();
    const first = Promise.withResolvers<Report | null>();
    let found = await this.#connect();
    if (found) {
      const report = await this.#peek();
      const outdated = report !== null &&
        (!same || report.version !== VERSION);
      if (report === null) {
        // It may serve, and wait for a disk: ending it would end the services.
        this.#options.log.warning(
          "replicator: runs and does not say what it does; it is left alone",
        );
      } else if (outdated && report.phase !== "primary" && !this.#mounted()) {
        await this.#replace(found);
        found = null;
      } else if (outdated) {
        // Its mounts are in use.
        this.#options.log.warning(
          `replicator: hakit ${
            report.version ?? "of before"
          } goes on mirroring; another one begins when the agent restarts while the module is not primary here`,
        );
      }
    }
    if (!found) await this.#write();
    const timer = setTimeout(() => first.resolve(null), 3000);
    this.#life = this.#live(found, (report) => first.resolve(report));
    if (!found) first.resolve(null);
    const report = await first.promise;
    clearTimeout(timer);
    this.silent = found !== null && report === null && this.#mounted();
    return report;
  }

  /** Whatever it says: what is mounted may be in use. */
  #mounted(): boolean {
    const { directories = [] } = this.#options.config;
    return directories.some(({ path }) => ourMounts(path) > 0);
  }

  /**
   * Other rates from now on. Into the file first: an agent that begins later compares it with what it wants, and ends the replicator
   * where they differ.
   */
  async configure(
    config: ReplicatorConfig,
    signal: AbortSignal,
  ): Promise<void> {
    this.#options = { ...this.#options, config };
    const { configFile } = this.#options;
    await writeDurably(configFile, JSON.stringify(config), { mode: 0o600 });
    const { resyncLimit, verifyRate = 0 } = config;
    await this.send({ command: "configure", resyncLimit, verifyRate }, signal);
  }

  /** Another configuration or version: the next one reads it. */
  async #replace(found: Deno.UnixConn): Promise<void> {
    const { configFile, log, program } = this.#options;
    log.info("replicator: ended for a new configuration or version");
    await this.#writeRaw(found, { id: 0, command: "exit" });
    await drain(found);
    found.close();
    // Gone when its process is: before that its socket may still take a connection, and lose it.
    const start = now();
    while (
      startedApart(program, configFile).length > 0 || await this.#answers()
    ) {
      if (now() - start > EXIT_MS) this.#kill();
      // Stuck in the kernel (a dead disk): what begins next will say what it finds.
      if (now() - start > 2 * EXIT_MS) break;
      await sleep(RETRY_MS);
    }
  }

  /** What the one that runs says of itself, by a connection of its own; null: nothing in time. */
  async #peek(): Promise<Report | null> {
    const connection = await this.#connect();
    if (!connection) return null;
    const timer = setTimeout(() => connection.close(), PEEK_MS);
    try {
      for await (const line of lines(chunksOf(connection), MAX_LINE)) {
        const message = JSON.parse(line) as Message;
        if ("report" in message) return message.report;
      }
    } catch {
      // It said nothing.
    } finally {
      clearTimeout(timer);
      try {
        connection.close();
      } catch {
        // By the timer.
      }
    }
    return null;
  }

  async #isWritten(): Promise<boolean> {
    const { config, configFile } = this.#options;
    return await readIfPresent(configFile) === JSON.stringify(config);
  }

  async #write(): Promise<void> {
    if (await this.#isWritten()) return;
    const { config, configFile } = this.#options;
    await writeDurably(configFile, JSON.stringify(config), { mode: 0o600 });
  }

  /** Sends a command; resolves at its answer, rejects when it is refused, the replicator ends, or `signal` is aborted. */
  async send(command: Command, signal: AbortSignal): Promise<void> {
    await Promise.race([this.#connected.promise, aborted(signal)]);
    const connection = this.#connection;
    if (signal.aborted || !connection) {
      throw new Error("the replicator does not run");
    }
    const id = this.#nextId++;
    const answer = new Promise<void>((resolve, reject) =>
      this.#pending.set(id, { resolve, reject })
    );
    answer.catch(() => {}); // Whoever waited may have left.
    const atOnce = command.command === "idle" && command.atOnce === true;
    if (atOnce) this.#mustLetGo = true;
    try {
      await this.#writeRaw(connection, { id, ...command });
      await Promise.race([
        answer,
        aborted(signal).then(() => {
          throw new Error("given up before the replicator answered");
        }),
      ]);
    } catch (error) {
      // One that has ended has let go.
      if (!(atOnce && error instanceof Ended)) throw error;
    } finally {
      this.#pending.delete(id);
      if (atOnce) this.#mustLetGo = false;
    }
  }

  /** Leaves the replicator running. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#hangUp();
    await this.#life;
    this.#child?.unref();
  }

  async #live(
    connection: Deno.UnixConn | null,
    onFirst: (report: Report) => void,
  ): Promise<void> {
    let backoff = BACKOFF_MS.first;
    while (!this.#stop.signal.aborted) {
      connection ??= await this.#connectOrSpawn();
      // Closed while it connected: nobody would hang up any more.
      if (this.#stop.signal.aborted) return connection?.close();
      if (connection) {
        const since = now();
        await this.#serve(connection, onFirst);
        connection = null;
        if (this.#stop.signal.aborted) return;
        this.#options.log.error("replicator: ended, starting it again");
        this.#options.onGone();
        if (now() - since > 60_000) backoff = BACKOFF_MS.first;
      }
      await sleep(backoff, this.#stop.signal);
      backoff = Math.min(backoff * 2, BACKOFF_MS.most);
    }
  }

  async #connect(): Promise<Deno.UnixConn | null> {
    try {
      return await Deno.connect({
        transport: "unix",
        path: this.#options.config.socket,
      });
    } catch {
      return null;
    }
  }

  async #answers(): Promise<boolean> {
    const connection = await this.#connect();
    connection?.close();
    return connection !== null;
  }

  async #connectOrSpawn(): Promise<Deno.UnixConn | null> {
    const found = await this.#connect();
    if (found) return found;
    try {
      await this.#spawn();
    } catch (error) {
      this.#options.log.error(
        `replicator: cannot be started: ${messageOf(error)}`,
      );
      return null;
    }
    const start = now();
    while (now() - start < START_MS && !this.#stop.signal.aborted) {
      const connection = await this.#connect();
      if (connection) return connection;
      if (!this.#childRuns) {
        this.#options.log.error(
          `replicator: ended at once, see "${this.#options.outputFile}"`,
        );
        return null;
      }
      await sleep(RETRY_MS, this.#stop.signal);
    }
    if (this.#stop.signal.aborted) return null;
    this.#options.log.error(
      `replicator: started and not to be reached for ${
        START_MS / 1000
      } s, ended`,
    );
    this.#kill();
    return null;
  }

  async #spawn(): Promise<void> {
    const { program, configFile, outputFile } = this.#options;
    // One that was left at work with an older configuration has ended.
    await this.#write();
    await Deno.mkdir(dirname(outputFile), { recursive: true, mode: 0o750 })
      .catch(() => {}); // Its output is lost then, not its work.
    const child = await startApart({
      program: [...program, configFile],
      outputFile,
      mostOutput: MAX_OUTPUT,
    });
    this.#child = child;
    this.#childRuns = true;
    child.status.then(() => {
      if (this.#child === child) this.#childRuns = false;
    });
  }

  /** Reads reports and answers until the connection ends. */
  async #serve(
    connection: Deno.UnixConn,
    onFirst: (report: Report) => void,
  ): Promise<void> {
    this.#connection = connection;
    this.#lastReport = now();
    this.#quietTurns = 0;
    this.#connected.resolve();
    const watch = setInterval(() => this.#watch(), WATCH_MS);
    Deno.unrefTimer(watch);
    try {
      for await (const line of lines(chunksOf(connection), MAX_LINE)) {
        this.#take(JSON.parse(line) as Message, onFirst);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.#options.log.warning(
          `replicator: connection failed: ${messageOf(error)}`,
        );
      }
    } finally {
      clearInterval(watch);
      this.#connected = Promise.withResolvers();
      this.#hangUp();
      for (const { reject } of this.#pending.values()) {
        reject(new Ended("the replicator ended"));
      }
      this.#pending.clear();
    }
  }

  #take(message: Message, onFirst: (report: Report) => void): void {
    if ("report" in message) {
      this.#lastReport = now();
      this.#quietTurns = 0;
      onFirst(message.report);
      this.#options.onReport(message.report);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (message.ok) pending?.resolve();
    else pending?.reject(new Error(message.error));
  }

  /** Counted by turns of this agent's loop: while that stood still, or the machine slept, reports wait to be read. */
  #watch(): void {
    this.#quietTurns += 1;
    const quiet = Math.min(
      now() - this.#lastReport,
      this.#quietTurns * WATCH_MS,
    );
    if (quiet < TOLD_MS) return;
    const { log, onQuiet } = this.#options;
    if (quiet < (this.#mustLetGo ? TOLD_MS : HUNG_MS)) {
      if (quiet < TOLD_MS + WATCH_MS) log.warning("replicator: silent for 5 s");
      return onQuiet(quiet);
    }
    log.error(`replicator: silent for ${Math.round(quiet / 1000)} s, ended`);
    // First: to look for its process may have to wait for one that waits in its mount.
    this.#abortMounts();
    this.#kill();
    this.#hangUp();
  }

  /** It is only gone when the disk lets go of it; until then whoever uses a mount would wait for it. */
  #abortMounts(): void {
    const { directories = [] } = this.#options.config;
    for (const { path } of directories) {
      try {
        abortMounts(path);
      } catch (error) {
        this.#options.log.warning(
          `replicator: who waits in "${path}" goes on waiting: ${
            messageOf(error)
          }`,
        );
      }
    }
  }

  /** Ends every replicator of this configuration, also one that an earlier agent started. */
  #kill(): void {
    for (
      const pid of startedApart(
        this.#options.program,
        this.#options.configFile,
      )
    ) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It ended in the meantime.
      }
    }
  }

  #hangUp(): void {
    try {
      this.#connection?.close();
    } catch {
      // Closed by the other side.
    }
    this.#connection = null;
  }

  /** One line at a time: a second command must not land in the middle of a first. */
  #writeRaw(connection: Deno.UnixConn, request: object): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(request) + "\n");
    return this.#outbox.take(() => writeAll(connection, bytes));
  }
}

/** Reads until the other side has left, for at most two seconds. */
async function drain(connection: Deno.UnixConn): Promise<void> {
  const read = async () => {
    for await (const _ of chunksOf(connection));
  };
  const limit = new AbortController();
  await Promise.race([
    read().catch(() => {}).finally(() => limit.abort()),
    sleep(2000, limit.signal),
  ]);
}
