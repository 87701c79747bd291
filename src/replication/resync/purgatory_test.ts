import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { openVolume } from "../open_volumes.ts";
import type { Volume } from "../volume.ts";
import { Purgatory, setAside } from "./purgatory.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function onPurgatory(
  name: string,
  run: (bed: {
    readonly volume: Volume;
    readonly path: string;
    readonly purgatory: Purgatory;
    /** A directory of that name with 2000 files, taken away as the inode `id`. */
    take(name: string, id: number): void;
    give(id: number, name: string): boolean;
  }) => void,
) {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      const path = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const volume = openVolume(0, path, () => 7, {});
      const purgatory = new Purgatory([volume]);
      try {
        run({
          volume,
          path,
          purgatory,
          take(name, id) {
            Deno.mkdirSync(`${path}/${name}`);
            for (let i = 0; i < 2000; i++) {
              Deno.writeTextFileSync(`${path}/${name}/${i}`, "");
            }
            const work = purgatory.take(
              volume,
              volume.backing,
              bytes(name),
              id,
            );
            let next = work.next();
            while (!next.done) next = work.next();
            strictEqual(next.value, true);
          },
          give: (id, name) =>
            purgatory.give(volume, id, volume.backing, bytes(name)),
        });
        for (const _ of purgatory.empty());
      } finally {
        volume.close();
        Deno.removeSync(path, { recursive: true });
      }
    },
  });
}

const names = (path: string) =>
  [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) =>
    name !== ".hakit"
  );

onPurgatory("Purgatory: what was taken is given back whole", (bed) => {
  bed.take("d", 5);
  deepStrictEqual(names(bed.path), []);
  strictEqual(bed.give(6, "e"), false);
  strictEqual(bed.give(5, "e"), true);
  strictEqual(names(`${bed.path}/e`).length, 2000);
});

onPurgatory(
  "Purgatory: what a full disk has begun to remove is given back to nobody in this pass",
  (bed) => {
    bed.take("d", 5);
    strictEqual(bed.purgatory.shrink(), true);
    strictEqual(bed.give(5, "e"), false);
    bed.take("f", 6);
    strictEqual(bed.give(6, "e"), false);
    let parts = 1;
    while (bed.purgatory.shrink()) parts++;
    strictEqual(parts > 4, true, `${parts} parts`);
    strictEqual(names(`${bed.path}/.hakit/purgatory`).length, 0);
    // The next pass is another one.
    for (const _ of bed.purgatory.empty());
    bed.take("g", 7);
    strictEqual(bed.give(7, "e"), true);
  },
);

onPurgatory("Purgatory: a pass that took nothing changes nothing", (bed) => {
  for (const _ of bed.purgatory.empty());
  strictEqual(bed.purgatory.shrink(), false);
  deepStrictEqual([...Deno.readDirSync(bed.path)], []);
});

onPurgatory(
  "Purgatory: a session that ends while a full disk is emptied leaves nothing open",
  (bed) => {
    const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = open();
    bed.take("d", 5);
    bed.purgatory.shrink();
    bed.purgatory.close();
    strictEqual(open(), before);
  },
);

onPurgatory(
  "Purgatory: of two inodes with one id neither is given back, of two names of one inode the inode is",
  ({ volume, path, purgatory, give }) => {
    const take = (name: string, id: number) => {
      const work = purgatory.take(volume, volume.backing, bytes(name), id);
      let next = work.next();
      while (!next.done) next = work.next();
      strictEqual(next.value, true);
    };
    for (const name of ["a", "b", "c", "d"]) {
      Deno.writeTextFileSync(`${path}/${name}`, name);
    }
    Deno.linkSync(`${path}/d`, `${path}/e`);
    for (const name of ["a", "b", "c"]) take(name, 5);
    for (const name of ["d", "e"]) take(name, 6);
    strictEqual(give(5, "x"), false);
    strictEqual(give(6, "y"), true);
    deepStrictEqual(names(path), ["y"]);
  },
);

onPurgatory(
  "setAside() names what it cannot move, and goes on under the same name, over nothing that it has moved",
  ({ volume, path }) => {
    for (const name of ["a", "b", "c"]) {
      Deno.writeTextFileSync(`${path}/${name}`, name);
    }
    // Somebody has put "b" back in its place, and changed it.
    const aside = `${path}/.hakit/aside-1`;
    Deno.mkdirSync(aside, { recursive: true });
    Deno.writeTextFileSync(`${aside}/b`, "before");
    const told: (readonly string[])[] = [];
    const move = () =>
      setAside([volume], "aside-1", (folders) => told.push(folders));
    throws(move, new RegExp(`^Error: Cannot move "${path}/b" .*: EEXIST`));
    strictEqual(Deno.readTextFileSync(`${path}/b`), "b");
    strictEqual(Deno.readTextFileSync(`${aside}/b`), "before");
    Deno.removeSync(`${aside}/b`);
    move();
    deepStrictEqual(names(path), []);
    deepStrictEqual(names(aside).sort(), ["a", "b", "c"]);
    // Nothing is left to be told of.
    move();
    deepStrictEqual(told, [[aside], [aside]]);
  },
);
