/**
 * The call of a server that joins to the node that invited it. The server's certificate is compared with the token's fingerprint before a byte is sent: the
 * secret goes to the node that made the token and to nobody else.
 */
import { createHash } from "node:crypto";
import { type IncomingMessage, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { ClientError } from "../api/client.ts";
import type { ErrorBody } from "../api/error.ts";
import type { JoinToken } from "./join_token.ts";
import { type K3sFile, type Welcome, welcomeSchema } from "./welcome.ts";
import { messageOf } from "../system/message.ts";

const CONNECT_MS = 15_000;
/** Before an answer and in it: a small server at work with K3s needs its time to make a certificate and to ask dpkg. */
const SILENCE_MS = 90_000;
/** A module's folder of the greatest size, in base64. */
const MAX_WELCOME = 64 * 1024 * 1024;

/** The other node said no, or is not what the token says; exit code 2. */
export class JoinRefused extends Error {
  override readonly name = "ConfigError";
  constructor(message: string, readonly remedy?: string) {
    super(message);
  }
}

/** With this machine's clock when the answer was here: what is looked at afterwards takes up to half a minute. */
export type Welcomed = Welcome & { readonly receivedAt: number };

export interface JoinClient {
  welcome(): Promise<Welcomed>;
  /** Writes the file's bytes to `sink`; the caller checks size and hash. */
  file(
    file: K3sFile,
    sink: (chunk: Uint8Array) => Promise<void>,
  ): Promise<void>;
}

export function joinClient(token: JoinToken, machine: string): JoinClient {
  const credentials = { cluster: token.id, secret: token.secret, machine };
  return {
    async welcome() {
      const chunks: Uint8Array[] = [];
      let size = 0;
      await post(token, "/api/join", credentials, (chunk) => {
        size += chunk.length;
        if (size > MAX_WELCOME) {
          throw new Error("The other node's answer is too long");
        }
        chunks.push(chunk);
        return Promise.resolve();
      });
      const receivedAt = Date.now();
      const text = await new Blob(chunks as BlobPart[]).text();
      const result = welcomeSchema.safeParse(JSON.parse(text));
      if (result.success) return { ...result.data, receivedAt };
      const issue = result.error.issues[0]!;
      throw new Error(
        `The other node's answer cannot be used: ${
          issue.path.join(".")
        }: ${issue.message}; expected the same version of hakit on both`,
      );
    },
    file: (file, sink) =>
      post(token, "/api/join/file", { ...credentials, name: file.name }, sink),
  };
}

async function post(
  token: JoinToken,
  path: string,
  body: unknown,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const socket = await reach(token);
  try {
    const response = await send(socket, path, JSON.stringify(body));
    if (response.statusCode === 200) {
      for await (const chunk of response) await sink(chunk);
      return;
    }
    let text = "";
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > 10_000) break;
    }
    throw refusal(text, response.statusCode ?? 0);
  } finally {
    socket.destroy();
  }
}

/** The first address that answers with the right certificate. */
async function reach(token: JoinToken): Promise<TLSSocket> {
  const failures: string[] = [];
  for (const address of token.addresses) {
    try {
      return await dial(address, token);
    } catch (error) {
      if (error instanceof JoinRefused) throw error;
      failures.push(
        `${address}: ${messageOf(error)}`,
      );
    }
  }
  throw new Error(
    `Cannot reach the other node on port ${token.port}: ${
      failures.join("; ")
    }; expected its agent running ("hakit state" there) and no firewall between`,
  );
}

function dial(address: string, token: JoinToken): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({
    host: address,
    port: token.port,
    // Not by an authority: the token names the one certificate that is right.
    rejectUnauthorized: false,
    servername: "localhost",
  });
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new Error("no answer"));
  }, CONNECT_MS);
  socket.once("error", (error) => {
    clearTimeout(timer);
    reject(error);
  });
  socket.once("secureConnect", () => {
    clearTimeout(timer);
    const { raw } = socket.getPeerCertificate();
    const shown = raw ? createHash("sha256").update(raw).digest("hex") : "none";
    if (shown === token.fingerprint) {
      resolve(socket);
      return;
    }
    socket.destroy();
    reject(
      new JoinRefused(
        `The server at ${address} shows the certificate ${
          shown.slice(0, 16)
        }…, expected ${
          token.fingerprint.slice(0, 16)
        }…: it is not the node that made the token (or it was set up anew: run "hakit first" there for a new token)`,
      ),
    );
  });
  return promise;
}

function send(
  socket: TLSSocket,
  path: string,
  body: string,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const bytes = new TextEncoder().encode(body);
  const request = httpRequest({
    method: "POST",
    path,
    headers: {
      host: "first-node",
      "content-type": "application/json",
      "content-length": String(bytes.length),
      connection: "close",
    },
    createConnection: () => socket as unknown as Socket,
  }, resolve);
  request.setTimeout(
    SILENCE_MS,
    () =>
      request.destroy(
        new Error(
          'The other node fell silent: look at it there ("hakit state"), then run this again',
        ),
      ),
  );
  request.once("error", reject);
  request.end(bytes);
  return promise;
}

function refusal(text: string, status: number): Error {
  let said: Partial<ErrorBody["error"]> = {};
  try {
    said = JSON.parse(text).error ?? {};
  } catch {
    // Not our agent's words: the status has to do.
  }
  const { code = "failed", message = `HTTP status ${status}`, remedy } = said;
  return status === 403
    ? new JoinRefused(`The other node refused: ${message}`, remedy)
    : new ClientError(code, `The other node could not answer: ${message}`, {
      remedy,
    });
}
