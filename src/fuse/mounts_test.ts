import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  forbidden,
  mountedBelow,
  parseMounts,
  withoutLinks,
} from "./mounts.ts";

Deno.test("parseMounts() takes optional fields and names with spaces", () => {
  const text =
    `36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 shared:3 - ext3 /dev/root rw
40 36 0:52 / /srv/data rw - fuse.hakit hakit rw,user_id=0
`;
  deepStrictEqual(parseMounts(text), [
    {
      ...{ id: 36, on: 35, device: "98:0", point: "/mnt/a b", type: "ext3" },
      options: ["rw", "noatime"],
    },
    {
      ...{ id: 40, on: 36, device: "0:52", point: "/srv/data" },
      ...{ type: "fuse.hakit", options: ["rw"] },
    },
  ]);
});

Deno.test("forbidden() is what the mount below says, of several the nearest and the last", () => {
  const all = parseMounts(`1 0 0:1 / / rw,nosuid - ext4 a rw
2 1 0:2 / /srv rw - ext4 b rw
3 2 0:3 / /srv rw,nodev,noexec,nosuid - ext4 c rw
4 2 0:4 / /srv2 rw - ext4 c rw
`);
  strictEqual(forbidden(all, "/var/lib"), 2);
  strictEqual(forbidden(all, "/srv"), 14);
  strictEqual(forbidden(all, "/srv/data"), 14);
  strictEqual(forbidden(all, "/srv2/data"), 0);
});

Deno.test("withoutLinks() follows symlinks on the way and at the end, and ends where they go round", () => {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  Deno.mkdirSync(`${folder}/disk/data`, { recursive: true });
  Deno.symlinkSync("disk", `${folder}/way`);
  Deno.symlinkSync("way/data", `${folder}/link`);
  Deno.symlinkSync(`${folder}/link`, `${folder}/second`);
  Deno.symlinkSync("round", `${folder}/round`);
  const data = `${folder}/disk/data`;
  for (const name of ["disk/data", "way/data", "link", "second"]) {
    strictEqual(withoutLinks(`${folder}/${name}`), data, name);
  }
  strictEqual(withoutLinks(`${folder}/none`), `${folder}/none`);
  strictEqual(withoutLinks(`${folder}/round`), `${folder}/round`);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("mountedBelow() finds what a mount over the directory would hide, not what stands beside it or on a dead mount of ours", () => {
  const root = {
    id: 1,
    on: 1,
    device: "0:1",
    point: "/",
    type: "ext4",
    options: [],
  };
  const data = {
    id: 2,
    on: 1,
    device: "0:1",
    point: "/srv/data",
    type: "xfs",
  };
  const beside = {
    id: 3,
    on: 1,
    device: "0:1",
    point: "/srv/data2/x",
    type: "xfs",
  };
  const media = {
    id: 4,
    on: 2,
    device: "0:1",
    point: "/srv/data/a/media",
    type: "ext4",
  };
  strictEqual(mountedBelow([root, data, beside], "/srv/data"), null);
  strictEqual(
    mountedBelow([root, data, media], "/srv/data"),
    "/srv/data/a/media",
  );
  const dead = {
    id: 5,
    on: 2,
    device: "0:1",
    point: "/srv/data",
    type: "fuse.hakit",
  };
  const onDead = {
    id: 6,
    on: 5,
    device: "0:1",
    point: "/srv/data/run",
    type: "tmpfs",
  };
  strictEqual(mountedBelow([root, data, dead, onDead], "/srv/data"), null);
  const deeper = {
    id: 7,
    on: 6,
    device: "0:1",
    point: "/srv/data/run/x",
    type: "tmpfs",
  };
  strictEqual(mountedBelow([root, dead, onDead, deeper], "/srv/data"), null);
});
