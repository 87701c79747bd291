import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { sickenListing } from "../../tests/fuse_bed.ts";
import { openBacking } from "../fuse/device.ts";
import { E, errnoName, libc, Memory } from "../system/libc.ts";
import type { Inode } from "./inode.ts";
import { NotShown } from "./paths.ts";
import { Volume } from "./volume.ts";

const memory = new Memory(4096);

/** A file whose known name is gone while it has another one in the directory "d"; beside it the directory "e". */
function onLostName(
  name: string,
  run: (bed: {
    readonly volume: Volume;
    readonly folder: string;
    readonly file: Inode;
    directory(name: string): Inode;
  }) => void,
) {
  Deno.test({
    name,
    ignore: Deno.uid() !== 0,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      let id = 5 * 2 ** 32;
      const volume = new Volume(0, folder, openBacking(folder), () => ++id);
      const directory = (name: string) => {
        const inode = volume.lookup(volume.root, memory.string(name));
        if (typeof inode === "number") throw new Error(errnoName(inode));
        return inode;
      };
      try {
        for (const each of ["d", "e"]) Deno.mkdirSync(`${folder}/${each}`);
        Deno.writeTextFileSync(`${folder}/a`, "");
        Deno.linkSync(`${folder}/a`, `${folder}/d/b`);
        const file = directory("a");
        libc.unlinkat(volume.backing, memory.string("a"), 0);
        run({ volume, folder, file, directory });
      } finally {
        volume.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

onLostName(
  "Paths: a bad sector in a directory where the name does not stand keeps nobody from finding it",
  ({ volume, folder, file }) => {
    using _ = sickenListing(`${folder}/e`);
    const path = volume.pathOf(file);
    deepStrictEqual(path, new TextEncoder().encode("d/b"));
  },
);

onLostName(
  "Paths: where a name may stand in a directory that cannot be read nobody says that there is none",
  ({ volume, folder, file, directory }) => {
    using _ = sickenListing(`${folder}/d`);
    const d = directory("d");
    const isOfD = (error: unknown) =>
      error instanceof NotShown && error.code === E.IO &&
      error.directory === d.id;
    throws(() => volume.pathOf(file), isOfD);
    // Also where the file was seen last: a look that is to be short says no more than that.
    file.parent = d.id;
    strictEqual(volume.pathNearby(file), undefined);
    throws(() => volume.pathOf(file), isOfD);
  },
);

onLostName(
  "Paths: a directory that goes while names are looked for has none; of one that cannot be opened the nearest above it is told",
  ({ volume, folder, file, directory }) => {
    const { walk } = volume;
    const gone: { of: string; error: number } = { of: "d", error: E.NOENT };
    Object.assign(volume, {
      walk: (path: Uint8Array) =>
        new TextDecoder().decode(path) === gone.of
          ? -gone.error
          : walk.call(volume, path),
    });
    strictEqual(volume.pathOf(file), null);
    gone.error = E.IO;
    throws(
      () => volume.pathOf(file),
      (error) =>
        error instanceof NotShown && error.directory === volume.root.id,
    );
    // Deeper: where its own inode cannot be read, the names of the one above it are what is compared.
    Deno.mkdirSync(`${folder}/e/below`);
    Object.assign(gone, { of: "e/below", error: E.IO });
    Deno.renameSync(`${folder}/d/b`, `${folder}/e/below/b`);
    const e = directory("e");
    throws(
      () => volume.pathOf(file),
      (error) => error instanceof NotShown && error.directory === e.id,
    );
  },
);
