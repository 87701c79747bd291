import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { LoopDisk, NO_LOOP_DISK } from "../../tests/loop_disk.ts";
import { openBacking } from "../fuse/device.ts";
import { E, errno, libc, O } from "../system/libc.ts";
import { AIDE, Aide } from "./aide.ts";
import { procPath, stat, statFd } from "./descriptor.ts";
import { Disk } from "./disk.ts";
import { readId, writeId } from "./id_xattr.ts";
import { STATX } from "../fuse/abi.ts";

const LEFT_OUT = NO_LOOP_DISK ? ` (left out: ${NO_LOOP_DISK})` : "";
const onLoop = {
  ignore: NO_LOOP_DISK !== null,
  // The thread ends when it has been told to, and nobody waits for that.
  sanitizeOps: false,
  sanitizeResources: false,
};

/** What so many syncs of the disk below a directory say, through a thread as a role has one. */
async function syncs(backing: number, times: number): Promise<number[]> {
  const aide = await Aide.start();
  const disk = new Disk(backing);
  const said: number[] = [];
  try {
    for (let i = 0; i < times; i++) {
      disk.sync(aide, (error) => said.push(error));
      aide.collect();
    }
    return said;
  } finally {
    disk.close();
    aide.run(AIDE.EXIT, -1, null, () => {});
  }
}

Deno.test({
  name:
    `Disk.sync() of a file system that takes no changes is EROFS, though syncfs says that all is well${LEFT_OUT}`,
  ...onLoop,
  async fn() {
    using loop = new LoopDisk({ options: "ro" });
    const backing = openBacking(loop.path);
    try {
      const own = libc.open(procPath(backing), O.RDONLY | O.CLOEXEC, 0);
      strictEqual(libc.syncfs(own) === 0 ? 0 : errno(), 0);
      libc.close(own);
      deepStrictEqual(await syncs(backing, 2), [E.ROFS, E.ROFS]);
    } finally {
      libc.close(backing);
    }
  },
});

Deno.test({
  name:
    `Disk.sync() of a disk that is well is 0, and changes nothing of the directory${LEFT_OUT}`,
  ...onLoop,
  async fn() {
    using loop = new LoopDisk();
    const backing = openBacking(loop.path);
    const changedAt = () => {
      strictEqual(statFd(backing), 0);
      const at = stat.at + STATX.ctime;
      return [
        stat.view.getBigUint64(at, true),
        stat.view.getUint32(at + 8, true),
      ];
    };
    try {
      strictEqual(writeId(backing, 1), 0);
      const before = changedAt();
      await new Promise((done) => setTimeout(done, 20));
      deepStrictEqual(await syncs(backing, 2), [0, 0]);
      deepStrictEqual([readId(backing), ...changedAt()], [1, ...before]);
    } finally {
      libc.close(backing);
    }
  },
});
