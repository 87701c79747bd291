import { deepStrictEqual } from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { encodeMarks, Marks } from "../marks.ts";
import { Volume } from "../volume.ts";
import { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import { key } from "./places.ts";
import { sendAttributes } from "./source_attributes.ts";

Deno.test({
  name:
    "sendAttributes() has a file that moved after its data was told compared again as a whole: the name that is gone may stand for a copy of it",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    const channel = { send: () => [] } as unknown as Channel;
    const at = (id: number) => ({
      volume,
      id,
      path: new TextEncoder().encode(`gone${id}`),
    });
    const [told, made, known] = [at(70), at(71), at(72)];
    const batch = new Batch(), again = new Marks();
    for (const found of [told, made, known]) batch.touch(found);
    batch.files.set(key(told), told);
    batch.whole.set(key(made), made);
    try {
      for (const _ of sendAttributes(channel, batch, again));
      deepStrictEqual([...encodeMarks(again)], [
        "a 0 70",
        "t 0 70 0",
        "a 0 71",
        "t 0 71 0",
        "a 0 72",
      ]);
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
