/** Directories to measure on: a bare one, hakit's mirror, and others' file systems; each takes itself down again. */
import { join } from "node:path";
import { Pair } from "../e2e/replicator/pair.ts";
import { sleep } from "../e2e/replicator/replicator_process.ts";
import { run, shell } from "../e2e/replicator/shell.ts";

export interface Place extends AsyncDisposable {
  readonly directory: string;
  /** hakit's own, for what is done to a node. */
  readonly pair?: Pair;
  /** Of the processes that serve it, for their processor time and memory. */
  pids(): readonly number[];
}

export async function bare(base: string): Promise<Place> {
  const directory = await Deno.makeTempDir({ dir: base, prefix: "bare-" });
  await Deno.chmod(directory, 0o755);
  return {
    directory,
    pids: () => [],
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** Both nodes on this machine; alone: the second one is off; trusted: their link is not encrypted. */
export async function hakit(
  base: string,
  { alone = false, trusted = false } = {},
): Promise<Place> {
  const pair = await Pair.create({ base, trusted });
  if (alone) {
    await pair.primary.replicator.command({ command: "force", full: true });
    await pair.alone();
  } else await pair.begin();
  return {
    pair,
    directory: pair.primary.data,
    pids: () =>
      pair.nodes.filter(({ replicator }) => replicator.running)
        .map(({ replicator }) => replicator.pid),
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

/** On the loopback interface of its namespace: GlusterFS 10 refuses 127.0.0.1. */
const ADDRESS = "10.178.0.1";

/** A GlusterFS volume of two copies, its daemons in a network namespace of their own. */
export async function gluster(base: string): Promise<Place> {
  const root = await Deno.makeTempDir({ dir: base, prefix: "gluster-" });
  await Deno.chmod(root, 0o755);
  const namespace = `hakit-bench-${Deno.pid.toString(36)}`;
  const inside = ["--net=/run/netns/" + namespace];
  const volfile = join(root, "glusterd.vol");
  const mount = join(root, "mount");
  for (const name of ["one", "two", "work", "run", "mount"]) {
    await Deno.mkdir(join(root, name));
  }
  await Deno.writeTextFile(
    volfile,
    `volume management
  type mgmt/glusterd
  option working-directory ${root}/work
  option run-directory ${root}/run
  option transport-type socket
  option transport.address-family inet
  option transport.socket.bind-address ${ADDRESS}
end-volume
`,
  );
  const own = async () => {
    const { stdout } = await run("pgrep", ["-f", root], { allowFailure: true });
    return stdout.split("\n").filter(Boolean).map(Number);
  };
  let pids: readonly number[] = [];
  const dispose = async () => {
    await run("umount", ["-l", mount], { allowFailure: true });
    for (const pid of await own()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch { /* it has ended by itself */ }
    }
    await run("ip", ["netns", "del", namespace], { allowFailure: true });
    await sleep(500);
    await Deno.remove(root, { recursive: true });
  };
  try {
    await run("ip", ["netns", "add", namespace]);
    await run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    await run("ip", ["-n", namespace, "addr", "add", ADDRESS, "dev", "lo"]);
    const enter = (words: readonly string[]) =>
      run("nsenter", [...inside, ...words], { timeoutMs: 120_000 });
    await enter([
      ...[
        "glusterd",
        `--volfile=${volfile}`,
        `--pid-file=${root}/glusterd.pid`,
      ],
      ...[`--log-file=${root}/glusterd.log`],
    ]);
    const ask = (words: string) =>
      enter(["gluster", "--mode=script", ...words.split(" ")]);
    await tried(() => ask("volume info"));
    await ask(
      `volume create bench replica 2 ${ADDRESS}:${root}/one/b ${ADDRESS}:${root}/two/b force`,
    );
    // Settings that its own guides give for databases and images: nothing here makes it slower or less safe.
    await ask("volume start bench");
    await enter([
      ...["glusterfs", `--volfile-server=${ADDRESS}`, "--volfile-id=bench"],
      ...[`--log-file=${root}/client.log`, mount],
    ]);
    // Both copies take part before anything is measured.
    await tried(async () => {
      await Deno.writeTextFile(join(mount, "probe"), "x");
      for (const copy of ["one", "two"]) {
        await Deno.stat(join(root, copy, "b", "probe"));
      }
    });
    pids = await own();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    directory: mount,
    pids: () => pids,
    [Symbol.asyncDispose]: dispose,
  };
}

export const EXAMPLE = "/usr/share/doc/libfuse3-dev/examples/passthrough_ll.c";

/** libfuse's C example: FUSE over one directory, with no second copy. */
export async function passthrough(base: string): Promise<Place> {
  const root = await Deno.makeTempDir({ dir: base, prefix: "passthrough-" });
  const [program, backing, mount] = ["program", "backing", "mount"]
    .map((name) => join(root, name)) as [string, string, string];
  await Deno.mkdir(backing);
  await Deno.mkdir(mount);
  await shell(
    `cc -O2 -o '${program}' '${EXAMPLE}' $(pkg-config fuse3 --cflags --libs)`,
  );
  const child = new Deno.Command(program, {
    args: ["-f", "-o", `source=${backing},cache=always`, mount],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await tried(async () => {
    const { stdout } = await run("findmnt", ["-n", "-o", "FSTYPE", mount]);
    if (!stdout.includes("fuse")) throw new Error("not mounted");
  });
  return {
    directory: mount,
    pids: () => [child.pid],
    async [Symbol.asyncDispose]() {
      await run("umount", ["-l", mount], { allowFailure: true });
      try {
        child.kill("SIGKILL");
      } catch { /* It has ended with its mount. */ }
      await child.status;
      await Deno.remove(root, { recursive: true });
    },
  };
}

export const cannotPassthrough = async (): Promise<string | null> =>
  await Deno.stat(EXAMPLE).then(() => null, () => "libfuse3-dev is missing");

async function tried(action: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await action();
      return;
    } catch (error) {
      if (attempt === 60) throw error;
      await sleep(500);
    }
  }
}
