import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { E, errnoName, libc, Memory } from "../system/libc.ts";
import { readId } from "./id_xattr.ts";
import type { Inode } from "./inode.ts";
import { refusal, Volume } from "./volume.ts";

const memory = new Memory(4096);
const MANY = 9000;

/** Descriptors of this process. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

function onVolume(
  name: string,
  run: (volume: Volume, folder: string) => void,
  options: ConstructorParameters<typeof Volume>[4] = {},
) {
  // RAM: thousands of files, and a file system with handles and trusted attributes.
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: not root)` : name,
    ignore,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      let id = 5 * 2 ** 32;
      const volume = new Volume(
        0,
        folder,
        openBacking(folder),
        () => ++id,
        options,
      );
      try {
        strictEqual(volume.noHandles, null);
        run(volume, folder);
      } finally {
        volume.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

function lookup(volume: Volume, parent: Inode, name: string): Inode {
  const inode = volume.lookup(parent, memory.string(name));
  if (typeof inode === "number") throw new Error(errnoName(inode));
  inode.lookups++;
  return inode;
}

onVolume(
  "Volume: a file whose snapshot by a hard link is gone is found without looking at all names, whichever was looked up first",
  (volume, folder) => {
    for (const order of [["db", "snap"], ["snap", "db"]] as const) {
      for (const name of order) Deno.mkdirSync(`${folder}/${name}`);
      Deno.writeTextFileSync(`${folder}/db/x`, "");
      Deno.linkSync(`${folder}/db/x`, `${folder}/snap/x`);
      const [first, second] = order.map((name) =>
        lookup(volume, lookup(volume, volume.root, name), "x")
      );
      strictEqual(first, second);
      Deno.removeSync(`${folder}/snap`, { recursive: true });
      const path = volume.pathNearby(first!);
      strictEqual(path && new TextDecoder().decode(path), "db/x");
      Deno.removeSync(`${folder}/db`, { recursive: true });
    }
  },
);

onVolume(
  "Volume.lookup() gives a stranger an id once its directory is recorded, and asks of nothing else",
  (volume, folder) => {
    const asked: number[] = [];
    let recorded = false;
    volume.onStranger = (parent) => (asked.push(parent), recorded);
    Deno.mkdirSync(`${folder}/d`);
    Deno.writeTextFileSync(`${folder}/d/f`, "");
    strictEqual(volume.lookup(volume.root, memory.string("d")), E.AGAIN);
    recorded = true;
    const d = lookup(volume, volume.root, "d");
    recorded = false;
    strictEqual(volume.lookup(d, memory.string("f")), E.AGAIN);
    recorded = true;
    const f = lookup(volume, d, "f");
    strictEqual(readId(f.fd), f.id);
    strictEqual(lookup(volume, d, "f"), f);
    deepStrictEqual(asked, [1, 1, d.id, d.id]);
  },
);

/** Looks up so many files that what was known before is put away. */
function crowd(volume: Volume, folder: string, count = MANY * 2): number[] {
  const ids: number[] = [];
  for (let i = 0; i < count; i++) {
    // One inode under many names would stay one: each is a file of its own.
    if (i < MANY) Deno.writeTextFileSync(`${folder}/f${i}`, "");
    ids.push(lookup(volume, volume.root, `f${i % MANY}`).id);
    volume.putAway();
  }
  return ids;
}

onVolume(
  "Volume keeps a bounded number of descriptors and finds every inode again",
  (volume, folder) => {
    const before = descriptors();
    const ids = crowd(volume, folder);
    strictEqual(new Set(ids).size, MANY);
    strictEqual(volume.known, MANY + 1);
    ok(descriptors() - before <= 8400, `${descriptors() - before}`);
    for (const id of ids.slice(0, MANY)) {
      const inode = volume.get(id);
      strictEqual(inode && readId(inode.fd), id);
      strictEqual(inode?.lookups, 2);
      volume.putAway();
    }
    ok(descriptors() - before <= 8400, `${descriptors() - before}`);
  },
);

onVolume(
  "Volume.forget() and dropId() of one that was put away need no descriptor",
  (volume, folder) => {
    const [id] = crowd(volume, folder);
    volume.forget(id!, 1);
    ok(volume.has(id!));
    ok(volume.forget(id!, 1));
    volume.dropId(id!);
    strictEqual(volume.get(id!), undefined);
    strictEqual(volume.known, MANY);
  },
);

onVolume(
  "Volume.get() of a file that was deleted behind our back is nothing, and never its successor",
  (volume, folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "old");
    const { id } = lookup(volume, volume.root, "a");
    crowd(volume, folder);
    Deno.removeSync(`${folder}/a`);
    Deno.writeTextFileSync(`${folder}/a`, "new");
    strictEqual(volume.get(id), undefined);
    ok(lookup(volume, volume.root, "a").id !== id);
  },
);

onVolume(
  "Volume keeps the descriptor of one whose last name was taken away",
  (volume, folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "still here");
    const { id } = lookup(volume, volume.root, "a");
    crowd(volume, folder);
    const name = memory.string("a");
    const inode = volume.named(volume.root, name);
    strictEqual(libc.unlinkat(volume.backing, name, 0), 0);
    volume.nameLost(inode);
    crowd(volume, folder);
    strictEqual(readId(volume.get(id)!.fd), id);
    strictEqual(volume.pathOf(volume.get(id)!), null);
  },
);

onVolume(
  "Volume.nameLost() of a hard link pins nothing, and pathOf() finds the other name",
  (volume, folder) => {
    Deno.mkdirSync(`${folder}/d`);
    Deno.writeTextFileSync(`${folder}/a`, "");
    Deno.linkSync(`${folder}/a`, `${folder}/d/b`);
    const { id } = lookup(volume, volume.root, "a");
    const name = memory.string("a");
    const inode = volume.named(volume.root, name);
    strictEqual(libc.unlinkat(volume.backing, name, 0), 0);
    volume.nameLost(inode);
    strictEqual(volume.get(id)?.pinned, false);
    deepStrictEqual(
      volume.pathOf(volume.get(id)!),
      new TextEncoder().encode("d/b"),
    );
  },
);

onVolume(
  "Volume.lookup() of a copy with all attributes takes it for a file of its own, whichever is known and put away or not",
  (volume, folder) => {
    const twins: number[] = [];
    let recorded = true;
    volume.onTwin = () => (twins.push(1), recorded);
    Deno.mkdirSync(`${folder}/a`);
    Deno.writeTextFileSync(`${folder}/a/f`, "of a");
    const a = lookup(volume, volume.root, "a"), f = lookup(volume, a, "f");
    const copied = new Deno.Command("cp", {
      args: ["-a", `${folder}/a`, `${folder}/b`],
    }).outputSync();
    ok(copied.success);
    // Of the mirrored directory itself too.
    ok(
      new Deno.Command("cp", {
        args: ["-a", `${folder}/a/.`, `${folder}/c`],
      }).outputSync().success,
    );
    const b = lookup(volume, volume.root, "b");
    recorded = false;
    strictEqual(volume.lookup(b, memory.string("f")), E.AGAIN);
    recorded = true;
    const g = lookup(volume, b, "f");
    deepStrictEqual([b === a, g === f, g.id === f.id], [false, false, false]);
    strictEqual(readId(g.fd), g.id);
    libc.pwrite(volume.data(f), memory.string("OF"), 2, 0);
    strictEqual(Deno.readTextFileSync(`${folder}/a/f`), "OF a");
    strictEqual(Deno.readTextFileSync(`${folder}/b/f`), "of a");
    strictEqual(twins.length, 3);
    // The same ones again are no others.
    strictEqual(lookup(volume, b, "f"), g);
    strictEqual(lookup(volume, a, "f"), f);
    strictEqual(twins.length, 3);
    // A second name of one inode is no twin.
    Deno.linkSync(`${folder}/a/f`, `${folder}/link`);
    strictEqual(lookup(volume, volume.root, "link"), f);
    crowd(volume, folder);
    ok(volume.has(f.id) && f.fd < 0, "it was put away");
    const c = lookup(volume, volume.root, "c");
    strictEqual(lookup(volume, c, "f").id === f.id, false);
    strictEqual(lookup(volume, volume.root, "link").id, f.id);
    strictEqual(twins.length, 5);
  },
);

Deno.test({
  name:
    "Volume.newId() gives no id that a file has, one in use, put away or excluded",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    let last = 0;
    const volume = new Volume(0, folder, openBacking(folder), () => ++last, {
      exclude: ["*.tmp"],
    });
    try {
      for (const name of ["a", "b.tmp"]) {
        Deno.writeTextFileSync(`${folder}/${name}`, "");
      }
      last = 7 * 2 ** 32;
      const a = lookup(volume, volume.root, "a");
      lookup(volume, volume.root, "b.tmp");
      last = 7 * 2 ** 32;
      strictEqual(volume.newId(), 7 * 2 ** 32 + 3);
      last = 100 * 2 ** 32;
      crowd(volume, folder);
      ok(volume.has(a.id) && a.fd < 0, "it was put away");
      last = 7 * 2 ** 32;
      strictEqual(volume.newId(), 7 * 2 ** 32 + 3);
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

const closedBeside: number[] = [];

onVolume(
  "Volume: a large file's last descriptor is closed beside the loop, known or not, a small one's and a named one's here",
  (volume, folder) => {
    const large = new Uint8Array(16 * 4096).fill(1);
    const unlink = (name: string) => {
      const victim = volume.named(volume.root, memory.string(name));
      libc.unlinkat(volume.backing, memory.string(name), 0);
      volume.nameLost(victim);
    };
    Deno.writeFileSync(`${folder}/unknown`, large);
    Deno.writeFileSync(`${folder}/known`, large);
    Deno.writeFileSync(`${folder}/linked`, large);
    Deno.linkSync(`${folder}/linked`, `${folder}/second`);
    Deno.writeTextFileSync(`${folder}/small`, "small");
    const known = lookup(volume, volume.root, "known");
    volume.data(known);
    for (const name of ["small", "linked", "known"]) unlink(name);
    deepStrictEqual(closedBeside, []);
    unlink("unknown");
    strictEqual(closedBeside.length, 1);
    const { fd } = known;
    volume.forget(known.id, 1);
    volume.drop(known);
    deepStrictEqual(closedBeside.slice(1), [fd]);
    for (const each of closedBeside.splice(0)) {
      strictEqual(libc.close(each), 0, "it was still open");
    }
  },
  {
    large: { from: 8 * 4096, close: (fd) => void closedBeside.push(fd) },
  },
);

Deno.test("refusal() takes a disk that became read-only for no kind of file system that cannot be mirrored", () => {
  strictEqual(/read-only/.test(refusal(E.ROFS)), true);
  for (const error of [E.ROFS, E.IO]) {
    strictEqual(/takes no/.test(refusal(error)), false);
  }
  strictEqual(/takes no trusted/.test(refusal(E.OPNOTSUPP)), true);
});
