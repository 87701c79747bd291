import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { openBacking } from "../fuse/device.ts";
import { errno, libc } from "../system/libc.ts";
import type { Aide } from "./aide.ts";
import { type Context, patiently, syncAll } from "./context.ts";
import { Volume } from "./volume.ts";

Deno.test({
  name:
    "syncAll() syncs the disk it was asked to, also when the role ends before the second thread comes to it",
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
      // The peer closed the connection, and this node takes over: everything of its role goes.
      volume.close();
      for (const { fd, done } of waiting) {
        done(libc.syncfs(fd) === 0 ? 0 : errno());
      }
      deepStrictEqual(errors, [0]);
      strictEqual(libc.syncfs(waiting[0]!.fd), -1, "it stays open");
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "syncAll() asks the same descriptor as long as there is the role: a new one hears nothing of a failure that was told before",
  ignore: Deno.uid() !== 0,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const volume = new Volume(0, folder, openBacking(folder), () => 1);
    const asked: number[] = [];
    const aide: Pick<Aide, "run"> = {
      run: (_what, fd, _path, done) => {
        asked.push(fd);
        done(0);
        strictEqual(libc.syncfs(fd), 0, "it is closed between two syncs");
      },
    };
    const others: Deno.FsFile[] = [];
    for (let i = 0; i < 3; i++) {
      syncAll({ aide } as unknown as Context, [volume], () => {});
      // Would have the number of one that was closed.
      others.push(Deno.openSync("/dev/null"));
    }
    for (const each of others) each.close();
    volume.close();
    Deno.removeSync(folder, { recursive: true });
    deepStrictEqual(asked, [asked[0], asked[0], asked[0]]);
  },
});

Deno.test("patiently() tells what takes long for as long as it takes, and ends at its limit", () => {
  const said: string[] = [];
  let at = 0, done = false;
  const context = {
    now: () => at,
    log: (text: string) => void said.push(text),
    notice: "of before" as string | null,
  };
  const begin = (limitMs: number) =>
    patiently(context, { done: () => done, limitMs, why: "waits" });
  const always = begin(Infinity);
  for (
    const [ms, notice] of [
      [0, "of before"],
      [5_000, "of before"],
      [5_001, "waits"],
      [3_600_000, "waits"],
    ] as const
  ) {
    at = ms;
    strictEqual(always.next().done, false);
    strictEqual(context.notice, notice);
  }
  done = true;
  deepStrictEqual(always.next(), { done: true, value: true });
  deepStrictEqual(said, ["waits"]);
  strictEqual(context.notice, "of before");

  done = false;
  const limited = begin(4_000);
  strictEqual(limited.next().done, false);
  at += 4_000;
  deepStrictEqual(limited.next(), { done: true, value: false });
  strictEqual(said.length, 1);
});
