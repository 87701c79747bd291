/** Typed client of the agent on this machine, over its unix socket. */
import { hc } from "hono/client";
import { join } from "node:path";
import { type Paths, paths as defaultPaths } from "../system/paths.ts";
import type { App } from "./app.ts";

/** What the agent refused, or that it does not run (code "agent-not-running"). */
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

/** `fetch` over the agent's socket, for addresses below AGENT_URL. */
export function agentFetch(
  paths: Paths = defaultPaths(),
): { readonly fetch: Fetch } & Disposable {
  const socket = join(paths.run, "agent.sock");
  const client = Deno.createHttpClient({
    proxy: { transport: "unix", path: socket },
  });
  return {
    fetch: async (input, init) => {
      try {
        return await fetch(input, { ...init, client } as RequestInit);
      } catch (cause) {
        throw new ClientError(
          "agent-not-running",
          `The agent does not answer on "${socket}": start it with "systemctl start hakit"`,
          { cause },
        );
      }
    },
    [Symbol.dispose]: () => client.close(),
  };
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
