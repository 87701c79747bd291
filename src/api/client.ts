/** Typed client of the agent on this machine, over its unix socket. */
import { hc } from "hono/client";
import { join } from "node:path";
import { type Paths, paths as defaultPaths } from "../system/paths.ts";
import type { App } from "./app.ts";

/** What the agent refused; or that it does not run ("agent-not-running"), or runs and did not answer in time ("no-answer"). */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** What to do about it, one line; undefined: the message says it. */
  readonly remedy: string | undefined;
  constructor(
    readonly code: string,
    message: string,
    { remedy, ...options }: ErrorOptions & {
      readonly remedy?: string | undefined;
    } = {},
  ) {
    super(message, options);
    this.remedy = remedy;
  }
}

type Fetch = (
  input: RequestInfo | URL,
  init?: RequestInit,
) => Promise<Response>;

/** `using client = agentClient()`, then `await answer(client.api.api.state.$get())`. */
export function agentClient(
  paths: Paths = defaultPaths(),
): { readonly api: ReturnType<typeof hc<App>> } & Disposable {
  const agent = agentFetch(paths);
  return {
    api: hc<App>(AGENT_URL, { fetch: agent.fetch }),
    [Symbol.dispose]: () => agent[Symbol.dispose](),
  };
}

/** A number, not a name: Deno asks the name server even for what goes to a unix socket, and may wait 5 s for it. */
export const AGENT_URL = "http://127.0.0.1";

/** `fetch` over the agent's socket, for addresses below AGENT_URL. Answers are read whole; throws ClientError where there is none. */
export function agentFetch(
  paths: Paths = defaultPaths(),
): { readonly fetch: Fetch } & Disposable {
  const socket = join(paths.run, "agent.sock");
  const client = Deno.createHttpClient({
    proxy: { transport: "unix", path: socket },
  });
  return {
    fetch: async (input, init) => {
      const start = performance.now();
      try {
        const found = await fetch(input, { ...init, client } as RequestInit);
        // The connection goes with the client, and an agent may end, or be held up, in the middle of its answer.
        return new Response(await found.arrayBuffer(), found);
      } catch (cause) {
        const seconds = Math.round((performance.now() - start) / 1000);
        throw unanswered(cause, { seconds, socket, log: paths.log });
      }
    },
    [Symbol.dispose]: () => client.close(),
  };
}

/** One that lives must not be called dead: whoever starts it anew has lost the time, or the service. */
function unanswered(
  cause: unknown,
  { seconds, socket, log }: {
    readonly seconds: number;
    readonly socket: string;
    readonly log: string;
  },
): ClientError {
  for (let one = cause; one instanceof Error; one = one.cause) {
    if (one.name === "TimeoutError") {
      return new ClientError(
        "no-answer",
        `The agent did not answer within ${seconds} s`,
        {
          cause,
          remedy: `See ${join(log, "agent.log")}; it may be waiting for a disk`,
        },
      );
    }
    // Only the text of fetch's error tells it.
    if (one.message.includes("Permission denied")) {
      return new ClientError(
        "forbidden",
        "Only root may ask the agent: run it with sudo",
        { cause },
      );
    }
  }
  return new ClientError(
    "agent-not-running",
    `The agent does not answer on "${socket}": start it with "systemctl start hakit"`,
    { cause },
  );
}

/** The answer's value; throws ClientError with the agent's own words otherwise. */
export async function answer<T>(
  pending: Promise<{ readonly ok: boolean; json(): Promise<T> }>,
): Promise<T> {
  const response = await pending;
  if (response.ok) return await response.json();
  const body = await response.json().catch(() => ({})) as {
    error?: { code?: string; message?: string; remedy?: string };
  };
  throw new ClientError(
    body.error?.code ?? "failed",
    body.error?.message ?? "The agent's answer was not understood",
    { remedy: body.error?.remedy },
  );
}
