/**
 * A module folder as a tar archive (POSIX ustar, as `tar --format=ustar -c .` makes it) and back. Reading is strict: it comes over the
 * network, so only plain files and folders with plain names are taken, and nothing can leave the folder. Pure, but for packFolder().
 */
import { join } from "node:path";

export interface ArchiveFile {
  /** Relative, with `/`; never empty, never with `.` or `..`. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array;
}

/** A module is scripts and manifests; image archives do not belong into it. */
export const MAX_ARCHIVE = 32 * 1024 * 1024;
const MAX_FILES = 1000;
const BLOCK = 512;

/** Throws a plain Error with one line when the bytes are no archive that we take. */
export function unpack(archive: Uint8Array): ArchiveFile[] {
  const files = new Map<string, ArchiveFile>();
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    at += BLOCK;
    if (header.every((byte) => byte === 0)) return end(files);
    checkSum(header);
    const path = pathOf(header);
    const size = octal(header, 124, 12, path);
    const type = String.fromCharCode(header[156] || 0x30);
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
      executable: (octal(header, 100, 8, path) & 0o100) !== 0,
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

function wrong(what: string): Error {
  return new Error(`Cannot read the archive: ${what}`);
}

function checkSum(header: Uint8Array): void {
  const expected = octal(header, 148, 8, "header");
  let sum = 0;
  header.forEach((byte, index) => {
    sum += index >= 148 && index < 156 ? 0x20 : byte;
  });
  if (sum !== expected) throw wrong("a header's check sum is wrong");
}

function octal(
  header: Uint8Array,
  offset: number,
  length: number,
  what: string,
): number {
  const text = textAt(header, offset, length).trim();
  if (!/^[0-7]{1,11}$/.test(text)) {
    throw wrong(`"${what}" has a number that is none`);
  }
  return Number.parseInt(text, 8);
}

function textAt(header: Uint8Array, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const zero = field.indexOf(0);
  return new TextDecoder("utf-8", { fatal: false })
    .decode(zero < 0 ? field : field.subarray(0, zero));
}

/** Name and prefix (offset 345, only in ustar) without "./" and trailing "/"; empty for the folder itself. */
function pathOf(header: Uint8Array): string {
  const ustar = textAt(header, 257, 5) === "ustar";
  const prefix = ustar ? textAt(header, 345, 155) : "";
  const name = textAt(header, 0, 100);
  const path = (prefix === "" ? name : `${prefix}/${name}`)
    .replace(/^(\.\/)+/, "").replace(/\/$/, "");
  if (path === "" || path === ".") return "";
  const plain = path.length <= 255 &&
    path.split("/").every((part) =>
      part !== "" && part !== "." && part !== ".." &&
      // deno-lint-ignore no-control-regex
      !/[\x00-\x1f\x7f\\]/.test(part)
    );
  if (!plain) {
    throw wrong(
      `name ${
        JSON.stringify(path.slice(0, 80))
      }, expected one inside the folder`,
    );
  }
  return path;
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
    archive.set(headerOf(file), at);
    archive.set(file.content, at + BLOCK);
    at += BLOCK + Math.ceil(file.content.length / BLOCK) * BLOCK;
  }
  return archive;
}

function headerOf({ path, executable, content }: ArchiveFile): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (text: string, offset: number) =>
    header.set(new TextEncoder().encode(text), offset);
  const [name, prefix] = split(path);
  put(name, 0);
  put(executable ? "0000755\0" : "0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  put(content.length.toString(8).padStart(11, "0"), 124);
  // No time: the same folder makes the same archive.
  put("00000000000", 136);
  put("0", 156);
  put("ustar\0" + "00", 257);
  put(prefix, 345);
  put("        ", 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(sum.toString(8).padStart(6, "0") + "\0 ", 148);
  return header;
}

function split(path: string): [name: string, prefix: string] {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  if (bytes(path) <= 100) return [path, ""];
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (bytes(name) <= 100 && bytes(prefix) <= 155) return [name, prefix];
  }
  throw new Error(`Cannot pack "${path}": the name is too long`);
}

/** The files of a folder in the order of their names; a link or device in it is refused. Works inside the executable, too. */
export async function readFolder(folder: string): Promise<ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  const walk = async (below: string) => {
    const entries = await Array.fromAsync(Deno.readDir(join(folder, below)));
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (entry.isFile) files.push(await readOne(folder, path));
      else {
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
export function inFolderOrder(files: readonly ArchiveFile[]): ArchiveFile[] {
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
