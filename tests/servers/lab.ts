/** The two emulated servers, as the script `vm` beside this file runs them. Every call has a time limit. */
import { join } from "node:path";

export type Server = 1 | 2;
export const SERVERS: readonly Server[] = [1, 2];

/** On the first link, which is the clients' network, too. */
export const VIRTUAL_ADDRESS = "10.41.0.100";
export const CLIENT = "10.41.0.1";

/** Emulation is slow, and slower beside other work: all limits are stretched by HAKIT_SERVERS_PATIENCE. */
export const PATIENCE = Number(Deno.env.get("HAKIT_SERVERS_PATIENCE") ?? "1");

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const script = join(import.meta.dirname!, "vm");

export function otherThan(server: Server): Server {
  return server === 1 ? 2 : 1;
}

/** Both cables that the cluster knows, by server and link. */
export function cables(server: Server): readonly string[][] {
  return ["0", "1"].map((link) => [String(server), link]);
}

/** Runs `vm` with these words; throws when it fails or takes too long. */
export async function vm(
  words: readonly string[],
  { seconds = 60, anyCode = false }: {
    readonly seconds?: number;
    readonly anyCode?: boolean;
  } = {},
): Promise<Ran> {
  const child = new Deno.Command(script, {
    args: [...words],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A group of its own, so that the limit ends ssh, too, and not only the shell around it.
    detached: true,
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    Deno.kill(-child.pid, "SIGKILL");
  }, seconds * PATIENCE * 1000);
  const output = await child.output();
  clearTimeout(timer);
  const ran = {
    code: output.code,
    stdout: new TextDecoder().decode(output.stdout),
    stderr: new TextDecoder().decode(output.stderr),
  };
  const called = `vm ${words.join(" ").slice(0, 120)}`;
  if (late) throw new Error(`${called}: not done after ${seconds} s`);
  if (ran.code !== 0 && !anyCode) {
    throw new Error(
      `${called}: exit code ${ran.code}: ${
        (ran.stderr.trim() || ran.stdout.trim()).slice(-600)
      }`,
    );
  }
  return ran;
}

/** A command line on a server, as root. */
export async function on(
  server: Server,
  command: string,
  options: { readonly seconds?: number; readonly anyCode?: boolean } = {},
): Promise<Ran> {
  return await vm(["sh", String(server), command], options);
}

/** A long-running `vm` command whose lines are wanted as they come; the caller ends it by `stop`. */
export interface Stream {
  readonly lines: AsyncGenerator<string>;
  send(text: string): Promise<void>;
  stop(): Promise<void>;
}

export function stream(words: readonly string[]): Stream {
  const child = new Deno.Command(script, {
    args: [...words],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  const writer = child.stdin.getWriter();
  let ended = false;
  const status = child.status.then(() => ended = true);
  return {
    lines: textLines(child.stdout),
    send: (text) => writer.write(new TextEncoder().encode(text)),
    async stop() {
      if (!ended) Deno.kill(-child.pid, "SIGKILL");
      await writer.abort().catch(() => {});
      await status;
    },
  };
}

async function* textLines(
  from: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of from) {
    rest += decoder.decode(chunk, { stream: true });
    for (let at; (at = rest.indexOf("\n")) >= 0; rest = rest.slice(at + 1)) {
      yield rest.slice(0, at);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks until the answer is not null; throws after the limit, telling what was last in the way. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | null> | T | null,
  everyMs = 1000,
): Promise<T> {
  const limit = performance.now() + seconds * PATIENCE * 1000;
  let hindrance = "";
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
      hindrance = "";
    } catch (error) {
      hindrance = error instanceof Error ? `: ${error.message}` : "";
    }
    if (performance.now() > limit) {
      throw new Error(`${what}: not so after ${seconds} s${hindrance}`);
    }
    await pause(everyMs);
  }
}
