import { strictEqual } from "node:assert/strict";
import { libc, Memory } from "../system/libc.ts";
import { Device, ourMounts } from "./device.ts";
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
