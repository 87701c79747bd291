import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Device } from "../fuse/device.ts";
import { mounts } from "../fuse/mounts.ts";
import { E, libc, Memory } from "../system/libc.ts";
import { AIDE, Aide } from "./aide.ts";

Deno.test({
  name:
    "Aide.cancelUnmounts() keeps the thread from an unmount that it has not come to",
  ignore: Deno.uid() !== 0,
  // The thread ends when it has been told to, and nobody waits for that.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const aide = await Aide.start();
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const disk = `${folder}/disk`, dead = `${folder}/dead`;
    for (const path of [disk, dead]) Deno.mkdirSync(path);
    const memory = new Memory(8192);
    const path = memory.string(disk), type = memory.string("tmpfs", 4096);
    strictEqual(libc.mount(type, path, type, 0, 0), 0);
    // Nobody serves it: whoever asks for a name there waits for its end.
    const device = new Device(dead);
    try {
      const ended: [string, number][] = [];
      for (const what of [`${dead}/name`, disk]) {
        aide.run(AIDE.UMOUNT, -1, what, (error) => ended.push([what, error]));
      }
      aide.cancelUnmounts();
      device[Symbol.dispose]();
      while (ended.length < 2) aide.collect();
      deepStrictEqual(ended[1], [disk, E.NOENT]);
      strictEqual(mounts().some(({ point }) => point === disk), true);
    } finally {
      device[Symbol.dispose]();
      aide.run(AIDE.EXIT, -1, null, () => {});
      libc.umount2(path, 2);
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
