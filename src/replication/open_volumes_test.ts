import { strictEqual, throws } from "node:assert/strict";
import type { Aide } from "./aide.ts";
import type { ReplicatorConfig } from "./control.ts";
import { openVolumes } from "./open_volumes.ts";

const ignore = Deno.uid() !== 0;

Deno.test({
  name:
    "openVolumes() leaves nothing open where one directory cannot be mirrored" +
    (ignore ? " (left out: not root)" : ""),
  ignore,
  fn() {
    const good = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const attempt = (other: string) => {
      const directories = [{ path: good }, { path: other }];
      const config = { directories } as unknown as ReplicatorConfig;
      const aide = {} as Aide;
      return openVolumes({ config, log: () => {}, aide }, () => 7);
    };
    try {
      const before = open();
      throws(() => attempt(`${good}/none`), /Cannot open directory/);
      // Takes no trusted attributes.
      throws(() => attempt("/proc/self/task"), /Cannot mirror/);
      strictEqual(open(), before);
    } finally {
      Deno.removeSync(good, { recursive: true });
    }
  },
});
