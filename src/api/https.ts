/**
 * The HTTPS server of port 9010: people by session, the peer by a certificate of the cluster's authority. node:https, because
 * Deno.serve never asks for a client certificate. It says how each request came (`Connection`) and serves `fetch`. On request the same
 * over plain HTTP, where nobody is the peer.
 */
import { getRequestListener } from "@hono/node-server";
import { X509Certificate } from "node:crypto";
import { createServer } from "node:https";
import { createServer as createPlainServer } from "node:http";
import type { Server as PlainServer } from "node:http";
import type { Server } from "node:https";
import type { IncomingMessage } from "node:http";
import { createSecureContext, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import type { Connection } from "./caller.ts";
import { errorBody } from "./error.ts";
import { limitPatience, type PatienceLimits } from "./patience.ts";
import { throughProxy } from "./reverse_proxy.ts";
import { plainAddress } from "./throttle.ts";
import type { KeyedCertificate } from "./tls.ts";
import { messageOf } from "../system/message.ts";
import { Seldom } from "../system/seldom.ts";

/** Shown to browsers. */
export interface Certificates {
  /** Of the cluster's authority: for the peer, for `second`, and for browsers that use an address. */
  readonly certificate: KeyedCertificate;
  /** For browsers that ask for one of its names. */
  readonly own?: KeyedCertificate | null;
}

export interface ServeOptions {
  readonly port: number;
  /** Default: every address, so that the console answers on the virtual one too. */
  readonly hostname?: string;
  readonly fetch: (
    request: Request,
    env: { readonly connection: Connection },
  ) => Response | Promise<Response>;
  readonly log?: (line: string) => void;
  readonly patience?: Partial<PatienceLimits>;
  /** Reverse proxies that are believed, by address or network. */
  readonly proxies?: readonly string[];
}

export interface HttpsOptions extends ServeOptions, Certificates {
  readonly authority: string;
  /** The cluster's nodes: a certificate of another name is a stranger's, whoever signed it. */
  readonly nodes: readonly string[];
  /** Where they come from: places are left for them, whoever else is there. */
  readonly nodeAddresses?: readonly string[];
}

/** People's tabs, a few programs, the peer. More connections are closed at once, so that descriptors are left for the agent. */
const CONNECTIONS = 200;
/** For the TLS handshake; what comes after is limited by patience.ts. */
const HANDSHAKE_MS = 10_000;
const HEADER_BYTES = 16 * 1024;
/** Load balancers look at /health in HTTP/1.0 without a host. Nobody's name: least of all this machine's own, which pages trust. */
const NO_HOST = "no-host.invalid";

/** Listens; rejects when the port is taken. */
export async function serveHttps(options: HttpsOptions) {
  const { authority } = options;
  let pick = contexts(authority, options);
  const server = createServer({
    cert: options.certificate.certPem,
    key: options.certificate.keyPem,
    ca: authority,
    SNICallback: (name, done) => done(null, pick(name)),
    requestCert: true,
    // Browsers have no certificate: they are let in and asked for a session.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    maxHeaderSize: HEADER_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
  }, listenerOf(options, (incoming) => connectionOf(incoming, options)));
  server.maxConnections = CONNECTIONS;
  const { patience, nodeAddresses = [], proxies = [] } = options;
  limitPatience(server, { ...patience, nodeAddresses, proxies });
  server.on("tlsClientError", () => {}); // Port scanners and browsers that dislike the authority.
  server.on("clientError", (_error, socket) => socket.destroy());
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    /** Shows these from the next handshake on: open connections and clients that resume a TLS session see the old ones. */
    show(certificates: Certificates): void {
      pick = contexts(authority, certificates);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

/** Without encryption: for a program on this machine, or behind somebody's own proxy. */
export async function serveHttp(
  options: ServeOptions & { readonly hostname: string },
) {
  const server = createPlainServer(
    { maxHeaderSize: HEADER_BYTES },
    listenerOf(options, (incoming) => networkOf(incoming, options)),
  );
  server.maxConnections = CONNECTIONS;
  const { patience, proxies = [] } = options;
  limitPatience(server, { ...patience, proxies });
  server.on("clientError", (_error, socket) => socket.destroy());
  await listenOn(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function listenerOf(
  { fetch, log }: ServeOptions,
  connection: (incoming: IncomingMessage) => Connection,
) {
  const seldom = new Seldom((line) => log?.(line));
  return getRequestListener(
    (request, env) => {
      const { incoming } = env as { incoming: IncomingMessage };
      return fetch(request, { connection: connection(incoming) });
    },
    {
      hostname: NO_HOST,
      // The unix socket's Deno.serve in the same process takes Deno's own Response only.
      overrideGlobalObjects: false,
      // The page and the API answer their own errors; this is for requests that are no HTTP.
      errorHandler: (error) => {
        seldom.say(`request failed: ${messageOf(error)}`, "request failed");
        return Response.json(errorBody("bad-request", "This is no request"), {
          status: 400,
        });
      },
    },
  );
}

/** Which certificate for which name. The peer dials an address, which is no name; `second` says "localhost". */
function contexts(ca: string, { certificate, own }: Certificates) {
  const contextOf = ({ certPem: cert, keyPem: key }: KeyedCertificate) =>
    createSecureContext({ cert, key, ca });
  const base = contextOf(certificate);
  if (!own) return () => base;
  const other = contextOf(own);
  const parsed = new X509Certificate(own.certPem);
  return (name: string) =>
    name !== "" && name !== "localhost" && parsed.checkHost(name) !== undefined
      ? other
      : base;
}

async function close(server: Server | PlainServer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  // Event streams never end by themselves.
  server.closeAllConnections();
  await promise;
}

/** "::" takes IPv4 too; a kernel without IPv6 has only "0.0.0.0". */
async function listening(server: Server, options: ServeOptions) {
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
  server: Server | PlainServer,
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
  options: HttpsOptions,
): Connection {
  const socket = incoming.socket as TLSSocket;
  if (socket.authorized) {
    const name = socket.getPeerCertificate()?.subject?.CN;
    if (typeof name === "string" && options.nodes.includes(name)) {
      return { kind: "peer", node: name };
    }
  }
  return networkOf(incoming, options);
}

function networkOf(
  { socket, headers }: IncomingMessage,
  { proxies = [] }: ServeOptions,
): Connection {
  const address = plainAddress(socket.remoteAddress ?? "unknown");
  return throughProxy(address, headers, proxies);
}
