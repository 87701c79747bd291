/**
 * Finds the runtime that `deno compile` builds on, for this Deno's version, and prints its path ("" when `deno compile` can get it
 * by itself). Deno's own download is the usual way. Where that host cannot be reached (closed networks with an npm mirror), an
 * executable that somebody made with `deno compile` and published to npm holds the same runtime, followed by its own program:
 * that program is taken off again and the rest must match, byte for byte, the hash below. x86-64 only.
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const VERSION = "2.9.4";
const DOWNLOAD = `https://dl.deno.land/release/v${VERSION}/`;
const DOWNLOAD_TIMEOUT_MS = 5_000;
const PACKAGE = "@chelonia/cli-x64-linux@3.4.0";
const MEMBER = "package/chel";
/** sha512 of the package. */
const INTEGRITY =
  "ey7BqNiIOY2PkpN/UYxjpmOG1A7HmplyadP80omXTG1DVu1fbz7ro/d4gRPtHaxPRkNJTS24lDejc5/rT/3RMA==";
/** sha256 of the bare runtime. */
const SHA256 =
  "723d45cca4f68bd66652da1e0d45562b0700317c1535981035f50f078785a131";

/** The path for DENORT_BIN, or null where `deno compile` needs none. */
export async function denort(
  cache: string,
  hostAnswers = downloadAnswers,
): Promise<string | null> {
  const given = Deno.env.get("DENORT_BIN");
  if (given) return given;
  const kept = join(cache, `denort-${VERSION}`);
  const found = await Deno.readFile(kept).catch(() => null);
  if (found && hash("sha256", found, "hex") === SHA256) return kept;
  if (Deno.build.arch !== "x86_64" || await hostAnswers()) return null;
  if (Deno.version.deno !== VERSION) {
    throw new Error(
      `Deno is ${Deno.version.deno} and its download host does not answer, expected Deno ${VERSION}, whose runtime is also on npm`,
    );
  }
  const runtime = bareRuntime(await fromNpm());
  wanted(runtime, {
    name: "sha256",
    digest: SHA256,
    what: `The runtime out of ${PACKAGE}`,
  });
  await Deno.mkdir(cache, { recursive: true });
  const part = `${kept}.${Deno.pid}`;
  await Deno.writeFile(part, runtime, { mode: 0o755 });
  await Deno.rename(part, kept);
  return kept;
}

async function downloadAnswers(): Promise<boolean> {
  const file = `denort-x86_64-unknown-linux-gnu.zip`;
  try {
    const answer = await fetch(DOWNLOAD + file, {
      method: "HEAD",
      signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

async function fromNpm(): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stdout, stderr } = await new Deno.Command("npm", {
      args: ["pack", "--silent", PACKAGE],
      cwd: folder,
    }).output();
    const text = new TextDecoder();
    if (!success) {
      throw new Error(`npm pack ${PACKAGE}: ${text.decode(stderr).trim()}`);
    }
    const name = text.decode(stdout).trim().split(/\s+/).at(-1)!;
    const archive = await Deno.readFile(join(folder, name));
    wanted(archive, { name: "sha512", digest: INTEGRITY, what: PACKAGE });
    return memberOf(gunzipSync(archive), MEMBER);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One file of a tar archive (ustar: 512-byte headers, name at 0, octal size at 124). */
export function memberOf(tar: Uint8Array, member: string): Uint8Array {
  const text = (at: number, length: number) =>
    new TextDecoder().decode(tar.subarray(at, at + length)).split("\0")[0]!;
  for (let at = 0; at + 512 <= tar.length;) {
    const size = parseInt(text(at + 124, 12).trim() || "0", 8);
    if (text(at, 100) === member) {
      return tar.subarray(at + 512, at + 512 + size);
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`The archive has no member "${member}"`);
}

/**
 * An executable without what `deno compile` (2.9 and later, by libsui) put at its end: copied program headers, one PT_LOAD and
 * one PT_NOTE. The runtime's own program headers follow the ELF header at 0x40; its section headers, without the two that were
 * added, mark its end.
 */
export function bareRuntime(executable: Uint8Array): Uint8Array {
  const view = new DataView(
    executable.buffer,
    executable.byteOffset,
    executable.byteLength,
  );
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  const u64 = (at: number) => Number(view.getBigUint64(at, true));
  const headers = u64(0x20), sections = u64(0x28);
  const headerSize = u16(0x36), headerCount = u16(0x38);
  const sectionSize = u16(0x3a), sectionCount = u16(0x3c), names = u16(0x3e);
  const load = headers + (headerCount - 2) * headerSize;
  const note = headers + (headerCount - 1) * headerSize;
  const mark = new TextDecoder().decode(
    executable.subarray(u64(note + 8) + 12, u64(note + 8) + 16),
  );
  if (
    u32(load) !== 1 || u32(note) !== 4 || u64(load + 8) !== headers ||
    mark !== "SUI\0"
  ) {
    throw new Error("The executable was not made by deno compile 2.9 or later");
  }
  const own = executable.subarray(
    sections,
    sections + sectionSize * (sectionCount - 2),
  );
  // The old section headers stand somewhere before: found by their own bytes, beginning with the second (the first is all zero).
  const needle = own.subarray(
    sectionSize,
    sectionSize * Math.min(names, sectionCount - 2),
  );
  const start = Buffer.from(
    executable.buffer,
    executable.byteOffset,
    headers,
  ).indexOf(needle) - sectionSize;
  if (start < 0) {
    throw new Error("The runtime's section headers were not found");
  }
  // A copy: a Buffer's slice() would share its memory.
  const bare = new Uint8Array(executable.subarray(0, start + own.length));
  const out = new DataView(bare.buffer);
  out.setBigUint64(0x20, 0x40n, true);
  out.setBigUint64(0x28, BigInt(start), true);
  out.setUint16(0x38, headerCount - 2, true);
  out.setUint16(0x3c, sectionCount - 2, true);
  return bare;
}

/** Throws unless these are the bytes of that hash. */
export function wanted(data: Uint8Array, { name, digest, what }: {
  readonly name: "sha256" | "sha512";
  readonly digest: string;
  readonly what: string;
}): void {
  const found = hash(name, data, name === "sha256" ? "hex" : "base64");
  if (found === digest) return;
  throw new Error(`${what} has ${name} ${found}, expected ${digest}`);
}

function hash(
  name: "sha256" | "sha512",
  data: Uint8Array,
  encoding: "hex" | "base64",
): string {
  return createHash(name).update(data).digest(encoding);
}

function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ??
    join(Deno.env.get("HOME") ?? "/root", ".cache");
  return join(base, "hakit-build");
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- prints the path for the shell
  console.log(await denort(Deno.args[0] ?? cacheFolder()) ?? "");
}
