import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { TideStore } from "./tide_store.ts";

Deno.test("TideStore: kept over restarts, in place; one that is gone or damaged is the oldest", () => {
  const folder = Deno.makeTempDirSync(), path = join(folder, "tide");
  try {
    const tide = new TideStore(path);
    strictEqual(tide.value, 0);
    for (const value of [2 ** 24, 2 ** 24 + 1, 2 ** 25]) {
      tide.keep(value);
      deepStrictEqual([tide.value, new TideStore(path).value], [value, value]);
      strictEqual(Deno.statSync(path).size, 32);
    }
    Deno.writeTextFileSync(path, "1677\0\0garbage");
    strictEqual(new TideStore(path).value, 0);
    Deno.writeTextFileSync(path, "");
    strictEqual(new TideStore(path).value, 0);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
