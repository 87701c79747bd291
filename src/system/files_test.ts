import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  chunksOf,
  exists,
  fill,
  readIfPresent,
  removeDurably,
  writeAll,
  writeAllSync,
  writeDurably,
} from "./files.ts";

Deno.test("removeDurably() syncs the folder after the file is gone, and minds none that is not there", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "arbiter.json");
  const { sync } = Deno.FsFile.prototype;
  let seen: (string | null)[] = [];
  try {
    await writeDurably(path, "{}");
    Deno.FsFile.prototype.sync = async function () {
      seen.push(await readIfPresent(path));
      await sync.call(this);
    };
    await removeDurably(path);
    strictEqual(seen.length, 1);
    strictEqual(seen[0], null);
    seen = [];
    await removeDurably(path);
    strictEqual(await readIfPresent(path), null);
    await rejects(removeDurably(join(folder, "none", "x")));
  } finally {
    Deno.FsFile.prototype.sync = sync;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writeDurably() by several at once leaves one of their contents, whole, and fails for none", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "hakit-drain.service");
  const contents = Array.from(
    { length: 40 },
    (_, i) => `${i} `.repeat(1 + 997 * (i % 7)),
  );
  try {
    const told = await Promise.allSettled(
      contents.map((content) => writeDurably(path, content)),
    );
    const failed = told.filter(({ status }) => status === "rejected");
    deepStrictEqual(failed, []);
    ok(contents.includes((await readIfPresent(path))!));
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [
      "hakit-drain.service",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("exists() knows a link without an end, and says nothing where nobody can tell", async () => {
  const folder = await Deno.makeTempDir();
  const link = join(folder, "link"), file = join(folder, "file");
  try {
    strictEqual(await exists(link), false);
    await Deno.symlink(join(folder, "none"), link);
    strictEqual(await exists(link), true);
    await Deno.writeTextFile(file, "");
    await rejects(exists(join(file, "x")), Deno.errors.NotADirectory);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writeAll() and writeAllSync() go on where a write has taken less than it was given", async () => {
  const bytes = new TextEncoder().encode("abcdefgh");
  let taken = "";
  const writeSync = (part: Uint8Array) => {
    const some = part.subarray(0, 3);
    taken += new TextDecoder().decode(some);
    return some.length;
  };
  await writeAll({ write: (part) => Promise.resolve(writeSync(part)) }, bytes);
  writeAllSync({ writeSync }, bytes);
  strictEqual(taken, "abcdefghabcdefgh");
});

Deno.test("fill() and chunksOf() go on where a read has given less than there is, to the end", async () => {
  const slow = (text: string) => {
    let rest = new TextEncoder().encode(text);
    return {
      read: (buffer: Uint8Array) => {
        const some = rest.subarray(0, Math.min(3, buffer.length));
        buffer.set(some);
        rest = rest.subarray(some.length);
        return Promise.resolve(some.length === 0 ? null : some.length);
      },
    };
  };
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const buffer = new Uint8Array(8);
  strictEqual(await fill(buffer, slow("abcdefghijk")), 8);
  strictEqual(text(buffer), "abcdefgh");
  strictEqual(await fill(buffer, slow("ABCD")), 4);
  strictEqual(text(buffer), "ABCDefgh");
  const chunks: string[] = [];
  for await (const chunk of chunksOf(slow("abcdefgh"), 4)) {
    chunks.push(text(chunk));
  }
  deepStrictEqual(chunks, ["abc", "def", "gh"]);
});
