import { strictEqual, throws } from "node:assert/strict";
import { memory, sickenListing } from "../../tests/fuse_bed.ts";
import type { Inode } from "../replication/inode.ts";
import { NotShown } from "../replication/paths.ts";
import { Volume } from "../replication/volume.ts";
import { E } from "../system/libc.ts";
import { OP } from "./abi.ts";
import { sideOf } from "./border.ts";
import { openBacking } from "./device.ts";

Deno.test({
  name:
    "sideOf() names a directory that cannot be read: something of this node's own may stand in it",
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
      const d = volume.lookup(parent, memory.string("d"));
      using _ = sickenListing(`${folder}/d`);
      const isOfD = (error: unknown) =>
        error instanceof NotShown && error.code === E.IO &&
        error.directory === (d as Inode).id;
      throws(() => sideOf(volume, removed), isOfD);
      const to = { parent, name, flags: 0 };
      const other = new TextEncoder().encode("other");
      throws(
        () => sideOf(volume, { opcode: OP.RENAME, parent, name: other, to }),
        isOfD,
      );
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
