/** Makes a bundle: a plain tar, so that `tar xf FILE hakit` gets the executable out where no hakit is yet. There whole, or not at all. */
import { createHash, type KeyObject } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { BLOCK, writeHeader } from "../module/tar.ts";
import { digestOf } from "../system/digest.ts";
import { chunksOf, syncFolder, writeAll } from "../system/files.ts";
import {
  type BundleFile,
  checkedManifest,
  MANIFEST,
  type Manifest,
  SIGNATURE,
} from "./manifest.ts";
import { signManifest } from "./signature.ts";

const CHUNK = 1 << 20;

/** A file on this machine and its name in the bundle. */
export interface Ingredient {
  readonly path: string;
  readonly from: string;
}

export async function writeBundle(
  path: string,
  { about, ingredients, key, progress }: {
    readonly about: Omit<Manifest, "files" | "format">;
    readonly ingredients: readonly Ingredient[];
    readonly key: KeyObject;
    readonly progress: (done: number, total: number, text: string) => void;
  },
): Promise<Manifest> {
  const files: BundleFile[] = [];
  for (const { path, from } of ingredients) {
    progress(files.length, ingredients.length, `reading ${path}`);
    const { size } = await Deno.stat(from);
    files.push({ path, size, sha256: await digestOf(from) });
  }
  const manifest = checkedManifest({ format: 1, ...about, files });
  const list = new TextEncoder().encode(JSON.stringify(manifest) + "\n");
  const signature = new TextEncoder().encode(signManifest(list, key));

  const half = join(dirname(path), `.${basename(path)}.new`);
  try {
    using out = await Deno.open(half, {
      write: true,
      create: true,
      truncate: true,
    });
    await put(out, { path: MANIFEST, size: list.length }, bytes(list));
    await put(
      out,
      { path: SIGNATURE, size: signature.length },
      bytes(signature),
    );
    for (const [index, file] of files.entries()) {
      progress(index, files.length, file.path);
      const { from } = ingredients[index]!;
      const hash = createHash("sha256");
      await put(out, file, counted(chunks(from), hash));
      // Read twice: one that changed in between would make a bundle that nobody can use.
      if (hash.digest("hex") !== file.sha256) {
        throw new Error(`${from} changes while it is read`);
      }
    }
    await writeAll(out, new Uint8Array(2 * BLOCK));
    await out.sync();
    await Deno.rename(half, path);
  } catch (error) {
    await Deno.remove(half).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
  return manifest;
}

async function put(
  out: Deno.FsFile,
  { path, size }: Pick<BundleFile, "path" | "size">,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const executable = path === "hakit" || path === "k3s/k3s";
  await writeAll(out, writeHeader({ path, size, executable }));
  let written = 0;
  for await (const chunk of content) {
    written += chunk.length;
    await writeAll(out, chunk);
  }
  if (written !== size) throw new Error(`${path} changes while it is read`);
  await writeAll(out, new Uint8Array((BLOCK - size % BLOCK) % BLOCK));
}

async function* bytes(content: Uint8Array) {
  yield content;
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
) {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* chunks(path: string) {
  using file = await Deno.open(path, { read: true });
  yield* chunksOf(file, CHUNK);
}
