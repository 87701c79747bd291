import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { errno, libc } from "../system/libc.ts";
import type { Aide } from "./aide.ts";
import { type Context, syncAll } from "./context.ts";
import { Volume } from "./volume.ts";

Deno.test({
  name:
    "syncAll() syncs the disk it was asked to, also when the session's descriptors are closed before the second thread comes to it",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    let id = 5 * 2 ** 32;
    const volume = new Volume(0, folder, openBacking(folder), () => ++id);
    try {
      const waiting: { fd: number; done: (error: number) => void }[] = [];
      const aide: Pick<Aide, "run"> = {
        run: (_what, fd, _path, done) => void waiting.push({ fd, done }),
      };
      const errors: number[] = [];
      syncAll(
        { aide } as unknown as Context,
        [volume],
        (error) => errors.push(error),
      );
      // The peer closed the connection: everything of its session goes.
      volume.dropAll();
      for (const { fd, done } of waiting) {
        done(libc.syncfs(fd) === 0 ? 0 : errno());
      }
      deepStrictEqual(errors, [0]);
      strictEqual(libc.syncfs(waiting[0]!.fd), -1, "it stays open");
    } finally {
      volume.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
