import { ok, strictEqual } from "node:assert/strict";
import { hiddenMount } from "./hidden_mount.ts";

Deno.test("hiddenMount() names what would be hidden, also below a symlink to the directory", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  Deno.mkdirSync(`${folder}/disk`);
  Deno.symlinkSync("disk", `${folder}/data`);
  const mounts = [
    { id: 1, on: 1, device: "0:1", point: "/", type: "ext4" },
    { id: 2, on: 1, device: "0:1", point: `${folder}/disk/media`, type: "xfs" },
  ];
  const path = `${folder}/data`;
  const words = hiddenMount([{ path: "/srv" }, { path }], mounts);
  ok(words?.includes(`"${folder}/disk/media"`), String(words));
  ok(words?.includes(`"${path}"`), String(words));
  // An excluded one would be hidden, too.
  ok(hiddenMount([{ path, exclude: ["media"] }], mounts));
  strictEqual(hiddenMount([{ path }], mounts.slice(0, 1)), null);
  Deno.removeSync(folder, { recursive: true });
});
