/** K3s' executable of a version from where its releases are, checked by SHA-256. Images then come from their registries, as K3s starts. */
import { K3S_RELEASE } from "./release.ts";
import type { Source } from "./install.ts";
import { messageOf } from "../system/message.ts";

const RELEASES = "https://github.com/k3s-io/k3s/releases/download";
const LONGEST_SUM_FILE = 100_000;
const ANSWER_MS = 60_000;
/** Of a body: nothing for this long, and the connection counts as dead. */
const SILENCE_MS = 60_000;
/** Ten times what an executable of K3s has. */
const LARGEST = 1024 ** 3;

export interface DownloadOptions {
  readonly proxy?: string | undefined;
  /** A mirror with the same folders; default: where K3s is published. */
  readonly releases?: string | undefined;
}

/** "v1.33.5+k3s1" or "v1.33.5+k3s1@SHA256"; nothing is fetched but sums and sizes before `read`. */
export async function downloadSource(
  wanted: string,
  { proxy, releases = RELEASES }: DownloadOptions = {},
): Promise<Source> {
  const [version = "", given] = wanted.split("@");
  const base = `${releases}/${encodeURIComponent(version)}`;
  const arm = Deno.build.arch === "aarch64";
  const asset = arm ? "k3s-arm64" : "k3s";
  const url = `${base}/${asset}`;
  const pinned = given ??
    (version === K3S_RELEASE.version ? K3S_RELEASE.sha256[asset] : undefined);
  const sha256 = pinned ??
    await listedSum(`${base}/sha256sum-${arm ? "arm64" : "amd64"}.txt`, {
      asset,
      proxy,
    });
  const size = await get(url, { proxy, method: "HEAD" }, ({ headers }) => {
    const length = Number(headers.get("content-length"));
    if (Number.isInteger(length) && length > 0 && length <= LARGEST) {
      return Promise.resolve(length);
    }
    throw new Error("the answer names no sensible size");
  });
  return {
    files: [{ name: "k3s", size, sha256 }],
    read: (_file, sink) =>
      get(url, { proxy }, async (response, alive) => {
        for await (const chunk of response.body!) {
          alive();
          await sink(chunk);
        }
      }),
  };
}

async function listedSum(
  url: string,
  { asset, proxy }: {
    readonly asset: string;
    readonly proxy: string | undefined;
  },
): Promise<string> {
  const text = await get(url, { proxy }, async (response) => {
    let read = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      read += decoder.decode(chunk, { stream: true });
      if (read.length > LONGEST_SUM_FILE) throw new Error("it is too long");
    }
    return read;
  });
  const sum = text.split("\n").map((line) => line.trim().split(/\s+/))
    .find(([, name]) => name === asset)?.[0];
  if (sum && /^[0-9a-f]{64}$/.test(sum)) return sum;
  throw new Error(`${url} names no SHA-256 of ${asset}`);
}

async function get<T>(
  url: string,
  { proxy, method = "GET" }: {
    readonly proxy: string | undefined;
    readonly method?: "GET" | "HEAD";
  },
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
      { method, client, signal: silence.signal } as RequestInit & {
        client: Deno.HttpClient;
      },
    );
    try {
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      alive();
      return await use(response, alive);
    } finally {
      await response.body?.cancel().catch(() => {});
    }
  } catch (cause) {
    const why = silence.signal.aborted ? "no answer" : messageOf(cause);
    throw new Error(
      `Cannot download ${url}: ${why}; give a folder with K3s instead (--k3s DIR)`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}
