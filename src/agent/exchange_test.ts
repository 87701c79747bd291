import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { exchange, filesOf, putBack } from "./exchange.ts";

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
