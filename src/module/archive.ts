/**
 * A module folder as a tar archive (POSIX ustar, as `tar --format=ustar -c .` makes it) and back. Reading is strict: it comes over the
 * network, so only plain files and folders with plain names are taken, and nothing can leave the folder. Pure, but for packFolder().
 */
import { join } from "node:path";
import { BLOCK, readHeader, writeHeader, wrong } from "./tar.ts";

export interface ArchiveFile {
  /** Relative, with `/`; never empty, never with `.` or `..`. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array;
}

/** A module is scripts and manifests; image archives do not belong into it. */
export const MAX_ARCHIVE = 32 * 1024 * 1024;
export const MAX_FILES = 1000;

/** Throws a plain Error with one line when the bytes are no archive that we take. */
export function unpack(archive: Uint8Array): ArchiveFile[] {
  const files = new Map<string, ArchiveFile>();
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = readHeader(archive.subarray(at, at + BLOCK));
    at += BLOCK;
    if (header === null) return end(files);
    const { path, size, type, executable } = header;
    if (type === "5") continue;
    if (type !== "0") {
      throw wrong(
        `"${path}" is of type "${type}", expected plain files and folders (tar --format=ustar)`,
      );
    }
    if (at + size > archive.length) throw wrong(`"${path}" is cut off`);
    if (path === "") throw wrong("a file has no name");
    if (files.has(path)) throw wrong(`"${path}" is in it twice`);
    if (files.size >= MAX_FILES) throw wrong(`more than ${MAX_FILES} files`);
    files.set(path, {
      path,
      executable,
      content: archive.slice(at, at + size),
    });
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  throw wrong("it is cut off");
}

/** A name must not be a file and a folder at once. */
function end(files: Map<string, ArchiveFile>): ArchiveFile[] {
  for (const path of files.keys()) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      if (files.has(folder)) throw wrong(`"${folder}" is file and folder`);
    }
  }
  return [...files.values()];
}

/** The archive of these files. */
export function pack(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const size = files.reduce(
    (sum, { content }) =>
      sum + BLOCK + Math.ceil(content.length / BLOCK) * BLOCK,
    2 * BLOCK,
  );
  const archive = new Uint8Array(size);
  let at = 0;
  for (const file of files) {
    const { path, executable, content } = file;
    archive.set(writeHeader({ path, executable, size: content.length }), at);
    archive.set(content, at + BLOCK);
    at += BLOCK + Math.ceil(content.length / BLOCK) * BLOCK;
  }
  return archive;
}

/**
 * The files of a folder in the order of their names. A link or device in it is refused, or not taken along. Works inside the executable,
 * too.
 */
export async function readFolder(
  folder: string,
  { skipOthers = false }: { readonly skipOthers?: boolean } = {},
): Promise<ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  const walk = async (below: string) => {
    const entries = await Array.fromAsync(Deno.readDir(join(folder, below)));
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (entry.isFile) files.push(await readOne(folder, path));
      else if (!skipOthers) {
        throw new Error(
          `Cannot pack "${path}": it is neither a plain file nor a folder`,
        );
      }
    }
  };
  await walk("");
  return files;
}

async function readOne(folder: string, path: string): Promise<ArchiveFile> {
  const content = await Deno.readFile(join(folder, path));
  const { mode } = await Deno.stat(join(folder, path));
  // Embedded in the executable, files have no modes: what is in bin/ is a script.
  const executable = path.startsWith("bin/") || ((mode ?? 0) & 0o100) !== 0;
  return { path, executable, content };
}

export async function packFolder(
  folder: string,
): Promise<Uint8Array<ArrayBuffer>> {
  return pack(await readFolder(folder));
}

/** One word for a folder's content: equal on both nodes when their copies are. */
export async function digestFolder(folder: string): Promise<string> {
  return await digestFiles(await readFolder(folder));
}

/** As they lie in a module's folder: what is in bin/ is a program, whatever made the archive. */
export function asModule(files: readonly ArchiveFile[]): ArchiveFile[] {
  return inFolderOrder(files).map((file) =>
    file.path.startsWith("bin/") ? { ...file, executable: true } : file
  );
}

/** As readFolder() finds them: folder by folder. */
function inFolderOrder(files: readonly ArchiveFile[]): ArchiveFile[] {
  const keyed = files.map((file) => ({ file, key: file.path.split("/") }));
  return keyed.sort((one, other) => {
    const at = one.key.findIndex((part, depth) => part !== other.key[depth]);
    return (one.key[at] ?? "") < (other.key[at] ?? "") ? -1 : 1;
  }).map(({ file }) => file);
}

/** The same for files that lie nowhere yet, in whatever order. */
export async function digestFiles(
  files: readonly ArchiveFile[],
): Promise<string> {
  const sorted = inFolderOrder(files);
  const hash = await crypto.subtle.digest("SHA-256", pack(sorted));
  return new Uint8Array(hash).toHex().slice(0, 32);
}
