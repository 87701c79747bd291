/**
 * The HTTPS server of port 9010: people by session, the peer by a certificate of the cluster's authority. node:https, because
 * Deno.serve never asks for a client certificate. It says how each request came (`Connection`) and serves `fetch`.
 */
import { getRequestListener } from "@hono/node-server";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import type { Connection } from "./auth.ts";
import { limitPatience, type PatienceLimits } from "./patience.ts";
import type { KeyedCertificate } from "./tls.ts";

export interface HttpsOptions {
  readonly port: number;
  /** Default: every address, so that the console answers on the virtual one too. */
  readonly hostname?: string;
  readonly authority: string;
  readonly certificate: KeyedCertificate;
  /** The cluster's nodes: a certificate of another name is a stranger's, whoever signed it. */
  readonly nodes: readonly string[];
  readonly fetch: (
    request: Request,
    env: { readonly connection: Connection },
  ) => Response | Promise<Response>;
  readonly log?: (line: string) => void;
  readonly patience?: PatienceLimits;
}

/** People's tabs, a few programs, the peer. More connections are closed at once, so that descriptors are left for the agent. */
const CONNECTIONS = 200;
/** For the TLS handshake; what comes after is limited by patience.ts. */
const HANDSHAKE_MS = 10_000;
const HEADER_BYTES = 16 * 1024;

/** Listens; rejects when the port is taken. */
export async function serveHttps(options: HttpsOptions) {
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as { incoming: IncomingMessage };
      return options.fetch(request, {
        connection: connectionOf(incoming, options.nodes),
      });
    },
    {
      // The unix socket's Deno.serve in the same process takes Deno's own Response only.
      overrideGlobalObjects: false,
      // The page and the API answer their own errors; this is for requests that are no HTTP.
      errorHandler: (error) => {
        options.log?.(`request failed: ${messageOf(error)}`);
        return new Response("Bad request\n", { status: 400 });
      },
    },
  );
  const server = createServer({
    cert: options.certificate.certPem,
    key: options.certificate.keyPem,
    ca: options.authority,
    requestCert: true,
    // Browsers have no certificate: they are let in and asked for a session.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    maxHeaderSize: HEADER_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
  }, listener);
  server.maxConnections = CONNECTIONS;
  limitPatience(server, options.patience);
  server.on("tlsClientError", () => {}); // Port scanners and browsers that dislike the authority.
  server.on("clientError", (_error, socket) => socket.destroy());
  await listening(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      // Event streams never end by themselves.
      server.closeAllConnections();
      await promise;
    },
  };
}

/** "::" takes IPv4 too; a kernel without IPv6 has only "0.0.0.0". */
async function listening(server: Server, options: HttpsOptions) {
  const { port, hostname } = options;
  if (hostname) return await listenOn(server, { port, hostname });
  try {
    await listenOn(server, { port, hostname: "::" });
  } catch (error) {
    if (
      !/EAFNOSUPPORT|EADDRNOTAVAIL|os error (97|99)\b/.test(messageOf(error))
    ) {
      throw error;
    }
    await listenOn(server, { port, hostname: "0.0.0.0" });
  }
}

function listenOn(
  server: Server,
  { port, hostname }: { readonly port: number; readonly hostname: string },
) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (cause) => {
    reject(
      new Error(
        `Cannot serve the console on port ${port}: ${messageOf(cause)}`,
        { cause },
      ),
    );
  });
  server.listen(port, hostname, resolve);
  return promise;
}

/** A verified certificate of the cluster's authority with a node's name is the peer's; all else is the network. */
function connectionOf(
  incoming: IncomingMessage,
  nodes: readonly string[],
): Connection {
  const socket = incoming.socket as TLSSocket;
  if (socket.authorized) {
    const name = socket.getPeerCertificate()?.subject?.CN;
    if (typeof name === "string" && nodes.includes(name)) {
      return { kind: "peer", node: name };
    }
  }
  // An IPv4 caller of a socket that takes both.
  const address = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, "");
  return { kind: "network", address: address ?? "unknown" };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
