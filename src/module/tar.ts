/**
 * The 512-byte headers of POSIX ustar (as `tar --format=ustar` makes them). Reading is strict: names that lead out of a folder, numbers
 * that are none and wrong check sums are refused. Pure.
 */

export const BLOCK = 512;

export interface TarHeader {
  /** Relative, with `/`, never with `.` or `..`; empty for the folder itself. */
  readonly path: string;
  readonly size: number;
  /** "0" a plain file, "5" a folder; links, devices and others as they are. */
  readonly type: string;
  readonly executable: boolean;
}

export function wrong(what: string): Error {
  return new Error(`Cannot read the archive: ${what}`);
}

/** Null: the block of zeros that ends an archive. */
export function readHeader(header: Uint8Array): TarHeader | null {
  if (header.every((byte) => byte === 0)) return null;
  checkSum(header);
  const path = pathOf(header);
  return {
    path,
    size: octal(header, 124, 12, path),
    type: String.fromCharCode(header[156] || 0x30),
    executable: (octal(header, 100, 8, path) & 0o100) !== 0,
  };
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

/** The block before a plain file's bytes. */
export function writeHeader(
  { path, executable, size }: Omit<TarHeader, "type">,
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK);
  const put = (text: string, offset: number) =>
    header.set(new TextEncoder().encode(text), offset);
  const [name, prefix] = split(path);
  put(name, 0);
  put(executable ? "0000755\0" : "0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  put(size.toString(8).padStart(11, "0"), 124);
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
