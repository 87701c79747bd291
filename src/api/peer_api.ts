/** The other node's API: by mutual TLS with the cluster's certificates, over whichever link answers. */
import { join } from "node:path";
import type { Node } from "../agent/node.ts";
import type { UserRole } from "./accounts_file.ts";
import { BY_HEADER, ROLE_HEADER } from "./caller.ts";
import { ApiError } from "./error.ts";

/** An address that does not even connect by then is tried no longer. */
const PROBE_MS = 3000;

export interface PeerRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: BodyInit;
  readonly type?: string;
  /** For whom: told to the other node's log and audit. */
  readonly by?: string;
  /** What that one may; default: all, as this node itself. */
  readonly role?: UserRole;
  readonly lastId?: string;
  readonly timeoutMs: number;
}

export class PeerApi implements Disposable {
  readonly #node: Node;
  #client: Deno.HttpClient | null = null;

  constructor(node: Node) {
    this.#node = node;
  }

  /** The peer's answer, whatever its status; throws ApiError when it cannot be reached. */
  async request(path: string, request: PeerRequest): Promise<Response> {
    const base = await this.#reachable();
    try {
      return await fetch(`${base}${path}`, this.#init(request));
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  /** Forgets the certificate: it was renewed. What is under way goes on with the old one. */
  reset(): void {
    this.#client = null;
  }

  [Symbol.dispose](): void {
    this.#client?.close();
    this.#client = null;
  }

  async #reachable(): Promise<string> {
    const { peer, cluster } = this.#node;
    let failure: unknown;
    for (const address of peer.addresses) {
      const host = address.includes(":") ? `[${address}]` : address;
      const base = `https://${host}:${cluster.console.port}`;
      try {
        const probe = await this.#probe(base);
        if (probe.ok) return base;
        failure = new Error(`answered with status ${probe.status}`);
      } catch (error) {
        failure = error;
      }
    }
    throw this.#unreachable(failure);
  }

  /** A link that is cut must cost seconds, not the time limit of the command itself. */
  async #probe(base: string): Promise<Response> {
    const once = async () => {
      const init = this.#init({ timeoutMs: PROBE_MS });
      const probe = await fetch(`${base}/api/ping`, init);
      await probe.body?.cancel();
      return probe;
    };
    return await once().catch((error) => {
      if (error instanceof DOMException) throw error;
      // A connection of before, whose end was lost on a link that was cut: the next one is new.
      return once();
    });
  }

  #init(request: PeerRequest): RequestInit & { client: Deno.HttpClient } {
    return {
      method: request.method ?? "GET",
      client: this.#client ??= this.#open(),
      redirect: "error",
      signal: AbortSignal.timeout(request.timeoutMs),
      ...(request.body === undefined ? {} : { body: request.body }),
      headers: {
        ...(request.type ? { "content-type": request.type } : {}),
        ...(request.by ? { [BY_HEADER]: headerText(request.by) } : {}),
        ...(request.role ? { [ROLE_HEADER]: request.role } : {}),
        ...(request.lastId
          ? { "last-event-id": headerText(request.lastId) }
          : {}),
      },
    };
  }

  #open(): Deno.HttpClient {
    const file = (name: string) =>
      Deno.readTextFileSync(join(this.#node.paths.etc, name));
    return Deno.createHttpClient({
      caCerts: [file("ca.pem")],
      cert: file("node.pem"),
      key: file("node.key"),
    });
  }

  #unreachable(cause: unknown): ApiError {
    const { name, addresses } = this.#node.peer;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    return new ApiError(
      502,
      "peer-not-reachable",
      `The agent of ${name} does not answer on ${addresses.join(", ")}${why}`,
      { cause },
    );
  }
}

/** Headers carry printable ASCII; a user's name is that anyway. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
