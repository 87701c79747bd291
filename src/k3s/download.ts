/** K3s' executable of a version from where its releases are, and the archive of its images for servers without a way there; checked by SHA-256. */
import { MACHINE } from "./files.ts";
import { K3S_RELEASE } from "./release.ts";
import type { Source } from "./install.ts";
import type { K3sFile } from "../cluster/welcome.ts";
import { httpGet, type Request, textOf } from "../system/http_get.ts";
import { messageOf } from "../system/message.ts";

const RELEASES = "https://github.com/k3s-io/k3s/releases/download";
const LONGEST_SUM_FILE = 100_000;
/** Some times what an executable of K3s, and its images, have. */
const LARGEST = 2 * 1024 ** 3;

export interface DownloadOptions {
  readonly proxy?: string | undefined;
  /** A mirror with the same folders; default: where K3s is published. */
  readonly releases?: string | undefined;
  /** Also the archive of K3s' own images. Otherwise they come from their registry as K3s starts. */
  readonly images?: boolean;
}

/** "v1.33.5+k3s1" or "v1.33.5+k3s1@SHA256"; nothing is fetched but sums and sizes before `read`. */
export async function downloadSource(
  wanted: string,
  { proxy, releases = RELEASES, images = false }: DownloadOptions = {},
): Promise<Source> {
  const [version = "", given] = wanted.split("@");
  const base = `${releases}/${encodeURIComponent(version)}`;
  const executable = MACHINE === "arm64" ? "k3s-arm64" : "k3s";
  const archive = `k3s-airgap-images-${MACHINE}.tar.zst`;
  const own = version === K3S_RELEASE.version ? K3S_RELEASE.sha256 : {};
  // By the name under which each is installed.
  const assets = new Map([["k3s", executable]]);
  if (images) assets.set(`images/${archive}`, archive);
  let list: string | null = null;
  const files: K3sFile[] = [];
  for (const [name, asset] of assets) {
    let sha256 = name === "k3s" ? given ?? own[asset] : own[asset];
    if (sha256 === undefined) {
      const url = `${base}/sha256sum-${MACHINE}.txt`;
      list ??= await get(
        url,
        { proxy },
        (response, alive) =>
          textOf(response, { alive, limit: LONGEST_SUM_FILE }),
      );
      sha256 = listedSum(list, { asset, url });
    }
    files.push({ name, size: await sizeAt(`${base}/${asset}`, proxy), sha256 });
  }
  return {
    files,
    read: ({ name }, sink) =>
      get(
        `${base}/${assets.get(name)!}`,
        { proxy },
        async (response, alive) => {
          for await (const chunk of response.body!) {
            alive();
            await sink(chunk);
          }
        },
      ),
  };
}

async function sizeAt(url: string, proxy: string | undefined): Promise<number> {
  return await get(url, { proxy, method: "HEAD" }, ({ headers }) => {
    const length = Number(headers.get("content-length"));
    if (Number.isInteger(length) && length > 0 && length <= LARGEST) {
      return Promise.resolve(length);
    }
    throw new Error("the answer names no sensible size");
  });
}

function listedSum(
  text: string,
  { asset, url }: { readonly asset: string; readonly url: string },
): string {
  const sum = text.split("\n").map((line) => line.trim().split(/\s+/))
    .find(([, name]) => name === asset)?.[0];
  if (sum && /^[0-9a-f]{64}$/.test(sum)) return sum;
  throw new Error(`${url} names no SHA-256 of ${asset}`);
}

async function get<T>(
  url: string,
  request: Request,
  use: (response: Response, alive: () => void) => Promise<T>,
): Promise<T> {
  try {
    return await httpGet(url, request, use);
  } catch (cause) {
    throw new Error(
      `${messageOf(cause)}; give a folder with K3s instead (--k3s DIR)`,
      { cause },
    );
  }
}
