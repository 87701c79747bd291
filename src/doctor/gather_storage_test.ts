import { strictEqual } from "node:assert/strict";
import { gatherDisks } from "./gather_storage.ts";

Deno.test({
  name:
    "gatherDisks() measures a disk before there is a cluster, and never where a copy lies",
  ignore: Deno.uid() !== 0,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      for (const measure of [true, false]) {
        const [disk] = await gatherDisks([folder], { measure });
        strictEqual(disk!.syncMs !== null, measure);
        strictEqual(disk!.bytesPerSecond !== null, measure);
        strictEqual(disk!.free > 0, true);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
