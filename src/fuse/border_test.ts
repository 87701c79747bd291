import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sickenListing } from "../../tests/fuse_bed.ts";
import { Volume } from "../replication/volume.ts";
import { E } from "../system/libc.ts";
import { OP } from "./abi.ts";
import { sideOf } from "./border.ts";
import { openBacking } from "./device.ts";

Deno.test({
  name:
    "sideOf() a directory that cannot be read is its error: something of this node's own may stand in it",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    let id = 5 * 2 ** 32;
    const volume = new Volume(0, folder, openBacking(folder), () => ++id, {
      exclude: ["*.tmp"],
    });
    try {
      Deno.mkdirSync(`${folder}/d`);
      const parent = volume.root, name = new TextEncoder().encode("d");
      const removed = { opcode: OP.RMDIR, parent, name };
      strictEqual(sideOf(volume, removed), "mirrored");
      using _ = sickenListing(`${folder}/d`);
      strictEqual(sideOf(volume, removed), E.IO);
      const to = { parent, name, flags: 0 };
      const other = new TextEncoder().encode("other");
      deepStrictEqual(
        sideOf(volume, { opcode: OP.RENAME, parent, name: other, to }),
        E.IO,
      );
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
