import { strictEqual } from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { libc } from "../../system/libc.ts";
import { writeId } from "../id_xattr.ts";
import { Marks } from "../marks.ts";
import { Volume } from "../volume.ts";
import { Batch } from "./batch.ts";
import type { Channel } from "./channel.ts";
import { key } from "./places.ts";
import { Progress } from "./progress.ts";
import { scopeOf } from "./scope.ts";
import { SourceData } from "./source_data.ts";

const FILE = 77;

Deno.test({
  name:
    "SourceData counts as compared what is read: of a sparse file of GiB its data, and not its holes",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    const path = new TextEncoder().encode("sparse");
    Deno.writeFileSync(`${folder}/sparse`, new Uint8Array(8192).fill(7));
    Deno.truncateSync(`${folder}/sparse`, 2 ** 32);
    const fd = volume.walk(path);
    strictEqual(writeId(fd, FILE), 0);
    libc.close(fd);
    const found = { volume, id: FILE, path }, batch = new Batch();
    batch.files.set(key(found), found);
    const marks = new Marks(), progress = new Progress(() => 0);
    marks.tail(0, FILE, 0, 1);
    const channel = {
      send: () => [],
      *answer() {
        yield;
        // The target has all of it.
        return { volume: 0, id: FILE, argument: 0, bytes: new Uint8Array(2) };
      },
    } as unknown as Channel;
    try {
      const data = new SourceData(channel, progress, new Marks());
      for (const _ of data.run(scopeOf(marks), batch));
      strictEqual(progress.bytesCompared, 8192);
      strictEqual(progress.bytesSent, 0);
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
