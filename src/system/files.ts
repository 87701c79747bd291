/** File calls whose result must survive a power cut: write, fsync, rename, fsync the folder. */
import { basename, dirname, join } from "node:path";
import { sleep } from "./clock.ts";

export interface WriteOptions {
  /** Permissions of the new file; default 0644. */
  readonly mode?: number;
}

/** Replaces `path` so that after a crash either the old or the new content is there, never a part. */
export async function writeDurably(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.new`);
  const file = await openAlone(temporary, options.mode ?? 0o644);
  try {
    // An older temporary file keeps its own mode: a secret must not inherit it.
    await Deno.chmod(temporary, options.mode ?? 0o644);
    await file.truncate();
    await writeAll(file, bytes);
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  } finally {
    file.close();
  }
  await syncFolder(folder);
}

/**
 * A temporary file that nobody else writes: the agent and a command may replace the same file in one moment. Whoever comes second opens
 * it anew, for by then the name went with the other's content.
 */
async function openAlone(path: string, mode: number): Promise<Deno.FsFile> {
  for (;;) {
    const file = await Deno.open(path, { write: true, create: true, mode });
    if (file.tryLockSync(true)) {
      const named = await Deno.lstat(path).catch(() => null);
      if (named?.ino === (await file.stat()).ino) return file;
    }
    file.close();
    await sleep(5);
  }
}

/** A file or a connection may take less than it was given. */
export async function writeAll(
  to: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await to.write(bytes.subarray(done));
  }
}

export function writeAllSync(
  to: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
): void {
  for (let done = 0; done < bytes.length;) {
    done += to.writeSync(bytes.subarray(done));
  }
}

/** Over what stands there, which needs no room on a full disk (but where the file system copies on write). Of the owner alone. */
export function writeOverSync(
  path: string,
  text: string,
  { durably }: { readonly durably: boolean },
): void {
  using file = Deno.openSync(path, { create: true, write: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(text);
  writeAllSync(file, bytes);
  file.truncateSync(bytes.length);
  if (durably) file.syncSync();
}

interface Readable {
  read(buffer: Uint8Array): Promise<number | null>;
}

/** What comes, in pieces; each counts until the next one is asked for. */
export async function* chunksOf(
  from: Readable,
  size = 64 * 1024,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(size);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

/** As much as there is, and room for; how much it was. */
export async function fill(
  buffer: Uint8Array,
  from: Readable,
): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await from.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

/** Makes renames and new names inside a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  using handle = await Deno.open(folder, { read: true });
  await handle.sync();
}

export function syncFolderSync(folder: string): void {
  using handle = Deno.openSync(folder, { read: true });
  handle.syncSync();
}

/** Removes `path`, if it is there, so that no crash brings it back. */
export async function removeDurably(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await syncFolder(dirname(path));
}

/** Of a file, folder or link by that name. Throws where nobody can tell: "no" would have it made anew, or count as lost. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Of the folders in there; none where there is no such folder. */
export async function foldersIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder)))
      .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The text of a file, or null when there is none. */
export async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The end of a file: at most `lines` lines out of its last `maxBytes` bytes; empty when there is none. */
export async function readTail(
  path: string,
  lines: number,
  maxBytes = 1 << 20,
): Promise<string[]> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    await file.seek(start, Deno.SeekMode.Start);
    const buffer = new Uint8Array(size - start);
    const filled = await fill(buffer, file);
    const all = new TextDecoder().decode(buffer.subarray(0, filled))
      .split("\n");
    if (all.at(-1) === "") all.pop();
    // The first line may be the second half of one when the file is longer than what was read.
    if (start > 0) all.shift();
    return all.slice(-lines);
  } finally {
    file.close();
  }
}
