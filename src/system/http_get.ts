/** One request of a download: through a proxy where there is one, and never waiting for a connection that has died. */
import { messageOf } from "./message.ts";

const ANSWER_MS = 60_000;
/** Of a body: nothing for this long, and the connection counts as dead. */
const SILENCE_MS = 60_000;

export interface Request {
  readonly proxy: string | undefined;
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<{ [name: string]: string }>;
  /** A status that is an answer, too. */
  readonly alsoStatus?: number;
}

/** `use` calls `alive` for each part of the body that has come. */
export async function httpGet<T>(
  url: string,
  { proxy, method = "GET", headers = {}, alsoStatus }: Request,
  use: (response: Response, alive: () => void) => Promise<T>,
): Promise<T> {
  using client = Deno.createHttpClient(proxy ? { proxy: { url: proxy } } : {});
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), ANSWER_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    const response = await fetch(
      url,
      { method, headers, client, signal: silence.signal } as RequestInit & {
        client: Deno.HttpClient;
      },
    );
    try {
      if (!response.ok && response.status !== alsoStatus) {
        throw new Error(`HTTP status ${response.status}`);
      }
      alive();
      return await use(response, alive);
    } finally {
      await response.body?.cancel().catch(() => {});
    }
  } catch (cause) {
    const why = silence.signal.aborted ? "no answer" : messageOf(cause);
    throw new Error(`Cannot download ${url}: ${why}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** A small text; more than `limit` characters are refused. */
export async function textOf(
  response: Response,
  { alive, limit }: { readonly alive: () => void; readonly limit: number },
): Promise<string> {
  let read = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    alive();
    read += decoder.decode(chunk, { stream: true });
    if (read.length > limit) throw new Error("it is too long");
  }
  return read;
}
