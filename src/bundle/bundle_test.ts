import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { BLOCK, writeHeader } from "../module/tar.ts";
import { extract } from "./extract.ts";
import {
  MANIFEST,
  packagesFor,
  parseManifest,
  SIGNATURE,
  systemsIn,
} from "./manifest.ts";
import { openBundle, verifyBundle } from "./read.ts";
import { fingerprintOfKey, signingKey, signManifest } from "./signature.ts";
import { judgeKey, rememberKey } from "./trust.ts";
import { writeBundle } from "./write.ts";

const key = generateKeyPairSync("ed25519").privateKey;
const ABOUT = {
  hakit: "0.1.0",
  made: "2026-11-25T12:00:00.000Z",
  architecture: "x86_64",
  k3s: null,
} as const;
const FILES = {
  "hakit": "an executable",
  "k3s/k3s": "k".repeat(BLOCK),
  "k3s/images/standin.tar": "i".repeat(BLOCK * 3 + 1),
  "packages/debian-12/one_1%3a2-3_all.deb": "1",
  "packages/debian-12/two_1_amd64.deb": "22",
  "packages/ubuntu-20.04/one_1_all.deb": "333",
};

async function inFolder(test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "hakit-bundle-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function make(folder: string, signer: KeyObject = key): Promise<string> {
  const ingredients = [];
  for (const [path, text] of Object.entries(FILES)) {
    const from = join(folder, path.replaceAll("/", "_"));
    await Deno.writeTextFile(from, text);
    ingredients.push({ path, from });
  }
  const file = join(folder, "test.bundle");
  await writeBundle(file, {
    about: ABOUT,
    ingredients,
    key: signer,
    progress: () => {},
  });
  return file;
}

Deno.test("a bundle gives back what was put in, names who signed it, and is a plain tar", () =>
  inFolder(async (folder) => {
    const file = await make(folder);
    const bundle = await openBundle(file);
    assert.equal(bundle.fingerprint, fingerprintOfKey(key));
    assert.deepEqual(systemsIn(bundle.manifest), ["debian-12", "ubuntu-20.04"]);
    let read = 0;
    await verifyBundle(bundle, (count) => read += count);
    assert.equal(read, Object.values(FILES).join("").length);

    const to = join(folder, "out");
    const files = packagesFor(bundle.manifest, "debian-12");
    await extract(bundle, { files, to, progress: () => {} });
    const names = await Array.fromAsync(Deno.readDir(to), ({ name }) => name);
    assert.deepEqual(names.sort(), ["one_1%3a2-3_all.deb", "two_1_amd64.deb"]);
    assert.equal(await Deno.readTextFile(join(to, "two_1_amd64.deb")), "22");

    const tar = new Deno.Command("tar", { args: ["-tf", file] });
    const { stdout, success } = await tar.output();
    assert(success);
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
      MANIFEST,
      SIGNATURE,
      ...Object.keys(FILES),
    ]);
  }));

Deno.test("a bundle that was changed, cut or lengthened anywhere is refused", () =>
  inFolder(async (folder) => {
    const good = await Deno.readFile(await make(folder));
    const file = join(folder, "bad.bundle");
    const whole = async (bytes: Uint8Array) => {
      await Deno.writeFile(file, bytes);
      const bundle = await openBundle(file);
      await verifyBundle(bundle, () => {});
    };
    await whole(good);
    // Padding and a tar's times mean nothing; everything that is used is looked at.
    const used = (at: number) => {
      const bytes = good.slice();
      bytes[at]! ^= 1;
      return bytes;
    };
    let at = 0;
    const texts = [];
    while (at + 2 * BLOCK < good.length) {
      const size = Number.parseInt(
        new TextDecoder().decode(good.subarray(at + 124, at + 135)),
        8,
      );
      for (const spot of [at, at + BLOCK, at + BLOCK + size - 1]) {
        await assert.rejects(whole(used(spot)), (error: Error) => {
          texts.push(error.message);
          return true;
        });
      }
      at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    }
    assert.equal(texts.length, 3 * (2 + Object.keys(FILES).length));
    await assert.rejects(whole(good.subarray(0, good.length - 1)), /cut off/);
    await assert.rejects(whole(good.subarray(0, BLOCK + 7)), /cut off/);
    await assert.rejects(
      whole(new Uint8Array([...good, ...good])),
      /something was added/,
    );
    await assert.rejects(whole(new Uint8Array(4096)), /no bundle/);
    await assert.rejects(whole(new Uint8Array(0)), /cut off/);
  }));

/** A bundle whose signature is right and whose maker means harm. */
function hostile(list: string): Uint8Array {
  const manifest = new TextEncoder().encode(list);
  const signature = new TextEncoder().encode(signManifest(manifest, key));
  const parts: Uint8Array[] = [];
  for (
    const [path, content] of [
      [MANIFEST, manifest],
      [SIGNATURE, signature],
    ] as const
  ) {
    parts.push(
      writeHeader({ path, size: content.length, executable: false }),
      content,
      new Uint8Array((BLOCK - content.length % BLOCK) % BLOCK),
    );
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("a signed list that leads out of its folder, or is too large, is refused before anything is written", () =>
  inFolder(async (folder) => {
    const file = join(folder, "hostile.bundle");
    const sha256 = "0".repeat(64);
    const refused = async (files: unknown, expected: RegExp) => {
      const list = JSON.stringify({ format: 1, ...ABOUT, files });
      await Deno.writeFile(file, hostile(list));
      await assert.rejects(openBundle(file), expected);
    };
    for (
      const path of [
        "../hakit",
        "/etc/passwd",
        "packages/debian-12/../../x.deb",
        "packages/debian-12/a/b.deb",
        "packages/../debian-12/x.deb",
        "packages/debian-12/.x.deb",
        "k3s/images/..",
        "k3s/images/a\nb",
        "etc/cron.d/x",
        "",
      ]
    ) await refused([{ path, size: 1, sha256 }], /list of files/);
    const twice = { path: "hakit", size: 1, sha256 };
    await refused([twice, twice], /twice/);
    await refused([{ ...twice, size: 2 ** 40 }], /list of files/);
    await refused([{ ...twice, size: -1 }], /list of files/);
    await refused([], /list of files/);
    const many = Array.from({ length: 3000 }, (_, index) => ({
      path: `k3s/images/${index}.tar`,
      size: 1,
      sha256,
    }));
    await refused(many, /list of files/);
    const large = Array.from({ length: 9 }, (_, index) => ({
      path: `k3s/images/${index}.tar`,
      size: 8 ** 11 - 1,
      sha256,
    }));
    await refused(large, /GiB in all/);
    // Right in itself, and the bytes are not there.
    await refused([twice], /expected/);
    assert.throws(() => parseManifest("{"), /no JSON/);
  }));

Deno.test("a file whose bytes are not the signed ones is not left behind", () =>
  inFolder(async (folder) => {
    const file = await make(folder);
    const bundle = await openBundle(file);
    const files = packagesFor(bundle.manifest, "ubuntu-20.04");
    const bytes = await Deno.readFile(file);
    const at = new TextDecoder("latin1").decode(bytes).lastIndexOf("333");
    bytes[at] = 0x34;
    await Deno.writeFile(file, bytes);
    const to = join(folder, "out");
    await assert.rejects(
      extract(bundle, { files, to, progress: () => {} }),
      /damaged/,
    );
    const names = await Array.fromAsync(Deno.readDir(to), ({ name }) => name);
    assert(names.every((name) => name.endsWith(".new")), names.join());
    // The next run does not take the half for the whole.
    bytes[at] = 0x33;
    await Deno.writeFile(file, bytes);
    await extract(bundle, { files, to, progress: () => {} });
    assert.equal(await Deno.readTextFile(join(to, "one_1_all.deb")), "333");
  }));

Deno.test("judgeKey() takes what a person names, else the key it knows, and remembers the first", () =>
  inFolder(async (folder) => {
    const memory = join(folder, "bundle-key");
    const mine = fingerprintOfKey(key);
    const other = fingerprintOfKey(generateKeyPairSync("ed25519").privateKey);
    const judge = (fingerprint: string, wanted?: string) =>
      judgeKey(fingerprint, { wanted, memory });
    assert.deepEqual(await judge(mine), { by: "nothing" });
    await rememberKey(mine, memory);
    assert.deepEqual(await judge(mine), { by: "memory" });
    await assert.rejects(judge(other), /if that is meant, give --key/);
    assert.deepEqual(await judge(other, other), { by: "key" });
    await assert.rejects(judge(mine, other), /expected/);
    await assert.rejects(judge(mine, "/nowhere"), /neither a fingerprint/);
    const colons = mine.replace(/(..)(?!$)/g, "$1:").toUpperCase();
    assert.deepEqual(await judge(mine, colons), { by: "key" });
  }));

Deno.test("signingKey() makes a key once, for nobody else to read, and refuses another kind", () =>
  inFolder(async (folder) => {
    const file = join(folder, "keys", "bundle.key");
    const made = fingerprintOfKey(await signingKey(file));
    assert.equal(fingerprintOfKey(await signingKey(file)), made);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await Deno.writeTextFile(
      file,
      privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    );
    await assert.rejects(signingKey(file), /expected ed25519/);
  }));
