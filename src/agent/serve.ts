/** The two doors of the API: a unix socket for root on this machine, HTTPS for people and the peer. */
import { join } from "node:path";
import type { App } from "../api/app.ts";
import { type Connection, isLocal } from "../api/caller.ts";
import { errorBody } from "../api/error.ts";
import { serveHttp, serveHttps } from "../api/https.ts";
import { sleep } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import type { Paths } from "../system/paths.ts";
import type { Certificates } from "./certificates.ts";
import type { Node } from "./node.ts";
import { messageOf } from "../system/message.ts";

const RETRY_MS = 5000;
/** A node's certificate is looked at so often, and first when the agent has been up for a while. */
const LOOK_MS = 3_600_000;
const FIRST_LOOK_MS = 60_000;

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
      onError: () =>
        Response.json(errorBody("failed", "The request failed"), {
          status: 500,
        }),
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

export interface NetworkOptions {
  readonly node: Node;
  readonly app: App;
  readonly log: Log;
  readonly certificates: Certificates;
}

/** Serves as soon as certificates are there and the port is free; what is in the way is logged once. */
export function serveNetwork(
  { signal, ...options }: NetworkOptions & { readonly signal: AbortSignal },
): AsyncDisposable {
  const stop = new AbortController();
  const end = AbortSignal.any([signal, stop.signal]);
  const server = (async () => {
    let said = "";
    while (!end.aborted) {
      try {
        return await open(options);
      } catch (error) {
        const text = messageOf(error);
        if (text !== said) options.log.warning(text);
        said = text;
        await sleep(RETRY_MS, end);
      }
    }
    return null;
  })();
  const kept = keepCertificates(options.certificates, end);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await (await server)?.[Symbol.asyncDispose]();
      await kept;
    },
  };
}

/** Not at once: what modules say of virtual addresses is known a moment later. */
async function keepCertificates(
  certificates: Certificates,
  end: AbortSignal,
): Promise<void> {
  await sleep(FIRST_LOOK_MS, end);
  while (!end.aborted) {
    await certificates.keepValid();
    await sleep(LOOK_MS, end);
  }
}

async function open({ node, app, log, certificates }: NetworkOptions) {
  const { port, http, trusted_proxies: proxies } = node.cluster.console;
  const shared = {
    fetch: (request: Request, env: { connection: Connection }) =>
      app.fetch(request, env),
    log: (line: string) => log.warning(line),
    proxies,
  };
  await using opened = new AsyncDisposableStack();
  const server = opened.use(
    await serveHttps({
      ...shared,
      ...await certificates.read(),
      port,
      nodes: node.cluster.nodes.map(({ name }) => name),
      nodeAddresses: node.cluster.nodes.flatMap(({ addresses }) => addresses),
    }),
  );
  certificates.onChange((shown) => server.show(shown));
  log.info(`console and API on port ${port}`);
  if (http) {
    opened.use(
      await serveHttp({ ...shared, port: http.port, hostname: http.address }),
    );
    log.info(`console and API on http://${http.address}:${http.port}`);
    if (!isLocal({ kind: "network", address: http.address })) {
      log.warning(
        `passwords and keys cross the network in the clear on port ${http.port}, as cluster.yaml asks; browsers keep no login there, unless a proxy in front speaks HTTPS to them`,
      );
    }
  }
  return opened.move();
}
