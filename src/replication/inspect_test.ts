import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { errno, errnoName, libc, Memory } from "../system/libc.ts";
import { procPath } from "./descriptor.ts";
import { mayTakeXattr, readXattrs, writeXattrs } from "./inspect.ts";
import { Marks } from "./marks.ts";
import { Batch } from "./resync/batch.ts";
import type { Channel } from "./resync/channel.ts";
import { sendAttributes } from "./resync/source_attributes.ts";
import { ROOT, Volume } from "./volume.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const SIZE = 60_000;
const memory = new Memory(128 * 1024);

Deno.test({
  name:
    "mayTakeXattr() leaves an inode no more attributes than a resync can tell; one that has more all the same is named",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 9);
    const found = { volume, id: ROOT, path: new Uint8Array(0) };
    let sent = 0;
    const channel = {
      send: () => (sent++, []),
    } as unknown as Channel;
    const batch = new Batch();
    batch.touch(found);
    const level = () => [...sendAttributes(channel, batch, new Marks())];
    const set = (i: number) => {
      const path = procPath(volume.backing);
      const name = memory.string(`trusted.test${i}`);
      const failed = libc.setxattr(path, name, memory.address + 4096, SIZE, 0);
      strictEqual(failed, 0, errnoName(errno()));
    };
    const takes = (i: number, size = SIZE) =>
      mayTakeXattr(volume.backing, { name: bytes(`trusted.test${i}`), size });
    try {
      let i = 0;
      for (; takes(i); i++) set(i);
      // 1 MiB by 60,000.
      strictEqual(i, 17);
      strictEqual(takes(0), true, "in the place of one that is there");
      strictEqual(takes(i, 1000), true);
      level();
      strictEqual(sent, 1);
      // Beneath the mount.
      for (; i < 20; i++) set(i);
      throws(
        level,
        /extended attributes take 12\d{5} bytes together, of at most 1 MiB/,
      );
      strictEqual(sent, 1);
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "writeXattrs() makes the attributes of an inode those given, thousands of them, and leaves alone what is the same",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const fd = openBacking(folder);
    const some = (from: number, to: number, value: string) =>
      Array.from({ length: to - from }, (_, i) => ({
        name: bytes(`trusted.x${from + i}`),
        value: bytes(value),
      }));
    const calls = libc as { setxattr: typeof libc.setxattr };
    const { setxattr } = calls;
    let set = 0;
    calls.setxattr = (...all: Parameters<typeof setxattr>) => {
      set++;
      return setxattr(...all);
    };
    const become = (wanted: ReturnType<typeof some>) => {
      set = 0;
      strictEqual(writeXattrs(fd, wanted), 0);
      const sorted = (
        all: readonly { name: Uint8Array; value: Uint8Array }[],
      ) => all.map(({ name, value }) => `${name} ${value}`).sort();
      const has = readXattrs(fd);
      if (typeof has === "number") throw new Error(errnoName(has));
      deepStrictEqual(sorted(has), sorted(wanted));
      return set;
    };
    try {
      strictEqual(become(some(0, 3000, "one")), 3000);
      // Some go, some come, some get another value.
      const next = [...some(500, 2000, "one"), ...some(2000, 3500, "two")];
      strictEqual(become(next), 1500);
      strictEqual(become([]), 0);
    } finally {
      calls.setxattr = setxattr;
      libc.close(fd);
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
