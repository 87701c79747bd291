import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { AgentApi } from "../cli/agent_api.ts";
import type { Kept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { K3S } from "./files.ts";
import { removeEmpty } from "./removal.ts";
import { k3sStep, removeStep, uninstallSteps } from "./uninstall.ts";
import {
  dataOf,
  dataStep,
  mountedOn,
  type Own,
  ownOn,
} from "./uninstall_data.ts";

async function inFolder(
  test: (
    world: ReturnType<typeof worldIn>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(worldIn(folder), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function worldIn(folder: string) {
  const at = (name: string) => join(folder, name);
  const paths = {
    ...{ etc: at("etc"), state: at("state"), run: at("run"), log: at("log") },
  };
  return { paths, at: places(paths) };
}

const KEPT = { storage: "/srv/storage" } as Kept;
const OTHERS: Own = {
  ...{ k3s: false, data: false, storage: null, witness: false },
};

Deno.test("ownOn() takes K3s for hakit's by its list of files or its unit, and nobody else's", async () => {
  await inFolder(async ({ at }, folder) => {
    const unit = join(folder, "k3s.service");
    assert.deepEqual(await ownOn(at, null, { unit }), OTHERS);
    await Deno.writeTextFile(
      unit,
      "[Unit]\nDescription=Lightweight Kubernetes\n",
    );
    assert.deepEqual(await ownOn(at, null, { unit }), OTHERS);
    await Deno.writeTextFile(
      unit,
      "[Unit]\nDescription=K3s, started and stopped by hakit's module k3s\n",
    );
    assert.deepEqual(await ownOn(at, null, { unit }), { ...OTHERS, k3s: true });
    await Deno.remove(unit);
    assert.deepEqual(await ownOn(at, KEPT, { unit }), {
      ...OTHERS,
      data: true,
      storage: "/srv/storage",
    });
    await Deno.mkdir(join(folder, "etc"));
    await Deno.writeTextFile(at.k3sFiles, "[]");
    assert.equal((await ownOn(at, null, { unit })).k3s, true);
    // Of an uninstall that left the data.
    await Deno.writeTextFile(at.k3sToken, "secret");
    assert.equal((await ownOn(at, null, { unit })).data, true);
  });
});

Deno.test("dataOf() leaves the data of a MariaDB and a K3s that are not hakit's", async () => {
  await inFolder(({ paths, at }) => {
    const others = dataOf({ paths, at, own: OTHERS });
    assert.deepEqual(others.folders, []);
    assert(
      others.others.every((path) =>
        path.startsWith(paths.etc) || path === paths.state
      ),
    );
    const own = dataOf({
      paths,
      at,
      own: { ...OTHERS, k3s: true, data: true, storage: "/srv/storage" },
    });
    assert.deepEqual(own.folders, ["/var/lib/mysql", "/srv/storage"]);
    for (
      const path of [K3S.data, K3S.config, "/var/lib/kubelet", "/var/log/pods"]
    ) {
      assert(own.others.includes(path));
    }
    return Promise.resolve();
  });
});

Deno.test("uninstallSteps() leaves somebody else's K3s and a person's modules", async () => {
  await inFolder(async ({ paths, at }) => {
    const own = join(paths.etc, "modules", "own", "bin", "start_prim");
    for (const file of [own, join(at.module, "module.yaml")]) {
      await Deno.mkdir(join(file, ".."), { recursive: true });
      await Deno.writeTextFile(file, "#!/bin/bash");
    }
    const steps = uninstallSteps({
      ...{ paths, at, kept: null, own: OTHERS, data: false },
      api: {} as AgentApi,
      firewall: {
        hasRules: () => Promise.resolve(false),
        close: () => Promise.resolve(),
      },
    });
    const step = (name: string) => steps.find((each) => each.name === name)!;
    assert.equal(await step("K3s removed").done(), "not installed by hakit");
    await step("Cluster files").do(() => {});
    assert.equal(await Deno.readTextFile(own), "#!/bin/bash");
    await assert.rejects(Deno.stat(at.module), Deno.errors.NotFound);
    await Deno.remove(join(paths.etc, "modules", "own"), { recursive: true });
    await step("Cluster files").do(() => {});
    await assert.rejects(Deno.stat(join(paths.etc, "modules")));
  });
});

/** Steps without --data over a server on which nothing of hakit's runs. */
function stepsIn(
  { paths, at }: ReturnType<typeof worldIn>,
  more: {
    readonly kept?: Kept;
    readonly own?: Own;
    readonly data?: boolean;
    readonly endMs?: number;
  } = {},
) {
  const steps = uninstallSteps({
    ...{ paths, at, kept: null, own: OTHERS, data: false, ...more },
    api: {} as AgentApi,
    firewall: {
      hasRules: () => Promise.resolve(false),
      close: () => Promise.resolve(),
    },
  });
  return (name: string) => steps.find((each) => each.name === name)!;
}

Deno.test("an uninstall without --data remembers where the volume lies, so that one with --data removes it", async () => {
  await inFolder(async (world) => {
    const { paths, at } = world;
    const storage = join(paths.state, "..", "storage");
    for (const folder of [paths.etc, storage]) await Deno.mkdir(folder);
    await Deno.writeTextFile(at.settings, "kept");
    await Deno.writeTextFile(join(storage, "replicatedVolume"), "data");
    const step = stepsIn(world, { kept: { storage } as Kept })("Cluster files");
    await step.do(() => {});
    await assert.rejects(Deno.stat(at.settings), Deno.errors.NotFound);
    assert.equal(await step.done(), "none here");
    const own = await ownOn(at, null, { unit: "/none" });
    assert.deepEqual(own, { ...OTHERS, data: true, storage });
    assert(dataOf({ paths, at, own }).folders.includes(storage));
    // A file that a person has spoiled names nothing to be removed.
    for (const text of ["/", "", "storage", "/srv/../etc"]) {
      await Deno.writeTextFile(at.leftStorage, text);
      assert.equal(
        (await ownOn(at, null, { unit: "/none" })).storage,
        null,
        text,
      );
    }
  });
});

Deno.test("an uninstall takes the agent's own files away, secrets of the console among them, and leaves those of the data", async () => {
  await inFolder(async (world) => {
    const { paths, at } = world;
    const gone = [
      ...["oidc.json", "own.key", "own.pem", "bundle-key"]
        .map((name) => join(paths.etc, name)),
      ...["_cluster/1", "ended-sessions.json", "k3s-staged/k3s"]
        .map((name) => join(paths.state, name)),
      ...["hakit-given-0a/program"].map((name) => join(paths.state, name)),
    ];
    const left = [at.k3sToken, join(paths.state, "salvage/k3s/file")];
    for (const file of [...gone, ...left]) {
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, "text");
    }
    const step = stepsIn(world, {})("Cluster files");
    assert.equal(await step.done(), null);
    await step.do(() => {});
    for (const file of gone) await assert.rejects(Deno.stat(file), file);
    for (const file of left) assert((await Deno.stat(file)).isFile);
    assert.equal(await step.done(), "none here");
  });
});

Deno.test("removeStep() is not done before what follows its files is: a run that was cut off there is mended by the next one", async () => {
  await inFolder(async (_, folder) => {
    const files = ["unit", "drop-in", "last"].map((name) => join(folder, name));
    for (const file of files) await Deno.writeTextFile(file, "text");
    let cut = true;
    let unmasked = 0;
    const step = removeStep("Units", files, () => {
      if (cut) return Promise.reject(new Error("no power"));
      unmasked++;
      return Promise.resolve();
    });
    await assert.rejects(step.do(() => {}), /no power/);
    assert.equal(await step.done(), null);
    cut = false;
    await step.do(() => {});
    assert.equal(unmasked, 1);
    assert.equal(await step.done(), "none here");
  });
});

Deno.test("mountedOn() refuses mirrors and what lies below, and takes a disk of its own", () => {
  const wanted = {
    folders: ["/var/lib/mysql", "/srv/storage"],
    others: ["/var/lib/kubelet", "/etc/hakit"],
  };
  const busy = (...lines: readonly string[]) =>
    mountedOn(lines.map((line) => `${line} rw 0 0`).join("\n") + "\n", wanted);
  assert.equal(busy("/dev/sda1 / ext4", "/dev/sdb1 /srv ext4"), null);
  assert.equal(busy("/dev/sdb1 /srv/storage xfs"), null);
  assert.equal(
    busy("/dev/sdb1 /var/lib/mysql ext4", "hakit /var/lib/mysql fuse.hakit"),
    "/var/lib/mysql",
  );
  for (const shared of ["nfs4", "cifs", "ceph", "fuse.glusterfs", "gfs2"]) {
    assert.equal(busy(`10.0.0.9:/x /srv/storage ${shared}`), "/srv/storage");
  }
  assert.equal(
    busy("tmpfs /var/lib/kubelet/pods/a tmpfs"),
    "/var/lib/kubelet/pods/a",
  );
  assert.equal(busy("tmpfs /srv/storage2 tmpfs"), null);
});

Deno.test({
  name: "dataStep() empties a folder that is a disk of its own",
  ignore: Deno.uid() !== 0,
  async fn() {
    const folder = await Deno.makeTempDir();
    const mount = (...args: readonly string[]) =>
      new Deno.Command(args[0]!, { args: args.slice(1) }).output();
    const [disk, other, plain] = ["disk", "other", "plain"].map((name) =>
      join(folder, name)
    ) as [string, string, string];
    for (const each of [disk, other, plain]) await Deno.mkdir(each);
    try {
      for (const each of [disk, other]) {
        assert((await mount("mount", "-t", "tmpfs", "tmpfs", each)).success);
      }
      for (const each of [disk, other, plain]) {
        await Deno.writeTextFile(join(each, "file"), "x");
      }
      const step = dataStep({
        ...{ folders: [disk], others: [other, plain], spared: [] },
      });
      assert.equal(await step.done(), null);
      await step.do(() => {});
      for (const each of [disk, other]) {
        assert.deepEqual(await Array.fromAsync(Deno.readDir(each)), []);
      }
      await assert.rejects(Deno.stat(plain), Deno.errors.NotFound);
      assert.equal(await step.done(), "none here");
    } finally {
      for (const each of [disk, other]) await mount("umount", each);
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("uninstall ends replicators of this node, and fails while one does not end", async () => {
  await inFolder(async (world) => {
    const { paths } = world;
    const replicator = (trap: string) =>
      new Deno.Command("bash", {
        args: [
          ...["-c", `${trap}; echo; while :; do sleep 0.05; done`],
          ...["hakit", "replicator", join(paths.run, "shop.json")],
        ],
        stdout: "piped",
      }).spawn();
    const step = stepsIn(world, { endMs: 300 })("Nothing left running");
    for (const trap of ["trap 'exit 0' TERM", "trap '' TERM"]) {
      const child = replicator(trap);
      try {
        const reader = child.stdout.getReader();
        await reader.read();
        reader.releaseLock();
        assert.equal(await step.done(), null);
        if (trap.includes("exit")) await step.do(() => {});
        else {
          await assert.rejects(
            step.do(() => {}),
            new RegExp(`replicator of shop .*process ${child.pid}`),
          );
        }
      } finally {
        try {
          child.kill("SIGKILL");
        } catch { /* it has ended */ }
        await child.stdout.cancel();
        await child.status;
      }
      assert.notEqual(await step.done(), null);
    }
  });
});

Deno.test("uninstall puts services back into boot, with --data all but the database that is empty then", async () => {
  await inFolder(async (world, folder) => {
    const { at, paths } = world;
    const before = Deno.env.get("PATH")!;
    const told = join(folder, "told");
    await Deno.mkdir(paths.etc);
    await Deno.writeTextFile(at.bootUnits, "mariadb\nnfs-server\n");
    const state = (unit: string, word: string) =>
      Deno.writeTextFile(join(folder, unit), word + "\n");
    for (const unit of ["mariadb", "nfs-server"]) await state(unit, "disabled");
    await Deno.writeTextFile(
      join(folder, "systemctl"),
      `#!/bin/sh
[ "$1" = is-enabled ] && cat "${folder}/$2" || echo "$*" >>${told}
`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${folder}:${before}`);
    try {
      const ours = { ...OTHERS, data: true };
      for (
        const [more, expected] of [
          [{ own: ours, data: true }, "enable nfs-server\ndisable mariadb\n"],
          [{ own: ours, data: false }, "enable mariadb nfs-server\n"],
          // Prepared only: its database is as it was.
          [{ own: OTHERS, data: true }, "enable mariadb nfs-server\n"],
        ] as const
      ) {
        await Deno.writeTextFile(told, "");
        const step = stepsIn(world, more)("Services back in boot");
        assert.equal(await step.done(), null);
        await step.do(() => {});
        assert.equal(await Deno.readTextFile(told), expected);
      }
      await Deno.writeTextFile(at.bootUnits, "mariadb\n");
      const step = stepsIn(world, { own: ours, data: true });
      assert.equal(
        await step("Services back in boot").done(),
        "none was taken out",
      );
      // An uninstall without --data came before.
      await Deno.remove(at.bootUnits);
      await state("mariadb", "enabled");
      await Deno.writeTextFile(told, "");
      assert.equal(await step("Services back in boot").done(), null);
      await step("Services back in boot").do(() => {});
      assert.equal(await Deno.readTextFile(told), "disable mariadb\n");
    } finally {
      Deno.env.set("PATH", before);
    }
  });
});

Deno.test("uninstall --data leaves what a witness on this server remembers for other clusters", async () => {
  await inFolder(async (world) => {
    const { paths, at } = world;
    const memory = join(paths.state, "witness", "0".repeat(32) + ".json");
    const log = join(paths.log, "witness.log");
    const others = [join(paths.state, "k3s", "identity.json"), at.settings];
    for (const file of [memory, log, ...others]) {
      await Deno.mkdir(join(file, ".."), { recursive: true });
      await Deno.writeTextFile(file, "x");
    }
    const own = { ...OTHERS, witness: true };
    const files = stepsIn(world, { own })("Cluster files");
    const data = dataStep(dataOf({ paths, at, own }));
    for (const step of [files, data]) {
      assert.equal(await step.done(), null);
      await step.do(() => {});
      assert.equal(await step.done(), "none here");
    }
    for (const file of [memory, log]) {
      assert.equal(await Deno.readTextFile(file), "x");
    }
    for (const file of others) {
      await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
    }
    // Its unit is gone: what it remembered goes, too.
    await dataStep(dataOf({ paths, at, own: OTHERS })).do(() => {});
    await assert.rejects(Deno.stat(paths.state), Deno.errors.NotFound);
  });
});

Deno.test("K3s' executable is removed last: a run that is cut off before is not taken for done", async () => {
  await inFolder(async (_world, folder) => {
    const executable = join(folder, "bin", "k3s");
    await Deno.mkdir(join(folder, "bin"));
    await Deno.writeTextFile(executable, "");
    await Deno.writeTextFile(join(folder, "stuck"), "");
    const step = (images: string) =>
      k3sStep({ k3s: true }, {
        ...{ executable, images },
        ...{ manifests: folder, kubelet: join(folder, "kubelet") },
      });
    // Below a file there is nothing that could be removed.
    await assert.rejects(
      step(join(folder, "stuck", "images")).do(() => {}),
    );
    const again = step(join(folder, "images"));
    assert.equal(await again.done(), null);
    await again.do(() => {});
    assert.equal(await again.done(), "not here");
  });
});

Deno.test("removeEmpty() takes folders that nothing is in, and no others", async () => {
  await inFolder(async (_world, folder) => {
    const [own, shared] = [join(folder, "a/b"), join(folder, "c/d")];
    for (const path of [own, shared]) {
      await Deno.mkdir(path, { recursive: true });
    }
    await Deno.writeTextFile(join(folder, "c", "somebody's"), "");
    const above = [own, shared].map((path) => dirname(path));
    await removeEmpty([own, shared, ...above, join(folder, "absent")]);
    const left = await Array.fromAsync(Deno.readDir(folder));
    assert.deepEqual(left.map(({ name }) => name), ["c"]);
  });
});
