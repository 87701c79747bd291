/** One `hakit replicator` as a process, and the agent's end of its control socket. */
import type {
  Command,
  Message,
  ReplicatorConfig,
  Report,
} from "../../../src/replication/control.ts";

/** A program in TypeScript needs this long on a machine with other work. */
const START_MS = 60_000;
const REPOSITORY = new URL("../../../", import.meta.url).pathname;

export interface ProcessOptions {
  readonly config: ReplicatorConfig;
  readonly configFile: string;
  readonly logFile: string;
  /** Network namespace to run in. */
  readonly namespace: string;
  readonly env: Record<string, string>;
}

export class ReplicatorProcess {
  #options: ProcessOptions;
  #child: Deno.ChildProcess | null = null;
  #log: Promise<void> | null = null;
  #connection: Deno.UnixConn | null = null;
  #reader: Promise<void> | null = null;
  #report: Report | null = null;
  #nextId = 1;
  #sending: Promise<void> = Promise.resolve();
  readonly #answers = new Map<number, PromiseWithResolvers<void>>();
  readonly #watchers = new Set<() => void>();
  /** All notices and faults so far, each once. */
  readonly said: string[] = [];

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#child !== null;
  }
  get pid(): number {
    if (!this.#child) throw new Error("The replicator does not run");
    return this.#child.pid;
  }
  /** Runs, and has said how it is since it was started. */
  get ready(): boolean {
    return this.#child !== null && this.#report !== null;
  }
  get report(): Report {
    if (!this.#report) throw new Error("The replicator has not reported yet");
    return this.#report;
  }

  /** For the next start: the paths that module.yaml lists now. */
  list(paths: readonly string[]) {
    const { config } = this.#options;
    const directories = paths.map((path) => ({ path }));
    this.#options = { ...this.#options, config: { ...config, directories } };
  }

  /** For the next start: what module.yaml says of the directory now. */
  configure(directory: Partial<ReplicatorConfig["directories"][number]>) {
    const { config } = this.#options;
    const directories = config.directories.map((old) => ({
      ...old,
      ...directory,
    }));
    this.#options = { ...this.#options, config: { ...config, directories } };
  }

  /** Starts the process and connects to its socket. */
  async start() {
    const { config, configFile, logFile, namespace, env } = this.#options;
    await Deno.writeTextFile(configFile, JSON.stringify(config), {
      mode: 0o600,
    });
    await Deno.remove(config.socket).catch(() => {});
    const executable = Deno.env.get("HAKIT");
    const command = executable
      ? [executable]
      : [Deno.execPath(), "run", "-A", "--quiet", `${REPOSITORY}main.ts`];
    this.#child = new Deno.Command("nsenter", {
      args: [
        `--net=/run/netns/${namespace}`,
        ...command,
        "replicator",
        configFile,
      ],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const log = await Deno.open(logFile, { create: true, append: true });
    const { stdout, stderr } = this.#child;
    const poured = Promise.all([pour(stdout, log), pour(stderr, log)])
      .finally(() => log.close()).then(() => {});
    // Told by ended().
    poured.catch(() => {});
    this.#log = poured;
    await this.connect();
  }

  /** What an agent does that found the replicator running. */
  async connect() {
    const deadline = Date.now() + START_MS;
    for (;;) {
      try {
        this.#connection = await Deno.connect({
          transport: "unix",
          path: this.#options.config.socket,
        });
        break;
      } catch (cause) {
        if (Date.now() > deadline) {
          throw new Error(
            `Replicator of ${this.#options.config.node} opens no socket: ${await this
              .tail()}`,
            { cause },
          );
        }
        await sleep(50);
      }
    }
    this.#report = null;
    this.#reader = this.#read(this.#connection);
    await this.until(() => true, "a first report");
  }

  async #read(connection: Deno.UnixConn) {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const chunk of connection.readable) {
        rest += decoder.decode(chunk, { stream: true });
        const lines = rest.split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.#take(JSON.parse(line) as Message);
      }
    } catch {
      // The process died: the same as an end.
    }
    for (const waiting of this.#answers.values()) {
      waiting.reject(new Error("The replicator went away without an answer"));
    }
    this.#answers.clear();
  }

  #take(message: Message) {
    if ("report" in message) {
      this.#report = message.report;
      for (const words of [message.report.notice, message.report.fault]) {
        if (words && !this.said.includes(words)) this.said.push(words);
      }
      for (const watcher of this.#watchers) watcher();
      return;
    }
    const waiting = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    if (message.ok) waiting?.resolve();
    else waiting?.reject(new Error(message.error));
  }

  /** One line after the other: tests and what keeps a pair together speak at the same time. */
  #send(bytes: Uint8Array): Promise<void> {
    const send = this.#sending.then(async () => {
      if (!this.#connection) throw new Error("Not connected to the replicator");
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    });
    this.#sending = send.catch(() => {});
    return send;
  }

  /** Says one thing and waits for the answer. */
  async command(command: Command, timeoutMs = 30_000) {
    if (!this.#connection) throw new Error("Not connected to the replicator");
    const id = this.#nextId++;
    const answer = Promise.withResolvers<void>();
    // The process may die before anybody waits for this: it is told to whoever then waits, and to nobody else.
    answer.promise.catch(() => {});
    this.#answers.set(id, answer);
    const bytes = new TextEncoder().encode(
      `${JSON.stringify({ ...command, id })}\n`,
    );
    try {
      await this.#send(bytes);
    } catch (cause) {
      this.#answers.delete(id);
      const { node } = this.#options.config;
      throw new Error(`${node}: ${command.command} cannot be sent`, { cause });
    }
    await within(
      answer.promise,
      timeoutMs,
      () => `${this.#options.config.node}: no answer to ${command.command}`,
    );
  }

  /** Waits for a report with which `holds` is true. */
  async until(
    holds: (report: Report) => boolean,
    what: string,
    timeoutMs = 30_000,
  ): Promise<Report> {
    const seen = Promise.withResolvers<void>();
    const look = () => {
      if (this.#report && holds(this.#report)) seen.resolve();
    };
    this.#watchers.add(look);
    try {
      look();
      await within(
        seen.promise,
        timeoutMs,
        async () =>
          `${this.#options.config.node}: waited for ${what}; last report ${
            JSON.stringify(this.#report)
          }\n${await this.tail()}`,
      );
      return this.report;
    } finally {
      this.#watchers.delete(look);
    }
  }

  /** SIGKILL, as a crash. */
  async kill() {
    if (!this.#child) return;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // Already gone.
    }
    await this.ended();
  }

  /** Waits for the end of the process, whatever ends it. */
  async ended(): Promise<number> {
    const child = this.#child;
    if (!child) return 0;
    const status = await child.status;
    await this.#log;
    // Somebody else waited too, and has started another one since.
    if (this.#child !== child) return status.code;
    this.disconnect();
    await this.#reader;
    if (this.#child === child) this.#child = null;
    return status.code;
  }

  /** What happens to the replicator when the agent dies. */
  disconnect() {
    try {
      this.#connection?.close();
    } catch {
      // Closed by the other end.
    }
    this.#connection = null;
  }

  async tail(): Promise<string> {
    const text = await Deno.readTextFile(this.#options.logFile)
      .catch(() => "(no log)");
    return text.split("\n").slice(-15).join("\n");
  }
}

async function pour(from: ReadableStream<Uint8Array>, to: Deno.FsFile) {
  for await (const chunk of from) await to.write(chunk);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within<T>(
  promise: Promise<T>,
  timeoutMs: number,
  words: () => string | Promise<string>,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    async () => late.reject(new Error(`${await words()} (${timeoutMs} ms)`)),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
