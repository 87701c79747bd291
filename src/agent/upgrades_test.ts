import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { inspect } from "./executable.ts";
import { exchange, filesOf, putBack } from "./upgrades.ts";

Deno.test("exchange() keeps what was there, putBack() has it again and drops the other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = filesOf(join(folder, "hakit"));
    const read = (file: string) => Deno.readTextFile(file).catch(() => null);
    await Deno.writeTextFile(files.target, "one");
    await Deno.writeTextFile(files.staged, "two", { mode: 0o700 });
    await exchange({ ...files, source: files.staged });
    deepStrictEqual(
      [await read(files.target), await read(files.previous)],
      ["two", "one"],
    );
    strictEqual(await read(files.staged), null);
    strictEqual((await Deno.stat(files.target)).mode! & 0o777, 0o755);
    // Back and forth.
    await exchange({ ...files, source: files.previous });
    deepStrictEqual(
      [await read(files.target), await read(files.previous)],
      ["one", "two"],
    );
    await putBack(files);
    deepStrictEqual(
      [await read(files.target), await read(files.previous)],
      ["two", null],
    );
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [
      "hakit",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("inspect() refuses what is no hakit, in one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "file");
    for (const text of ["", "short", "#!/bin/sh\nexit 0\n# much longer"]) {
      await Deno.writeTextFile(file, text, { mode: 0o755 });
      await rejects(inspect(file), /is no Linux executable/);
    }
    await rejects(inspect("/bin/true"), /is no hakit/);
    const bytes = await Deno.readFile("/bin/true");
    new DataView(bytes.buffer).setUint16(18, 8, true);
    await Deno.writeFile(file, bytes, { mode: 0o755 });
    await rejects(inspect(file), /is an executable for machine 8/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
