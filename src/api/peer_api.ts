/** The other node's API: by mutual TLS with the cluster's certificates, over whichever link answers. */
import { join } from "node:path";
import type { Node } from "../agent/node.ts";
import type { UserRole } from "./accounts_file.ts";
import { sleep } from "../system/clock.ts";
import { BY_HEADER, ROLE_HEADER } from "./caller.ts";
import { ApiError } from "./error.ts";
import { unlessStalled } from "./unless_stalled.ts";

/** An address that does not answer by then is tried no longer. A small server under load takes seconds for a handshake. */
const PROBE_MS = 10_000;
/** So much later the next address is tried beside it: a link that is cut must not cost the time limit of the command itself. */
const HEAD_START_MS = 1000;

export interface PeerRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: BodyInit;
  readonly type?: string;
  /** For whom: told to the other node's log and audit. */
  readonly by?: string;
  /** What that one may; default: all, as this node itself. */
  readonly role?: UserRole;
  readonly lastId?: string;
  /** For all of it; with `stallMs` until the answer begins. */
  readonly timeoutMs: number;
  /** The answer's body may be large: it breaks only where nothing comes for so long. */
  readonly stallMs?: number;
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
    const { timeoutMs, stallMs } = request;
    const ask = (signal?: AbortSignal) =>
      fetch(`${base}${path}`, this.#init(request, signal));
    try {
      return await (stallMs === undefined
        ? ask()
        : unlessStalled(ask, { timeoutMs, stallMs }));
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
    const bases = peer.addresses.map((address) => {
      const host = address.includes(":") ? `[${address}]` : address;
      return `https://${host}:${cluster.console.port}`;
    });
    try {
      return await firstThatAnswers(bases, {
        headStartMs: HEAD_START_MS,
        ask: (base) => this.#probe(base),
      });
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  async #probe(base: string): Promise<void> {
    const once = async () => {
      const init = this.#init({ timeoutMs: PROBE_MS });
      const probe = await fetch(`${base}/api/ping`, init);
      await probe.body?.cancel();
      if (!probe.ok) throw new Error(`answered with status ${probe.status}`);
    };
    await once().catch((error) => {
      if (error instanceof DOMException) throw error;
      // A connection of before, whose end was lost on a link that was cut: the next one is new.
      return once();
    });
  }

  #init(
    request: PeerRequest,
    signal = AbortSignal.timeout(request.timeoutMs),
  ): RequestInit & { client: Deno.HttpClient } {
    return {
      method: request.method ?? "GET",
      client: this.#client ??= this.#open(),
      redirect: "error",
      signal,
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

/**
 * The first of `choices` for which `ask` ends well. Each is asked when all before it have failed, or the last of them is
 * `headStartMs` late; an earlier one may still win. Throws the last one's error when all have failed.
 */
export async function firstThatAnswers(
  choices: readonly string[],
  { ask, headStartMs }: {
    readonly ask: (choice: string) => Promise<void>;
    readonly headStartMs: number;
  },
): Promise<string> {
  const asked: Promise<string>[] = [];
  for (const choice of choices) {
    asked.push(ask(choice).then(() => choice));
    const over = new AbortController();
    const winner = await Promise.race([
      Promise.any(asked).catch(() => null),
      sleep(headStartMs, over.signal).then(() => null),
    ]);
    over.abort();
    if (winner !== null) return winner;
  }
  return await Promise.any(asked).catch(({ errors }: AggregateError) => {
    throw errors.at(-1);
  });
}

/** Headers carry printable ASCII; a user's name is that anyway. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
