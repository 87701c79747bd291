import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { readIfPresent } from "../system/files.ts";
import { KeptFile } from "./kept_file.ts";

Deno.test("KeptFile reads a file once until it is another one, and lets one change it at a time", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "users");
  let reads = 0;
  const kept = new KeptFile<readonly string[]>(path, {
    read: async (path) => {
      reads++;
      return (await readIfPresent(path))?.split("\n") ?? [];
    },
    format: (names) => names.join("\n"),
  });
  const add = (name: string) =>
    kept.change((names, write) => write([...names, name]));
  try {
    deepStrictEqual(await kept.read(), []);
    await Promise.all(["a", "b", "c"].map(add));
    deepStrictEqual(await kept.read(), ["a", "b", "c"]);
    strictEqual(Deno.statSync(path).mode! & 0o777, 0o600);
    reads = 0;
    await kept.read();
    strictEqual(reads, 0);

    await Deno.writeTextFile(`${path}.new`, "z");
    await Deno.rename(`${path}.new`, path);
    deepStrictEqual(await kept.read(), ["z"]);
    strictEqual(reads, 1);

    // One change that fails keeps neither the file nor the next one from being what they are.
    await rejects(kept.change(() => Promise.reject(new Error("no"))), /no/);
    await add("y");
    deepStrictEqual(await kept.read(), ["z", "y"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
