import { strictEqual } from "node:assert/strict";
import { endOfMapping } from "../../tests/fuse_bed.ts";
import { FATTR } from "../fuse/abi.ts";
import { openBacking } from "../fuse/device.ts";
import { HEADER, newFrame } from "../peer/frame.ts";
import { E, libc, Memory } from "../system/libc.ts";
import { setU64 } from "../system/u64.ts";
import { apply, COPY_SIZE, SETATTR_SIZE } from "./apply.ts";
import type { Inode } from "./inode.ts";
import { KIND } from "./operation.ts";
import { Volume } from "./volume.ts";

const EFAULT = 14;
const memory = new Memory(4096);

function onVolume(
  name: string,
  run: (volume: Volume, file: (name: string) => Inode) => void,
) {
  Deno.test({
    name,
    ignore: Deno.uid() !== 0,
    fn() {
      const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
      let id = 2 ** 34;
      const volume = new Volume(0, folder, openBacking(folder), () => ++id);
      try {
        run(volume, (name) => {
          Deno.writeTextFileSync(`${folder}/${name}`, "old");
          const inode = volume.lookup(volume.root, memory.string(name));
          if (typeof inode === "number") throw new Error(`errno ${inode}`);
          return inode;
        });
      } finally {
        volume.close();
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

function sizeOf(volume: Volume, inode: Inode): number {
  return Number(libc.lseek(volume.data(inode), 0, 2));
}

onVolume(
  "apply(): a write that fails midway leaves the file's end where it was, before it, at it and behind it",
  (volume, file) => {
    const inode = file("log");
    // As a disk that becomes full: the first page of the data has its place, what follows it is no memory of ours.
    const buffer = { address: endOfMapping() - 4096 - HEADER } as Memory;
    for (const argument of [0, 3, 5000]) {
      const write = { kind: KIND.WRITE, id: inode.id, argument };
      const frame = { ...newFrame(), ...write, length: 8192 };
      strictEqual(apply(volume, frame, buffer, 0), EFAULT);
      strictEqual(sizeOf(volume, inode), 3);
    }
    libc.ftruncate(volume.data(inode), 9000);
    const write = { kind: KIND.WRITE, id: inode.id, argument: 100 };
    apply(volume, { ...newFrame(), ...write, length: 8192 }, buffer, 0);
    strictEqual(sizeOf(volume, inode), 9000);
  },
);

onVolume(
  "apply(): a write that fails midway leaves the file's end where it was, also when the file was longer before",
  (volume, file) => {
    const inode = file("log"), about = { ...newFrame(), id: inode.id };
    const whole = { ...about, kind: KIND.WRITE, length: 2048 };
    strictEqual(apply(volume, whole, memory, 0), 0);
    strictEqual(sizeOf(volume, inode), 2048);
    memory.bytes.fill(0, HEADER, HEADER + SETATTR_SIZE);
    memory.view.setUint32(HEADER, FATTR.SIZE, true);
    setU64(memory.view, HEADER + 16, 5);
    const cut = { ...about, kind: KIND.SETATTR, length: SETATTR_SIZE };
    strictEqual(apply(volume, cut, memory, 0), 0);
    const buffer = { address: endOfMapping() - 1024 - HEADER } as Memory;
    const write = { ...whole, argument: 5, length: 2000 };
    strictEqual(apply(volume, write, buffer, 0), EFAULT);
    strictEqual(sizeOf(volume, inode), 5);
  },
);

onVolume(
  "apply(): a copy that fails midway leaves the target's end where it was",
  (volume, file) => {
    const source = file("source"), target = file("target");
    // More than there is.
    setU64(memory.view, HEADER, source.id);
    setU64(memory.view, HEADER + 8, 0);
    memory.view.setUint32(HEADER + 16, 10, true);
    const copy = { kind: KIND.COPY, id: target.id, argument: 2 };
    const frame = { ...newFrame(), ...copy, length: COPY_SIZE };
    strictEqual(apply(volume, frame, memory, 0), E.IO);
    strictEqual(sizeOf(volume, target), 3);
  },
);
