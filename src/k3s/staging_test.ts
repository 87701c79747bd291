import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { paths as pathsOf } from "../system/paths.ts";
import { openStaged, stage, stagedFiles } from "./staging.ts";

Deno.test("stagedFiles() names none whose removal was cut off, and staging has them all again", async () => {
  const home = await Deno.makeTempDir();
  const paths = pathsOf(home);
  const contents = { k3s: "program", "images/a.tar": "image" };
  const files = Object.entries(contents).map(([name, text]) => ({
    name,
    size: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  }));
  const source = {
    files,
    read: (
      { name }: { readonly name: string },
      sink: (chunk: Uint8Array) => Promise<void>,
    ) =>
      sink(new TextEncoder().encode(contents[name as keyof typeof contents])),
  };
  try {
    assert.deepEqual(await stagedFiles(paths), []);
    await stage(paths, source);
    assert.deepEqual(await stagedFiles(paths), files);
    // A power cut: the list is there still.
    await Deno.remove(join(paths.state, "k3s-staged", "k3s"));
    assert.deepEqual(await stagedFiles(paths), []);
    assert.equal(await openStaged(paths, "k3s"), null);
    await stage(paths, source);
    assert.deepEqual(await stagedFiles(paths), files);
    (await openStaged(paths, "k3s"))!.file.close();
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
