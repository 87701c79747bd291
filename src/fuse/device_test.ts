import { match, strictEqual, throws } from "node:assert/strict";
import { libc, Memory } from "../system/libc.ts";
import { abortMounts, clearStaleMounts, Device, ourMounts } from "./device.ts";
import { mounts } from "./mounts.ts";
import { send } from "./request.ts";

const ignore = Deno.uid() !== 0;

Deno.test({
  name:
    "Device: an answer after its end goes nowhere, not to the file that has its number now",
  ignore,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const device = new Device(folder);
    const { fd } = device;
    device[Symbol.dispose]();
    strictEqual(ourMounts(folder), 0);
    const path = `${folder}/other`;
    Deno.writeTextFileSync(path, "");
    const file = libc.open(new Memory(4096).string(path), 1, 0);
    // The lowest number that is free.
    strictEqual(file, fd);
    send(device.fd, { low: 2, high: 0 }, 0, 8);
    libc.close(file);
    strictEqual(Deno.statSync(path).size, 0);
    device[Symbol.dispose]();
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name:
    "clearStaleMounts() finds a dead mount behind a symlink, of which nothing can be asked",
  ignore,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const data = `${folder}/disk/data`, link = `${folder}/mysql`;
    Deno.mkdirSync(data, { recursive: true });
    Deno.writeTextFileSync(`${data}/file`, "data");
    Deno.symlinkSync("disk/data", link);
    const device = new Device(link);
    strictEqual(device.path, data);
    // As of a replicator that was killed.
    libc.close(device.fd);
    throws(() => Deno.statSync(data), /os error 107/);
    strictEqual(ourMounts(link), 1);
    strictEqual(ourMounts(data), 1);
    strictEqual(clearStaleMounts(link), 1);
    strictEqual(ourMounts(link), 0);
    strictEqual(Deno.readTextFileSync(`${link}/file`), "data");
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name:
    "abortMounts() gives an error to who waits in a mount that nobody serves, and hides the directory below all the same",
  ignore,
  async fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    Deno.writeTextFileSync(`${folder}/below`, "data");
    using device = new Device(folder);
    const waits = new Deno.Command("cat", {
      args: [`${folder}/below`],
      stdin: "null",
    }).output();
    await new Promise((resolve) => setTimeout(resolve, 200));
    abortMounts(folder);
    const { code, stderr } = await waits;
    strictEqual(code, 1);
    match(new TextDecoder().decode(stderr), /below/);
    strictEqual(ourMounts(folder), 1);
    throws(() => Deno.readTextFileSync(`${folder}/below`), /os error 107/);
    device[Symbol.dispose]();
    strictEqual(Deno.readTextFileSync(`${folder}/below`), "data");
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name:
    "Device: its end takes away nothing that is mounted beneath it, where the kernel has taken the mount out already",
  ignore,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const memory = new Memory(8192);
    const path = memory.string(folder), type = memory.string("tmpfs", 4096);
    strictEqual(libc.mount(type, path, type, 0, 0), 0);
    const here = () => mounts().filter(({ point }) => point === folder).length;
    try {
      const device = new Device(folder);
      strictEqual(here(), 2);
      // As an unmount that still writes back, or whose answer has not been read.
      strictEqual(libc.umount2(path, 0), 0);
      device[Symbol.dispose]();
      strictEqual(here(), 1);
    } finally {
      while (here() > 0) libc.umount2(path, 2);
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "Device.readAhead() is of its own mount",
  ignore,
  fn() {
    const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const device = new Device(folder);
    const { device: number } = mounts().find(({ point }) => point === folder)!;
    const of = `/sys/class/bdi/${number}/read_ahead_kb`;
    device.readAhead(640);
    strictEqual(Deno.readTextFileSync(of).trim(), "640");
    device[Symbol.dispose]();
    Deno.removeSync(folder, { recursive: true });
  },
});
