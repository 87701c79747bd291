/** K3s' own files onto this node: from a folder, from a pinned version's download, or from the first node; each checked by SHA-256. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Progress } from "../cli/output.ts";
import { type K3sFile, k3sFileSchema } from "../cluster/welcome.ts";
import { digestOf } from "../system/digest.ts";
import {
  chunksOf,
  exists,
  readIfPresent,
  syncFolder,
  writeAll,
  writeDurably,
} from "../system/files.ts";
import { k3sFilePath, usefulArchives } from "./files.ts";
import { messageOf } from "../system/message.ts";

/** Where bytes come from. */
export interface Source {
  readonly files: readonly K3sFile[];
  read(
    file: K3sFile,
    sink: (chunk: Uint8Array) => Promise<void>,
  ): Promise<void>;
}

/** Where a file of that name is put. */
export type PathOf = (name: string) => string;

/** The list that this node wrote when it installed K3s; empty: it has not. */
export async function installedFiles(list: string): Promise<K3sFile[]> {
  return z.array(k3sFileSchema).parse(
    JSON.parse(await readIfPresent(list) ?? "[]"),
  );
}

/** Those of `wanted` that are not on this node with their size (hashes were checked when they were written). */
export async function lackingFiles(
  wanted: readonly K3sFile[],
  pathOf: PathOf = k3sFilePath,
): Promise<K3sFile[]> {
  const lacking: K3sFile[] = [];
  for (const file of wanted) {
    try {
      const { size } = await Deno.stat(pathOf(file.name));
      if (size !== file.size) lacking.push(file);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      lacking.push(file);
    }
  }
  return lacking;
}

/** Copies what differs from `list` and writes the new list last. */
export async function installFiles(
  source: Source,
  { list, progress, pathOf = k3sFilePath }: {
    readonly list: string;
    readonly progress: Progress;
    readonly pathOf?: PathOf;
  },
): Promise<number> {
  const known = await installedFiles(list);
  const lacking = new Set(
    (await lackingFiles(source.files, pathOf)).map(({ name }) => name),
  );
  const isExecutable = ({ name }: K3sFile) => Number(name === "k3s");
  // The executable last: what a full disk or a power cut ends before is the old one with all images, never a new one without its own.
  const wanted = source.files.filter((file) =>
    lacking.has(file.name) ||
    !known.some((old) => old.name === file.name && old.sha256 === file.sha256)
  ).toSorted((a, b) => isExecutable(a) - isExecutable(b));
  for (const file of wanted) {
    if (known.some(({ name }) => name === file.name)) continue;
    // Where hakit alone writes nobody else's files are.
    if (pathOf === k3sFilePath) await mustBeFree(file);
  }
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const file of wanted) {
    await install(source, file, {
      path: pathOf(file.name),
      count(bytes) {
        done += bytes;
        progress.update({ done, total, text: file.name });
      },
    });
  }
  await writeDurably(list, JSON.stringify(source.files) + "\n");
  return total;
}

/** What hakit did not put there it does not replace; the same bytes are as good as its own. */
async function mustBeFree(file: K3sFile): Promise<void> {
  const path = k3sFilePath(file.name);
  if (!await exists(path)) return;
  if (await digestOf(path) === file.sha256) return;
  throw new Error(
    `${path} is here already and is another one: move it away and run this again`,
  );
}

async function install(
  source: Source,
  file: K3sFile,
  { path, count }: {
    readonly path: string;
    readonly count: (bytes: number) => void;
  },
): Promise<void> {
  const half = join(
    dirname(path),
    `.${path.slice(dirname(path).length + 1)}.new`,
  );
  await Deno.mkdir(dirname(path), { recursive: true });
  const hash = createHash("sha256");
  let size = 0;
  try {
    const handle = await Deno.open(half, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o755,
    });
    try {
      await source.read(file, async (chunk) => {
        size += chunk.length;
        if (size > file.size) throw new Error("it is longer than announced");
        hash.update(chunk);
        await writeAll(handle, chunk);
        count(chunk.length);
      });
      await handle.sync();
    } finally {
      handle.close();
    }
    const sum = hash.digest("hex");
    if (size !== file.size || sum !== file.sha256) {
      throw new Error(
        `${size} bytes with SHA-256 ${
          sum.slice(0, 16)
        }… arrived, expected ${file.size} with ${file.sha256.slice(0, 16)}…`,
      );
    }
    await Deno.chmod(half, file.name === "k3s" ? 0o755 : 0o644);
    // A running K3s keeps its old file; the next start takes the new one.
    await Deno.rename(half, path);
  } catch (cause) {
    await Deno.remove(half).catch(() => {});
    throw new Error(
      `Cannot install ${file.name}: ${messageOf(cause)}`,
      { cause },
    );
  }
  await syncFolder(dirname(path));
}

/** A folder from a stick: the executable k3s, and image archives beside it or below images/. */
export async function folderSource(
  folder: string,
): Promise<Source & { pathOf(name: string): string }> {
  const found = new Map<string, string>();
  const archives = new Map<string, string>();
  const look = async (at: string) => {
    for await (const { name, isDirectory } of Deno.readDir(at)) {
      if (!isDirectory) archives.set(name, join(at, name));
    }
  };
  const executable = join(folder, "k3s");
  try {
    if (!(await Deno.stat(executable)).isFile) throw new Error("it is no file");
    found.set("k3s", executable);
    await look(folder);
    await look(join(folder, "images")).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  } catch (cause) {
    throw new Error(
      `Cannot take K3s from "${folder}": expected the executable ${executable}, and image archives beside it (${
        messageOf(cause)
      })`,
      { cause },
    );
  }
  for (const name of usefulArchives([...archives.keys()])) {
    found.set(`images/${name}`, archives.get(name)!);
  }
  const files: K3sFile[] = [];
  for (const [name, path] of found) {
    const hash = createHash("sha256");
    let size = 0;
    await streamFile(path, (chunk) => {
      hash.update(chunk);
      size += chunk.length;
      return Promise.resolve();
    });
    files.push({ name, size, sha256: hash.digest("hex") });
  }
  const pathOf = (name: string) => found.get(name)!;
  return {
    files,
    pathOf,
    read: (file, sink) => streamFile(pathOf(file.name), sink),
  };
}

export async function streamFile(
  path: string,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  using file = await Deno.open(path, { read: true });
  for await (const chunk of chunksOf(file, 1 << 20)) await sink(chunk);
}
