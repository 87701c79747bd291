/** One request to the agent of this machine, for commands that print what the API says. */
import type { z } from "zod";
import { AGENT_URL, agentFetch, answer } from "../api/client.ts";

export interface Request<T extends z.ZodType> {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly answer: T;
  /** Default: a minute. */
  readonly timeoutMs?: number;
}

/** Throws ClientError with the agent's words. */
export type Ask = <T extends z.ZodType>(
  path: string,
  request: Request<T>,
) => Promise<z.infer<T>>;

const ANSWER_MS = 60_000;
/** 120 MB over a slow line between the nodes, and a look at it there. */
const SEND_MS = 600_000;

export const askAgent: Ask = async (
  path,
  { method, body, answer: schema, timeoutMs },
) => {
  const value = await answer(ask(path, method ?? "GET", body, timeoutMs));
  return schema.parse(value);
};

/** For answers that are text. */
export async function askText(path: string): Promise<string> {
  const response = await ask(path, "GET", undefined);
  if (!response.ok) await answer(Promise.resolve(response));
  return await response.text();
}

export async function askBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await ask(path, "GET", undefined);
  if (!response.ok) await answer(Promise.resolve(response));
  return new Uint8Array(await response.arrayBuffer());
}

/** Sends a file as it is read, for as long as it takes. */
export async function sendFile<T extends z.ZodType>(
  path: string,
  file: string,
  schema: T,
): Promise<z.infer<T>> {
  using agent = agentFetch();
  const { readable } = await Deno.open(file, { read: true });
  const value = await answer(agent.fetch(`${AGENT_URL}${path}`, {
    method: "PUT",
    body: readable,
    headers: { "content-type": "application/octet-stream" },
    signal: AbortSignal.timeout(SEND_MS),
  }));
  return schema.parse(value);
}

async function ask(
  path: string,
  method: string,
  body: unknown,
  timeoutMs = ANSWER_MS,
): Promise<Response> {
  using agent = agentFetch();
  return await agent.fetch(`${AGENT_URL}${path}`, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
}
