/** Requests to the issuer: bounded in time and size, with an own authority if it has one. Says which part of the talk failed. */

/** Whole answers: a discovery document has 5 KB, a token with hundreds of groups 100. */
const MOST_BYTES = 512 * 1024;

/** What could not be had, in the words of the network. */
export interface Failure {
  readonly url: string;
  readonly why: string;
}

export interface IssuerFetchOptions {
  /** PEM, beside the usual ones. */
  readonly authority: string | null;
  /** Of the whole talk. */
  readonly signal: AbortSignal;
  readonly failed: (failure: Failure) => void;
}

interface Options {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** For the library, in place of fetch. */
export function issuerFetch(
  { authority, signal, failed }: IssuerFetchOptions,
): (url: string, options: Options) => Promise<Response> {
  return async (url, { method, headers, body }) => {
    // Not kept open: people log in a few times a day.
    using client = Deno.createHttpClient({
      poolMaxIdlePerHost: 0,
      ...(authority === null ? {} : { caCerts: [authority] }),
    });
    try {
      if (!url.startsWith("https://")) {
        throw new Error("it is no https address");
      }
      const answer = await fetch(url, {
        method,
        headers,
        signal,
        client,
        // Whoever redirects is not the one who was set up.
        redirect: "manual",
        ...(body ? { body: body as BodyInit } : {}),
      } as RequestInit);
      const bytes = await readBounded(answer);
      // A refused code comes with a status of its own and words for it.
      const fine = method === "GET"
        ? answer.status === 200
        : answer.status < 500 && answer.status !== 429;
      if (!fine) {
        throw new Error(`it answered with status ${answer.status}`);
      }
      const type = answer.headers.get("content-type");
      return new Response(bytes.length === 0 ? null : bytes, {
        status: answer.status,
        headers: type === null ? {} : { "content-type": type },
      });
    } catch (cause) {
      const why = reasonOf(cause);
      failed({ url, why });
      throw new Error(why, { cause });
    }
  };
}

async function readBounded(
  answer: Response,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    // Leaving the loop ends the transfer.
    if (length > MOST_BYTES) {
      throw new Error(`its answer is larger than ${MOST_BYTES >> 10} KiB`);
    }
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === "TimeoutError") return "it did not answer in time";
  // "fetch failed", and below it "error sending request for url (…): client error (Connect): dns error: …"
  if (cause.cause instanceof Error) return reasonOf(cause.cause);
  const parts = cause.message.split(/: (?=[a-z])/);
  return parts.slice(-2).join(": ").slice(0, 300);
}
