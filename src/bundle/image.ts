/**
 * A container image from its registry as an archive that K3s loads at its start: an OCI image layout in a plain tar
 * (github.com/opencontainers/distribution-spec, image-spec "image-layout"). Every part is checked by the digest that names it; the tag's
 * own digest is taken on the registry's word.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { writeAll } from "../system/files.ts";
import { httpGet, textOf } from "../system/http_get.ts";
import { BLOCK, writeHeader } from "../module/tar.ts";

const LONGEST_MANIFEST = 1 << 20;
const LARGEST_BLOB = 2 * 1024 ** 3;
const MOST_LAYERS = 128;
/** Anonymous reading; some registries want a token for that, too. */
const UNAUTHORIZED = 401;

const INDEXES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().min(1).max(LARGEST_BLOB),
});
type Descriptor = z.infer<typeof descriptor>;
const indexSchema = z.object({
  manifests: z.array(descriptor.extend({
    platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
  })),
});
const manifestSchema = z.object({
  config: descriptor,
  layers: z.array(descriptor).max(MOST_LAYERS),
});

interface Registry {
  /** https://HOST/v2/NAME */
  readonly base: string;
  readonly proxy: string | undefined;
  /** Asked for when the registry wants one. */
  authorization: string | null;
}

export interface ImageOptions {
  readonly proxy?: string | undefined;
  /** In place of https://HOST, for tests. */
  readonly registry?: string;
  readonly progress?: (done: number, total: number) => void;
}

/** `image`: HOST/NAME:TAG. Writes the archive `file`. */
export async function fetchImage(
  image: string,
  file: string,
  { proxy, registry, progress = () => {} }: ImageOptions = {},
): Promise<void> {
  const [, host, name, tag] =
    /^([\w.:-]+)\/([\w./-]+):([\w.-]+)$/.exec(image) ??
      [];
  if (!tag) throw new Error(`"${image}" is no image, expected HOST/NAME:TAG`);
  const from: Registry = {
    base: `${registry ?? `https://${host}`}/v2/${name}`,
    proxy,
    authorization: null,
  };
  const top = await manifestAt(from, tag);
  const chosen = INDEXES.includes(top.mediaType)
    ? await manifestAt(from, ofThisMachine(top.text, image).digest)
    : top;
  const { config, layers } = manifestSchema.parse(JSON.parse(chosen.text));
  const blobs = new Map(
    [config, ...layers].map((blob) => [blob.digest, blob]),
  );
  const total = [...blobs.values()].reduce((sum, { size }) => sum + size, 0);
  let done = 0;

  using out = await Deno.open(file, {
    write: true,
    create: true,
    truncate: true,
  });
  const text = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value));
  await put(out, "oci-layout", text({ imageLayoutVersion: "1.0.0" }));
  const manifest = new TextEncoder().encode(chosen.text);
  await put(
    out,
    "index.json",
    text({
      schemaVersion: 2,
      manifests: [{
        mediaType: chosen.mediaType,
        digest: `sha256:${sha256(manifest)}`,
        size: manifest.length,
        // By these containerd knows the image's whole name.
        annotations: {
          "io.containerd.image.name": image,
          "org.opencontainers.image.ref.name": tag,
        },
      }],
    }),
  );
  await put(out, `blobs/sha256/${sha256(manifest)}`, manifest);
  for (const blob of blobs.values()) {
    await writeBlob(from, blob, {
      out,
      count: (bytes) => progress(done += bytes, total),
    });
  }
  await writeAll(out, new Uint8Array(2 * BLOCK));
  await out.sync();
}

function ofThisMachine(index: string, image: string): Descriptor {
  const architecture = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
  const found = indexSchema.parse(JSON.parse(index)).manifests.find((
    { platform },
  ) => platform?.os === "linux" && platform.architecture === architecture);
  if (found) return found;
  throw new Error(`${image} is not there for linux/${architecture}`);
}

async function manifestAt(from: Registry, reference: string) {
  const url = `${from.base}/manifests/${reference}`;
  const accept = [...INDEXES, ...MANIFESTS].join(", ");
  const found = await ask(from, url, accept, async (response, alive) => ({
    mediaType: (response.headers.get("content-type") ?? "").split(";")[0]!,
    text: await textOf(response, { alive, limit: LONGEST_MANIFEST }),
  }));
  const digest = `sha256:${sha256(new TextEncoder().encode(found.text))}`;
  if (reference.startsWith("sha256:") && digest !== reference) {
    throw new Error(`${url} is another one: its digest is ${digest}`);
  }
  if (![...INDEXES, ...MANIFESTS].includes(found.mediaType)) {
    throw new Error(`${url} is no image: "${found.mediaType}"`);
  }
  return found;
}

async function writeBlob(
  from: Registry,
  { digest, size }: Descriptor,
  { out, count }: {
    readonly out: Deno.FsFile;
    readonly count: (bytes: number) => void;
  },
): Promise<void> {
  const url = `${from.base}/blobs/${digest}`;
  await writeAll(
    out,
    writeHeader({
      path: join("blobs", digest.replace(":", "/")),
      size,
      executable: false,
    }),
  );
  const hash = createHash("sha256");
  let read = 0;
  await ask(from, url, "*/*", async (response, alive) => {
    for await (const chunk of response.body!) {
      alive();
      read += chunk.length;
      if (read > size) throw new Error("it is longer than announced");
      hash.update(chunk);
      await writeAll(out, chunk);
      count(chunk.length);
    }
  });
  const sum = `sha256:${hash.digest("hex")}`;
  if (read !== size || sum !== digest) {
    throw new Error(`${url} is not what its name says: ${read} bytes, ${sum}`);
  }
  await writeAll(out, new Uint8Array((BLOCK - size % BLOCK) % BLOCK));
}

/** With a token, where the registry sends its readers for one ("Bearer realm=…", RFC 6750). */
async function ask<T>(
  from: Registry,
  url: string,
  accept: string,
  use: (response: Response, alive: () => void) => Promise<T>,
): Promise<T> {
  const once = (alsoStatus?: number) =>
    httpGet(url, {
      proxy: from.proxy,
      headers: {
        accept,
        ...from.authorization ? { authorization: from.authorization } : {},
      },
      ...alsoStatus === undefined ? {} : { alsoStatus },
    }, async (response, alive) => {
      if (response.status === UNAUTHORIZED) {
        return { wants: response.headers.get("www-authenticate") ?? "" };
      }
      return { answer: await use(response, alive) };
    });
  const first = await once(
    from.authorization === null ? UNAUTHORIZED : undefined,
  );
  if ("answer" in first) return first.answer;
  from.authorization = await tokenFor(from, first.wants);
  const second = await once();
  if ("answer" in second) return second.answer;
  throw new Error(`${url} is not for everybody`);
}

async function tokenFor(from: Registry, wants: string): Promise<string> {
  const word = (name: string) =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(wants)?.[1];
  const realm = word("realm");
  if (!/^Bearer /i.test(wants) || !realm || !URL.canParse(realm)) {
    throw new Error(`${from.base} is not for everybody ("${wants}")`);
  }
  const url = new URL(realm);
  for (const name of ["service", "scope"]) {
    const value = word(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const text = await httpGet(
    url.href,
    { proxy: from.proxy },
    (response, alive) => textOf(response, { alive, limit: LONGEST_MANIFEST }),
  );
  const { token, access_token } = z.object({
    token: z.string().optional(),
    access_token: z.string().optional(),
  }).parse(JSON.parse(text));
  const given = token ?? access_token;
  if (given === undefined) throw new Error(`${realm} gives no token`);
  return `Bearer ${given}`;
}

async function put(
  out: Deno.FsFile,
  path: string,
  content: Uint8Array,
): Promise<void> {
  await writeAll(
    out,
    writeHeader({ path, size: content.length, executable: false }),
  );
  await writeAll(out, content);
  await writeAll(out, new Uint8Array((BLOCK - content.length % BLOCK) % BLOCK));
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
