import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { command } from "./command.ts";
import {
  cgroupRoot,
  dropGroup,
  freeze,
  isFrozen,
  killAll,
  mountOf,
  ownGroup,
  thaw,
  unitGroups,
} from "./cgroup.ts";

Deno.test("mountOf() finds version 2 alone, and beside version 1", () => {
  strictEqual(
    mountOf("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"),
    "/sys/fs/cgroup",
  );
  strictEqual(
    mountOf(
      "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n",
    ),
    "/sys/fs/cgroup/unified",
  );
  strictEqual(mountOf("proc /proc proc rw 0 0\n"), null);
});

Deno.test("ownGroup() is the line of version 2", () => {
  strictEqual(
    ownGroup("1:name=systemd:/a\n0::/system.slice/hakit.service\n"),
    "/system.slice/hakit.service",
  );
  strictEqual(ownGroup("0::/../other\n"), "/");
  strictEqual(ownGroup(""), "/");
});

Deno.test("unitGroups() finds units in slices, and nothing of theirs below", async () => {
  const root = await Deno.makeTempDir();
  try {
    for (
      const path of [
        "system.slice/mariadb.service",
        "system.slice/system-x.slice/x@1.service",
        "system.slice/other.service/mariadb.service",
      ]
    ) await Deno.mkdir(join(root, path), { recursive: true });
    deepStrictEqual(
      unitGroups(root, ["mariadb.service", "x@1.service", "gone.service"])
        .toSorted(),
      [
        join(root, "system.slice/mariadb.service"),
        join(root, "system.slice/system-x.slice/x@1.service"),
      ],
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test({
  name:
    "freeze() stops what runs in a group, thaw() lets it go on, and one that is frozen can be killed",
  ignore: Deno.uid() !== 0,
  async fn() {
    const folder = await Deno.makeTempDir();
    const root = await cgroupRoot(folder);
    const group = join(root, `hakit-test-${Deno.pid}`);
    await Deno.mkdir(group);
    const counter = join(folder, "counter");
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'echo $$ >"$0/cgroup.procs"; while :; do echo >>"$1"; sleep 0.02; done',
        group,
        counter,
      ],
    }).spawn();
    const size = async () =>
      (await Deno.stat(counter).catch(() => null))?.size ?? 0;
    const grows = async () => {
      const before = await size();
      await new Promise((done) => setTimeout(done, 300));
      return await size() > before;
    };
    try {
      ok(await grows());
      ok(freeze(group));
      await new Promise((done) => setTimeout(done, 100));
      strictEqual(await grows(), false);
      ok(thaw(group));
      ok(await grows());
      strictEqual(isFrozen(group), false);
      ok(freeze(group));
      strictEqual(isFrozen(group), true);
      killAll(group);
      strictEqual((await child.status).signal, "SIGKILL");
    } finally {
      thaw(group);
      for (let tries = 0; tries < 50; tries++) {
        dropGroup(group);
        await new Promise((done) => setTimeout(done, 20));
      }
      strictEqual(await Deno.stat(group).catch(() => null), null);
      ok(freeze(group), "a group that is gone has nobody to freeze");
      if (root.startsWith(folder)) await command(["umount", root]);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
