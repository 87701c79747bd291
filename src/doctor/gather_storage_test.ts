import { strictEqual } from "node:assert/strict";
import { datadirIn, gatherDisks } from "./gather_storage.ts";

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

Deno.test("datadirIn() finds the data directory that counts, if it is not the one that is mirrored", () => {
  const said = (...folders: string[]) =>
    ["--user=mysql", ...folders.map((path) => `--datadir=${path}`), ""]
      .join("\n");
  strictEqual(datadirIn(""), null);
  strictEqual(datadirIn(said()), null);
  strictEqual(datadirIn(said("/var/lib/mysql/")), null);
  strictEqual(datadirIn(said("/var/lib/mysql", "/data/mysql")), "/data/mysql");
  strictEqual(datadirIn(said("/data/mysql", "/var/lib/mysql")), null);
});
