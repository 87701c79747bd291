import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import type { Tide } from "./tide.ts";
import { TideStore } from "./tide_store.ts";

function inFolder(run: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    run(join(folder, "tide"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function read(path: string): Tide {
  const store = new TideStore(path);
  store.close();
  return store.kept;
}

Deno.test("TideStore: kept over restarts, in place, and there from the beginning", () =>
  inFolder((path) => {
    const store = new TideStore(path);
    deepStrictEqual(store.kept, { value: 0 });
    const size = () => Deno.statSync(path).size;
    strictEqual(size(), 64);
    const values: Tide[] = [
      { value: 2 ** 24, after: 777 },
      { value: 2 ** 24 + 1 },
      { value: 2 ** 25, after: 2 ** 24 + 1 },
    ];
    for (const tide of values) {
      store.keep(tide);
      deepStrictEqual([store.kept, read(path), size()], [tide, tide, 64]);
    }
    store.close();
  }));

Deno.test("TideStore: one that is damaged is the oldest, one that was never written says nothing", () =>
  inFolder((path) => {
    for (const text of ["1677\0\0garbage", "12", "-3".padEnd(63) + "\n"]) {
      Deno.writeTextFileSync(path, text);
      deepStrictEqual(read(path), { value: 1 }, text);
    }
    Deno.writeTextFileSync(path, "");
    deepStrictEqual(read(path), { value: 0 });
  }));

Deno.test("TideStore beside the loop: kept when it is on the disk, and not when another one came after it", () =>
  inFolder((path) => {
    const ends: ((error: number) => void)[] = [];
    const aio = {
      fsync: (_fd: number, _dataOnly: boolean, done: (error: number) => void) =>
        void ends.push(done),
    };
    const store = new TideStore(path), said: number[] = [];
    const beside = (value: number) =>
      store.keepBeside({ value }, aio, (error) => said.push(error));
    beside(3);
    strictEqual(store.kept.value, 0);
    ends.shift()!(0);
    deepStrictEqual([store.kept.value, said], [3, [0]]);
    beside(4);
    ends.shift()!(5);
    deepStrictEqual([store.kept.value, said], [3, [0, 5]]);
    beside(4);
    store.keep({ value: 2 ** 24, after: 3 });
    ends.shift()!(0);
    strictEqual(store.kept.value, 2 ** 24);
    store.close();
  }));

Deno.test("TideStore: what cannot be written is not kept", () => {
  const store = new TideStore("/proc/none/tide");
  throws(() => store.keep({ value: 5 }), /Cannot open/);
  deepStrictEqual(store.kept, { value: 0 });
});
