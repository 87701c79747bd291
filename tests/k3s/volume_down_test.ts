/** The volume of module k3s leaves a server where somebody has a copy of its mount: a real loop device, mount namespace and control group. */
import assert from "node:assert/strict";
import { join } from "node:path";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");
const decoder = new TextDecoder();

function run(...argv: readonly string[]): string {
  const { success, stdout, stderr } = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
  }).outputSync();
  assert(success, `${argv.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}

/** A control group named as Kubernetes names its own, of either version; null: none can be made here. */
function podGroup(): string | null {
  for (const root of ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]) {
    // Of version 1 the second one is a folder of folders.
    if (!exists(`${root}/cgroup.procs`)) continue;
    try {
      const group = `${root}/kubepods-hakit-test-${Deno.pid}`;
      Deno.mkdirSync(group);
      return group;
    } catch {
      return null;
    }
  }
  return null;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function obstacle(): string | null {
  if (Deno.uid() !== 0) return "needs root";
  if (!/\txfs$/m.test(Deno.readTextFileSync("/proc/filesystems"))) {
    return "this kernel has no XFS";
  }
  const { success } = new Deno.Command("losetup", { args: ["--find"] })
    .outputSync();
  if (!success) return "no loop devices here";
  const group = podGroup();
  if (group === null) return "no control groups can be made here";
  Deno.removeSync(group);
  return null;
}

const OBSTACLE = obstacle();

/** A mounted volume, and a process that has begun with a copy of all mounts; what volume_down then says, and whether that one lives. */
async function leave({ pod }: { readonly pod: boolean }) {
  const home = await Deno.makeTempDir({ dir: "/var/tmp" });
  const [file, mount] = [join(home, "replicatedVolume"), join(home, "mount")];
  await Deno.mkdir(mount);
  await Deno.writeFile(file, new Uint8Array());
  await Deno.truncate(file, 320 * 2 ** 20);
  run("mkfs.xfs", "-q", file);
  run("mount", run("losetup", "--find", "--show", file), mount);
  const group = pod ? podGroup() : null;
  const holder = new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sleep", "60"],
  }).spawn();
  try {
    if (group) {
      await Deno.writeTextFile(`${group}/cgroup.procs`, `${holder.pid}`);
    }
    while (await Deno.readTextFile(`/proc/${holder.pid}/comm`) !== "sleep\n") {
      await new Promise((done) => setTimeout(done, 20));
    }
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: [
        "-c",
        'for name in common volume; do . "$HAKIT_MODULE_DIR/lib/$name.sh"; done; volume_down',
        "script",
      ],
      env: { HAKIT_MODULE_DIR: K3S, STORAGE: home, EXPORT: mount },
      stdin: "null",
    }).output();
    const status = run("sh", "-c", `cat /proc/${holder.pid}/stat || echo gone`);
    return {
      code,
      said: (decoder.decode(stdout) + decoder.decode(stderr))
        .replaceAll(String(holder.pid), "PID").replaceAll(home, "HOME").trim(),
      lives: /\) [SR] /.test(status),
      loops: run("losetup", "-j", file),
    };
  } finally {
    try {
      holder.kill("SIGKILL");
    } catch {
      // It is dead, as it should be.
    }
    await holder.status;
    if (group) await Deno.remove(group);
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test({
  name: `volume_down kills pods that have a mount of the volume of their own${
    OBSTACLE ? ` (left out: ${OBSTACLE})` : ""
  }`,
  ignore: OBSTACLE !== null,
  async fn() {
    assert.deepEqual(await leave({ pod: true }), {
      code: 0,
      said:
        "Pods kept a mount of the volume of their own: processes PID are killed",
      lives: false,
      loops: "",
    });
  },
});

Deno.test({
  name: `volume_down leaves a process that is in no pod alone, and names it${
    OBSTACLE ? ` (left out: ${OBSTACLE})` : ""
  }`,
  ignore: OBSTACLE !== null,
  async fn() {
    const { code, said, lives, loops } = await leave({ pod: false });
    assert.equal(code, 1);
    assert.equal(
      said,
      "Cannot free the loop device of HOME/replicatedVolume: mounted for processes PID",
    );
    assert(lives);
    assert.notEqual(loops, "");
  },
});
