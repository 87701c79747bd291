import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { endOfMapping } from "../../tests/fuse_bed.ts";
import { openBacking } from "../fuse/device.ts";
import { E, libc, Memory, O } from "../system/libc.ts";
import { giveBack } from "./give_back.ts";
import { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { Volume } from "./volume.ts";

Deno.test({
  name:
    "giveBack() of a place that this disk shows in part is an error, so that the peer does not keep the rest of what failed here",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const memory = new Memory(4096);
    const volume = new Volume(0, folder, openBacking(folder), () => 2 ** 34);
    try {
      const end = endOfMapping();
      Deno.writeTextFileSync(`${folder}/file`, "");
      Deno.truncateSync(`${folder}/file`, end + 8192);
      const inode = volume.lookup(volume.root, memory.string("file"));
      if (typeof inode === "number") throw new Error(`errno ${inode}`);
      // Behind it is this process's memory: what is not mapped is a bad sector.
      const flags = O.RDWR | O.CLOEXEC;
      inode.dataFd = libc.open(memory.string("/proc/self/mem"), flags, 0);
      const kinds: number[] = [];
      const pipeline = {
        submit: ({ kind }: { kind: number }) => void kinds.push(kind),
        unsettled: new Marks(),
        sequence: 1,
      };
      const give = (offset: number) =>
        giveBack(pipeline, {
          volume,
          id: inode.id,
          offset,
          length: 4096,
          answer: null,
        });
      strictEqual(give(end - 4096), 0);
      deepStrictEqual(kinds.splice(0), [KIND.WRITE, KIND.SETATTR]);
      strictEqual(give(end - 2048), E.IO);
      deepStrictEqual(kinds, []);
      // Behind the file's end there is nothing to give back but the end.
      strictEqual(give(end + 8192), 0);
      deepStrictEqual(kinds, [KIND.SETATTR]);
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
