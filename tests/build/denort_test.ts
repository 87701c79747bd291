/** The runtime that is taken out of a package: what is accepted, and that anything else is not. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { bareRuntime, denort, memberOf, wanted } from "./denort.ts";

/** A tar archive of these files, as ustar writes it. */
function tar(files: { readonly [name: string]: string }): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, text] of Object.entries(files)) {
    const content = new TextEncoder().encode(text);
    const header = new Uint8Array(512);
    header.set(new TextEncoder().encode(name), 0);
    const size = content.length.toString(8).padStart(11, "0");
    header.set(new TextEncoder().encode(size), 124);
    const padding = new Uint8Array((512 - content.length % 512) % 512);
    parts.push(header, content, padding);
  }
  parts.push(new Uint8Array(1024));
  return Buffer.concat(parts);
}

Deno.test("memberOf() finds one file whole, whatever lies before it, and names one that is missing", () => {
  const long = "x".repeat(1000);
  const archive = tar({
    "package/README": long,
    "package/empty": "",
    "package/chel": "runtime",
    "package/chel.map": "not this one",
  });
  const text = (name: string) =>
    new TextDecoder().decode(memberOf(archive, name));
  assert.equal(text("package/chel"), "runtime");
  assert.equal(text("package/README"), long);
  assert.equal(text("package/empty"), "");
  assert.throws(
    () => memberOf(archive, "package/che"),
    /no member "package\/che"/,
  );
});

const EHDR = 64, PHDR = 56, SHDR = 64;

/** A smallest ELF file: header, one program header, some code, and three section headers at its end. */
function runtime(): Uint8Array {
  const code = 40, sections = EHDR + PHDR + code;
  const bytes = new Uint8Array(sections + 3 * SHDR);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46], 0);
  view.setBigUint64(0x20, BigInt(EHDR), true);
  view.setBigUint64(0x28, BigInt(sections), true);
  for (
    const [at, value] of [
      [0x36, PHDR],
      [0x38, 1],
      [0x3a, SHDR],
      [0x3c, 3],
      [0x3e, 2],
    ] as const
  ) view.setUint16(at, value, true);
  view.setUint32(EHDR, 6, true);
  bytes.fill(0x90, EHDR + PHDR, sections);
  // The first section header is all zero, as the format wants it.
  bytes.fill(0x11, sections + SHDR, sections + 2 * SHDR);
  bytes.fill(0x22, sections + 2 * SHDR);
  return bytes;
}

/** What `deno compile` makes of it: program headers copied behind it with two more, a note with the program, sections with two more. */
function compiled(bare: Uint8Array, mark = "SUI\0"): Uint8Array {
  const sections = bare.length - 3 * SHDR;
  const headers = Math.ceil(bare.length / 8) * 8;
  const note = headers + 3 * PHDR;
  const program = new TextEncoder().encode("the program that is taken off");
  const moved = note + 16 + program.length;
  const bytes = new Uint8Array(moved + 5 * SHDR);
  bytes.set(bare, 0);
  bytes.set(bare.subarray(EHDR, EHDR + PHDR), headers);
  const view = new DataView(bytes.buffer);
  const load = headers + PHDR;
  view.setUint32(load, 1, true);
  view.setBigUint64(load + 8, BigInt(headers), true);
  view.setUint32(load + PHDR, 4, true);
  view.setBigUint64(load + PHDR + 8, BigInt(note), true);
  bytes.set(new TextEncoder().encode(mark), note + 12);
  bytes.set(program, note + 16);
  bytes.set(bare.subarray(sections), moved);
  view.setBigUint64(0x20, BigInt(headers), true);
  view.setBigUint64(0x28, BigInt(moved), true);
  view.setUint16(0x38, 3, true);
  view.setUint16(0x3c, 5, true);
  return bytes;
}

Deno.test("bareRuntime() gives back the runtime byte for byte, and refuses what deno compile has not made", () => {
  const bare = runtime();
  assert.deepEqual(bareRuntime(compiled(bare)), bare);
  assert.throws(
    () => bareRuntime(compiled(bare, "GNU\0")),
    /not made by deno compile/,
  );
  // Its own section headers are not where they were: nothing is guessed.
  const broken = compiled(bare);
  broken.fill(0x33, bare.length - 2 * SHDR, bare.length);
  assert.throws(() => bareRuntime(broken), /section headers were not found/);
});

Deno.test("wanted() refuses other bytes than those of the hash", () => {
  const bytes = new TextEncoder().encode("runtime");
  const digest = createHash("sha256").update(bytes).digest("hex");
  wanted(bytes, { name: "sha256", digest, what: "The runtime" });
  assert.throws(
    () =>
      wanted(bytes.subarray(1), {
        name: "sha256",
        digest,
        what: "The runtime",
      }),
    new RegExp(
      `^Error: The runtime has sha256 [0-9a-f]{64}, expected ${digest}`,
    ),
  );
});

Deno.test("denort() takes what it is given, and no kept file with another hash", async () => {
  const cache = await Deno.makeTempDir();
  const before = Deno.env.get("DENORT_BIN");
  try {
    Deno.env.set("DENORT_BIN", "/somewhere/denort");
    assert.equal(await denort(cache), "/somewhere/denort");
    Deno.env.delete("DENORT_BIN");
    await Deno.writeTextFile(join(cache, "denort-2.9.4"), "half of a download");
    // It is another one: left to Deno, whose host answers.
    assert.equal(await denort(cache, () => Promise.resolve(true)), null);
  } finally {
    if (before !== undefined) Deno.env.set("DENORT_BIN", before);
    else Deno.env.delete("DENORT_BIN");
    await Deno.remove(cache, { recursive: true });
  }
});
