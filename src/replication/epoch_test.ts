import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { libc, Memory } from "../system/libc.ts";
import { epochAfter, epochOf, idBase, keepEpoch, usedEpoch } from "./epoch.ts";
import { readEpoch, writeEpoch, writeId } from "./id_xattr.ts";
import { OWN } from "./inode.ts";
import { Volume } from "./volume.ts";

const memory = new Memory(4096);

Deno.test("epochOf() tells the epoch of every id that idBase() leads to", () => {
  const last = 2 ** 32 - 1;
  for (const epoch of [1, 2, 77, 2 ** 19 - 1]) {
    for (const node of [0, 1] as const) {
      for (const count of [1, last]) {
        const id = idBase(epoch, node) + count;
        strictEqual(epochOf(id), epoch);
        strictEqual(epochOf(id + OWN), epoch);
        strictEqual(id < OWN && Number.isSafeInteger(id + OWN), true);
      }
    }
  }
  strictEqual(epochAfter(2 ** 19 - 2), 2 ** 19 - 1);
  throws(() => epochAfter(2 ** 19 - 1), /used up/);
});

function withFolder(
  name: string,
  run: (folder: string, backing: number) => void,
) {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const backing = openBacking(folder);
      try {
        run(folder, backing);
      } finally {
        libc.close(backing);
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

function give(path: string, id: number) {
  const fd = openBacking(path);
  strictEqual(writeId(fd, id), 0);
  libc.close(fd);
}

/** What is found, and whether it was looked for. `forget`: the directory remembers nothing. */
function used(folder: string, forget = false): [number, boolean] {
  if (forget) {
    const name = memory.string("trusted.hakit.epoch");
    libc.removexattr(memory.string(folder, 1024), name);
  }
  let looked = false;
  const work = usedEpoch(folder, () => looked = true);
  for (;;) {
    const step = work.next();
    if (step.done) return [step.value, looked];
  }
}

withFolder(
  "usedEpoch() finds the highest id anywhere, what is excluded or put aside too",
  (folder) => {
    deepStrictEqual(used(folder, true), [0, true]);
    Deno.mkdirSync(`${folder}/a/b/c`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/a/without`, "");
    give(`${folder}/a`, idBase(3, 1) + 5);
    deepStrictEqual(used(folder, true), [3, true]);
    give(`${folder}/a/b`, idBase(1, 0) + 5);
    give(`${folder}/a/b/c`, idBase(9, 0) + 1);
    deepStrictEqual(used(folder, true), [9, true]);
    Deno.mkdirSync(`${folder}/own`);
    give(`${folder}/own`, OWN + idBase(12, 1) + 1);
    deepStrictEqual(used(folder, true), [12, true]);
    Deno.mkdirSync(`${folder}/.hakit/aside`, { recursive: true });
    give(`${folder}/.hakit/aside`, idBase(40, 1) + 2 ** 31);
    deepStrictEqual(used(folder, true), [40, true]);
    deepStrictEqual(used(folder), [40, false]);
  },
);

withFolder(
  "keepEpoch() never forgets a higher one, and what it keeps is believed",
  (folder, backing) => {
    const other = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volumes = [folder, other].map((path, index) =>
      new Volume(index, path, openBacking(path), () => 0)
    );
    try {
      Deno.mkdirSync(`${folder}/a`);
      give(`${folder}/a`, idBase(8, 0) + 1);
      strictEqual(readEpoch(backing), null);
      // None of ours.
      strictEqual(writeEpoch(backing, 2 ** 40), 0);
      deepStrictEqual(used(folder), [8, true]);
      keepEpoch(volumes, 8);
      keepEpoch(volumes.slice(1), 11);
      keepEpoch(volumes, 10);
      deepStrictEqual(used(folder), [10, false]);
      deepStrictEqual(used(other), [11, false]);
    } finally {
      for (const volume of volumes) volume.close();
      Deno.removeSync(other, { recursive: true });
    }
  },
);
