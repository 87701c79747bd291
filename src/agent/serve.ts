/** The two doors of the API: a unix socket for root on this machine, HTTPS for people and the peer. */
import { join } from "node:path";
import type { App } from "../api/app.ts";
import { serveHttps } from "../api/https.ts";
import { sleep } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import type { Paths } from "../system/paths.ts";
import type { Node } from "./node.ts";

const RETRY_MS = 5000;

export async function serveSocket(
  paths: Paths,
  app: App,
): Promise<AsyncDisposable> {
  const path = join(paths.run, "agent.sock");
  // Left behind by an agent that was killed: the lock says that nobody listens.
  await Deno.remove(path).catch(() => {});
  // Between bind and chmod nobody else may connect.
  const umask = Deno.umask(0o177);
  let server: Deno.HttpServer;
  try {
    server = Deno.serve({
      transport: "unix",
      path,
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    }, (request) => app.fetch(request, { connection: { kind: "socket" } }));
  } finally {
    Deno.umask(umask);
  }
  await Deno.chmod(path, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      // A command that waits for its role has had its time; whoever asks next must hear that nobody is here.
      const ended = server.shutdown();
      await Promise.race([ended, sleep(1000)]);
      await Deno.remove(path).catch(() => {});
    },
  };
}

/** Serves as soon as certificates are there and the port is free; what is in the way is logged once. */
export function serveNetwork(
  { node, app, log, signal }: {
    readonly node: Node;
    readonly app: App;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): AsyncDisposable {
  const stop = new AbortController();
  const end = AbortSignal.any([signal, stop.signal]);
  const server = (async () => {
    let said = "";
    while (!end.aborted) {
      try {
        return await open(node, app, log);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (text !== said) log.warning(text);
        said = text;
        await sleep(RETRY_MS, end);
      }
    }
    return null;
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await (await server)?.[Symbol.asyncDispose]();
    },
  };
}

async function open(node: Node, app: App, log: Log) {
  const file = async (name: string) => {
    const path = join(node.paths.etc, name);
    try {
      return await Deno.readTextFile(path);
    } catch (cause) {
      throw new Error(
        `Cannot serve the console: "${path}" cannot be read, expected the certificate files that "hakit first" makes`,
        { cause },
      );
    }
  };
  const server = await serveHttps({
    port: node.cluster.console.port,
    authority: await file("ca.pem"),
    certificate: {
      certPem: await file("node.pem"),
      keyPem: await file("node.key"),
    },
    nodes: node.cluster.nodes.map(({ name }) => name),
    fetch: (request, env) => app.fetch(request, env),
    log: (line) => log.warning(line),
  });
  log.info(`console and API on port ${node.cluster.console.port}`);
  return server;
}
