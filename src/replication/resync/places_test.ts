import { strictEqual } from "node:assert/strict";
import { openBacking } from "../../fuse/device.ts";
import { libc } from "../../system/libc.ts";
import { writeId } from "../id_xattr.ts";
import { Marks } from "../marks.ts";
import { Volume } from "../volume.ts";
import { findLinks, key, locate } from "./places.ts";

/** Three directories, a file in one of them that no kernel knows; `meanwhile` runs after the first step of the walk. */
function look(
  meanwhile: (folder: string, volume: Volume) => void,
  wanted: (ids: readonly number[]) => number,
): string {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const ids: number[] = [];
  let next = 5 * 2 ** 32;
  const volume = new Volume(0, folder, openBacking(folder), () => {
    ids.push(++next);
    return next;
  });
  try {
    for (const name of ["a", "b", "c"]) Deno.mkdirSync(`${folder}/${name}`);
    Deno.mkdirSync(`${folder}/a/moves`);
    Deno.writeTextFileSync(`${folder}/a/moves/file`, "");
    // A replicator that was restarted since has forgotten where they are.
    for (const name of ["a", "b", "c", "a/moves", "a/moves/file"]) {
      const fd = volume.walk(new TextEncoder().encode(name));
      writeId(fd, volume.newId());
      libc.close(fd);
    }
    const inode = { volume, id: wanted(ids) };
    const walk = locate([inode]);
    // The root's listing.
    walk.next();
    // The directory that comes first: whichever it is, the walk has left it behind.
    walk.next();
    meanwhile(folder, volume);
    for (;;) {
      const { done, value } = walk.next();
      if (!done) continue;
      const place = value.get(key(inode))!;
      return typeof place === "string" ? place : "found";
    }
  } finally {
    volume.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

const ignore = Deno.uid() !== 0;

Deno.test({
  name: "Places: an id without a name is gone when nothing moved",
  ignore,
  fn() {
    strictEqual(look(() => {}, () => 77 * 2 ** 32), "gone");
  },
});

Deno.test({
  name: "Places: an id is found where it stands",
  ignore,
  fn() {
    for (const index of [0, 1, 2, 3, 4]) {
      strictEqual(look(() => {}, (ids) => ids[index]!), "found");
    }
  },
});

Deno.test({
  name: "Places: what may have moved behind the walk's back keeps its mark",
  ignore,
  fn() {
    // As apply() does it. Before, its mark was dropped: the copies would have differed in silence.
    const seen = look((folder, volume) => {
      Deno.renameSync(`${folder}/a/moves`, `${folder}/b/moves`);
      volume.moves++;
    }, () => 77 * 2 ** 32);
    strictEqual(seen, "moving");
  },
});

Deno.test({
  name:
    "Places: an id of two inodes is told as such, one of two names of an inode is not",
  ignore,
  fn() {
    for (const [how, expected] of [["cp -a", true], ["ln", false]] as const) {
      let twins = false;
      look((folder, volume) => {
        volume.onTwin = () => twins = true;
        const { success } = new Deno.Command("sh", {
          args: ["-c", `for d in . b c; do ${how} a/moves/file $d/copy; done`],
          cwd: folder,
        }).outputSync();
        strictEqual(success, true);
      }, (ids) => ids.at(-1)!);
      strictEqual(twins, expected, how);
    }
  },
});

Deno.test({
  name:
    "findLinks() keeps in mind what it did not find while names changed, and nothing that is gone",
  ignore,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    try {
      for (const moves of [0, 1]) {
        const again = new Marks();
        const walk = findLinks([{ volume, id: 77 }], again);
        walk.next();
        volume.moves += moves;
        for (const _ of walk);
        strictEqual(again.count, moves);
      }
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
