/**
 * A bundle from its file, which may come from anywhere: nothing of it is believed before its signature is right, nothing is read
 * beyond what the signed list says, and every file is compared with its SHA-256 while it streams by.
 */
import { createHash } from "node:crypto";
import { BLOCK, readHeader } from "../module/tar.ts";
import { fill } from "../system/files.ts";
import {
  type BundleFile,
  LARGEST_MANIFEST,
  LARGEST_SIGNATURE,
  MANIFEST,
  type Manifest,
  parseManifest,
  SIGNATURE,
  spaceOf,
} from "./manifest.ts";
import { verifyManifest } from "./signature.ts";
import { messageOf } from "../system/message.ts";

const CHUNK = 1 << 20;

export interface Bundle {
  readonly path: string;
  readonly manifest: Manifest;
  /** Of the key that signed it. */
  readonly fingerprint: string;
  /** Of the list of files: two bundles with one of these hold the same. */
  readonly digest: string;
  /** The file's bytes; throws at the end when they are not what the list says. */
  read(
    file: BundleFile,
    sink: (chunk: Uint8Array) => Promise<void>,
  ): Promise<void>;
}

export async function openBundle(path: string): Promise<Bundle> {
  try {
    return await open(path);
  } catch (cause) {
    const why = messageOf(cause);
    throw new Error(`Cannot use the bundle "${path}": ${why}`, { cause });
  }
}

async function open(path: string): Promise<Bundle> {
  using file = await Deno.open(path, { read: true });
  const info = await file.stat();
  if (!info.isFile) throw new Error("it is no plain file");
  const list = await small(file, 0, MANIFEST, LARGEST_MANIFEST);
  const after = spaceOf(list.length);
  const signature = await small(file, after, SIGNATURE, LARGEST_SIGNATURE);
  const fingerprint = verifyManifest(
    list,
    new TextDecoder().decode(signature),
  );
  const manifest = parseManifest(new TextDecoder().decode(list));
  const offsets = new Map<string, number>();
  let at = after + spaceOf(signature.length);
  for (const entry of manifest.files) {
    offsets.set(entry.path, at);
    at += spaceOf(entry.size);
  }
  const expected = at + 2 * BLOCK;
  if (info.size !== expected) {
    throw new Error(
      `it has ${info.size} bytes, expected ${expected}: it was cut off, or something was added`,
    );
  }
  return {
    path,
    manifest,
    fingerprint,
    digest: createHash("sha256").update(list).digest("hex"),
    read: (entry, sink) => stream(path, offsets.get(entry.path)!, entry, sink),
  };
}

/** Everything, compared with the list. */
export async function verifyBundle(
  bundle: Bundle,
  progress: (bytes: number) => void,
): Promise<void> {
  for (const file of bundle.manifest.files) {
    await bundle.read(file, (chunk) => {
      progress(chunk.length);
      return Promise.resolve();
    });
  }
}

async function stream(
  path: string,
  offset: number,
  entry: BundleFile,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  using file = await Deno.open(path, { read: true });
  await expectHeader(file, offset, entry);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  let left = entry.size;
  while (left > 0) {
    const count = await file.read(
      buffer.subarray(0, Math.min(left, buffer.length)),
    );
    if (count === null) throw new Error(`${entry.path} is cut off`);
    const chunk = buffer.subarray(0, count);
    hash.update(chunk);
    left -= count;
    await sink(chunk);
  }
  if (hash.digest("hex") !== entry.sha256) {
    throw new Error(
      `${path}: ${entry.path} is damaged: its SHA-256 is not the one that was signed`,
    );
  }
}

/** One of the two small files in front. */
async function small(
  file: Deno.FsFile,
  offset: number,
  name: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = await expectHeader(file, offset, { path: name, size: null });
  if (size > limit) throw new Error(`${name} has ${size} bytes, expected less`);
  return await exactly(file, size);
}

async function expectHeader(
  file: Deno.FsFile,
  offset: number,
  { path, size }: { readonly path: string; readonly size: number | null },
): Promise<number> {
  await file.seek(offset, Deno.SeekMode.Start);
  const header = readHeader(await exactly(file, BLOCK));
  if (
    header?.type !== "0" || header.path !== path ||
    size !== null && header.size !== size
  ) {
    throw new Error(
      `"${path}" is not where it should be: it is no bundle of "hakit bundle create"`,
    );
  }
  return header.size;
}

async function exactly(
  file: Deno.FsFile,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  if (await fill(bytes, file) < size) throw new Error("it is cut off");
  return bytes;
}
