import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { LoopDisk, NO_LOOP_DISK } from "../../tests/loop_disk.ts";
import { openBacking } from "../fuse/device.ts";
import { E, libc, Memory, O } from "../system/libc.ts";
import { Chunks } from "./blocks.ts";
import { Marks } from "./marks.ts";
import { salvage } from "./salvage.ts";
import { Volume } from "./volume.ts";

const memory = new Memory(8192);

/** A directory to keep files of, and a folder around it. */
function made() {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const data = `${folder}/data`;
  Deno.mkdirSync(data);
  let id = 5 * 2 ** 32;
  const volume = new Volume(0, data, openBacking(data), () => ++id);
  return {
    folder,
    volume,
    /** Marks of a file of so many bytes. */
    large(length: number): Marks {
      Deno.writeFileSync(`${data}/large`, new Uint8Array(length).fill(7));
      const large = volume.lookup(volume.root, memory.string("large"));
      if (typeof large === "number") throw new Error(`errno ${large}`);
      const marks = new Marks();
      marks.data(0, large.id, { offset: 0, length }, 0);
      return marks;
    },
    [Symbol.dispose]() {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

Deno.test({
  name: "salvage() keeps every file, also those whose names are no text",
  ignore: Deno.uid() !== 0,
  fn() {
    using bed = made();
    const { folder, volume } = bed;
    const names = [
      new Uint8Array([0xe8]),
      new Uint8Array([0xe9]),
      // As long as a name can be, and not longer as text.
      new Uint8Array(255).fill(0xea),
      new Uint8Array(255).fill(0xea, 0, 254),
      ...["two\nlines", "é", "\\xe9", "x".repeat(255)].map((text) =>
        new TextEncoder().encode(text)
      ),
    ];
    const marks = new Marks();
    const top = new Uint8Array([0xff]);
    strictEqual(libc.mkdirat(volume.backing, memory.string(top), 0o700), 0);
    const parent = volume.lookup(volume.root, memory.string(top));
    if (typeof parent === "number") throw new Error(`errno ${parent}`);
    names[3]![254] = 0xeb;
    for (const [index, name] of names.entries()) {
      const flags = O.CREAT | O.RDWR | O.CLOEXEC;
      const fd = libc.openat(parent.fd, memory.string(name), flags, 0o600);
      libc.pwrite(fd, memory.string(`content ${index}`, 4096), 9, 0);
      libc.close(fd);
      const inode = volume.lookup(parent, memory.string(name));
      if (typeof inode === "number") throw new Error(`errno ${inode}`);
      // Under the directory's place in another list.
      marks.data(2, inode.id, { offset: 0, length: 9 }, 0);
    }
    const below = `${folder}/kept`, none = salvage([volume], marks, below);
    strictEqual(none.next().value, null);
    const work = salvage([volume], marks, below, { anyList: true });
    let step = work.next();
    const [begun] = Deno.readDirSync(below);
    using lock = Deno.openSync(`${below}/${begun!.name}/LIST.txt`);
    strictEqual(lock.tryLockSync(false), false, "it is still being kept");
    while (!step.done) step = work.next();
    strictEqual(lock.tryLockSync(true), true, "it is kept");
    const kept = `${step.value}/0/\\xff`;
    const found = [...Deno.readDirSync(kept)];
    deepStrictEqual(
      found.map(({ name }) => Deno.readTextFileSync(`${kept}/${name}`))
        .sort(),
      names.map((_, index) => `content ${index}`),
    );
    for (const [name, index] of [["\\xe8", 0], ["é", 5]] as const) {
      strictEqual(
        Deno.readTextFileSync(`${kept}/${name}`),
        `content ${index}`,
      );
    }
    const list = Deno.readTextFileSync(`${step.value}/LIST.txt`);
    // A line each, below its head.
    strictEqual(list.split("\n").length, 3 + names.length + 1);
  },
});

Deno.test({
  name:
    "salvage() lets others have their turn after each MiB of a large file, and takes away what it has kept when it breaks off",
  ignore: Deno.uid() !== 0,
  fn() {
    using bed = made();
    const { folder, volume } = bed;
    const below = `${folder}/kept`, length = 16 << 20;
    const marks = bed.large(length);
    const begun = salvage([volume], marks, below);
    for (let turn = 0; turn < 8; turn++) begun.next();
    strictEqual([...Deno.readDirSync(below)].length, 1);
    begun.return(null);
    strictEqual([...Deno.readDirSync(below)].length, 0);
    const work = salvage([volume], marks, below);
    let turns = 0, step = work.next();
    for (; !step.done; step = work.next()) turns++;
    strictEqual(turns >= 16, true, `${turns} turns`);
    strictEqual(Deno.statSync(`${step.value}/0/large`).size, length);
  },
});

Deno.test({
  name:
    "salvage() throws where a directory or a part of a file cannot be read: what it leaves out is overwritten",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const data = `${folder}/data`, below = `${folder}/kept`;
    Deno.mkdirSync(`${data}/sub`, { recursive: true });
    let id = 5 * 2 ** 32;
    const volume = new Volume(0, data, openBacking(data), () => ++id);
    const { read } = Chunks.prototype;
    try {
      Deno.writeTextFileSync(`${data}/file`, "content");
      const file = volume.lookup(volume.root, memory.string("file"));
      if (typeof file === "number") throw new Error(`errno ${file}`);
      const marks = new Marks();
      marks.data(0, file.id, { offset: 0, length: 7 }, 0);
      const keep = () => [...salvage([volume], marks, below)];
      Chunks.prototype.read = () => false;
      throws(keep, /^Error: Cannot keep ".*file": /);
      Chunks.prototype.read = read;
      const walk = volume.walk.bind(volume);
      volume.walk = (path) => path.length === 0 ? walk(path) : -E.IO;
      throws(keep, /^Error: Cannot read ".*sub": EIO/);
      // Taken away meanwhile, there is nothing to keep.
      volume.walk = (path) => path.length === 0 ? walk(path) : -E.NOENT;
      keep();
    } finally {
      Chunks.prototype.read = read;
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    `salvage() throws where what it has kept does not reach the disk, also when somebody else was told so first${
      NO_LOOP_DISK ? ` (left out: ${NO_LOOP_DISK})` : ""
    }`,
  ignore: NO_LOOP_DISK !== null,
  fn() {
    using bed = made();
    const { volume } = bed;
    const pieces = 15, length = pieces << 20;
    // The disk takes what is written into memory, and has no room for it behind.
    const disk = new LoopDisk({ room: 8 << 20 });
    const below = `${disk.path}/kept`;
    const other = libc.open(memory.string(disk.path), O.RDONLY | O.CLOEXEC, 0);
    try {
      const marks = bed.large(length);
      const work = salvage([volume], marks, below);
      // Its line in the list first.
      for (let turn = 0; turn < 1 + pieces; turn++) {
        strictEqual(work.next().done, false);
      }
      strictEqual(libc.syncfs(other), -1);
      throws(() => [...work], /^Error: Cannot keep ".*": /);
      deepStrictEqual([...Deno.readDirSync(below)], []);
    } finally {
      libc.close(other);
      disk[Symbol.dispose]();
    }
  },
});
