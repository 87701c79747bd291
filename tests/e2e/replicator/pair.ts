/**
 * Two replicators on this machine, each in a network namespace of its own, with
 * a cable between them that can be cut; the test is their agents. The backings
 * are seen beneath the mounts through bind mounts that were made before.
 */
import { join } from "node:path";
import type { ReplicatorConfig } from "../../../src/replication/control.ts";
import { type CompareOptions, compareTrees } from "../fs/compare_trees.ts";
import { ReplicatorProcess, sleep } from "./replicator_process.ts";
import { run } from "./shell.ts";

export interface DiskFormat {
  /** Program and arguments; the image is the last one. */
  readonly make: readonly string[];
  readonly mount: string;
}

export interface PairOptions {
  /** Folder below which everything is put: /dev/shm (default) or a disk. */
  readonly base?: string;
  /** Size of a file system for one node's copy, as of a small disk ("64m"); default: the base's own. */
  readonly sizes?: readonly [string | null, string | null];
  /** Size of a file system of its own for one node's state ("256k"). */
  readonly stateSizes?: readonly [string | null, string | null];
  /** Size of a disk for each node ("512m"), with its copy and its state on it, whose power can be cut: ext4 on a loop device. */
  readonly disks?: string;
  /** Makes the file system of such a disk; default: ext4 that becomes read-only at an error. */
  readonly format?: DiskFormat;
  /** Such disks stand on a file system of their own: when that is frozen, nothing that is written gets there. */
  readonly below?: boolean;
  readonly resyncLimit?: number;
  /** The cable is marked trusted: nothing is encrypted. */
  readonly trusted?: boolean;
  /** OpenSSL cannot be loaded on this node, as where it is not installed. */
  readonly withoutOpenSsl?: readonly [boolean, boolean];
  /** More about the mirrored directory, for both. */
  readonly directory?: Partial<ReplicatorConfig["directories"][number]>;
  /** More configuration for one node, for tests of wrong ones. */
  readonly config?: readonly [
    Partial<ReplicatorConfig>,
    Partial<ReplicatorConfig>,
  ];
}

export interface Node {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  /** The mirrored directory as applications see it. */
  readonly data: string;
  /** The same directory beneath the mount: this node's copy. */
  readonly backing: string;
  readonly salvage: string;
  readonly replicator: ReplicatorProcess;
}

const PORT = 5600;
/** So long agents wait for it, as a disk that hangs does not record it. */
const OUTDATE_MS = 4000;
const EXT4: DiskFormat = {
  make: ["mkfs.ext4", "-q", "-F"],
  mount: "errors=remount-ro",
};

export class Pair {
  readonly root: string;
  readonly nodes: readonly [Node, Node];
  readonly key: string;
  readonly cluster: string;
  /** Which node is (or was last) the primary. */
  primaryIndex: 0 | 1 = 0;
  #keeper: Promise<void> | null = null;
  #keeping = false;
  readonly #mounts: string[] = [];
  /** May be frozen. */
  readonly #frozen = new Set<string>();
  #format: DiskFormat = EXT4;

  private constructor(root: string, tag: string, options: PairOptions) {
    this.root = root;
    this.key = crypto.getRandomValues(new Uint8Array(32)).toHex();
    this.cluster = `pair-${tag}`;
    const node = (index: 0 | 1): Node => {
      const name = index === 0 ? "a" : "b";
      const own = join(root, `${name}-own`);
      const address = `10.177.0.${index + 1}`;
      const salvage = join(own, "salvage");
      const data = join(root, name, "data");
      const config: ReplicatorConfig = {
        module: "pair",
        cluster: this.cluster,
        node: name,
        peer: index === 0 ? "b" : "a",
        nodeIndex: index,
        key: this.key,
        socket: join(own, "control.sock"),
        stateDir: options.disks
          ? join(root, name, "state")
          : join(own, "state"),
        salvageDir: salvage,
        port: PORT,
        listen: [address],
        dial: [`10.177.0.${2 - index}`],
        trusted: [options.trusted ?? false],
        directories: [{ path: data, ...options.directory }],
        resyncLimit: options.resyncLimit ?? 0,
        ...options.config?.[index],
      };
      const namespace = `hakit-${tag}-${name}`;
      return {
        name,
        namespace,
        address,
        data,
        backing: join(root, `${name}-raw`, "data"),
        salvage,
        replicator: new ReplicatorProcess({
          config,
          configFile: join(own, "replicator.json"),
          logFile: join(root, `${name}.log`),
          namespace,
          env: {
            // Both mirror the same directory of a machine of its own.
            HAKIT_HOME: join(root, name),
            ...options.withoutOpenSsl?.[index] &&
              { LD_LIBRARY_PATH: join(root, "broken-libraries") },
          },
        }),
      };
    };
    this.nodes = [node(0), node(1)];
  }

  /** Directories and network; `fill` may put files into a directory before any replicator runs. */
  static async create(
    options: PairOptions = {},
    fill: (node: Node, index: number) => void | Promise<void> = () => {},
  ): Promise<Pair> {
    const base = options.base ?? "/dev/shm";
    const root = await Deno.makeTempDir({ dir: base, prefix: "hakit-pair-" });
    // Users of the tests must be able to reach the directory.
    await Deno.chmod(root, 0o755);
    // Every test file counts anew in one process: a number would meet what a failed test of another file left behind.
    const tag = crypto.getRandomValues(new Uint8Array(5)).toHex();
    const pair = new Pair(root, tag, options);
    try {
      if (options.withoutOpenSsl) await breakOpenSsl(root);
      for (const [index, node] of pair.nodes.entries()) {
        const store = join(root, node.name);
        await Deno.mkdir(store);
        const size = options.sizes?.[index];
        if (size) {
          await pair.#mount(store, ["-t", "tmpfs", "-o", `size=${size}`, "x"]);
        }
        if (options.disks) await pair.#disk(node, options.disks, options);
        await Deno.mkdir(node.data);
        await Deno.mkdir(join(root, `${node.name}-raw`));
        await pair.#bind(node);
        const own = join(root, `${node.name}-own`);
        await Deno.mkdir(join(own, "state"), { recursive: true });
        const stateSize = options.stateSizes?.[index];
        if (stateSize) {
          const how = ["-t", "tmpfs", "-o", `size=${stateSize}`, "x"];
          await pair.#mount(join(own, "state"), how);
        }
        await Deno.mkdir(join(own, "salvage"));
        await fill(node, index);
      }
      await pair.#network();
      for (const node of pair.nodes) await node.replicator.start();
      return pair;
    } catch (error) {
      await pair[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The copy as it is beneath the mount over it. */
  async #bind(node: Node) {
    const raw = join(this.root, `${node.name}-raw`);
    await this.#mount(raw, ["--bind", join(this.root, node.name)]);
    // Else the mount over the data would show in here too.
    await run("mount", ["--make-private", raw]);
  }

  async #disk(node: Node, size: string, options: PairOptions) {
    const image = join(this.root, `${node.name}.img`);
    const { format = EXT4, below } = options;
    await run("truncate", ["-s", size, image]);
    this.#format = format;
    if (!below) {
      await makeOn(image, format);
      return this.#mount(join(this.root, node.name), [
        "-o",
        `loop,${format.mount}`,
        image,
      ]);
    }
    // Room for all of it and for what ext4 needs itself.
    await run("truncate", ["-s", "+256M", image]);
    await makeOn(image, EXT4);
    const folder = join(this.root, `${node.name}-below`);
    await Deno.mkdir(folder);
    await this.#mount(folder, ["-o", "loop", image]);
    this.#frozen.add(folder);
    const inner = join(folder, "disk.img");
    await run("truncate", ["-s", size, inner]);
    await makeOn(inner, format);
    await this.#mount(join(this.root, node.name), [
      "-o",
      `loop,${format.mount}`,
      inner,
    ]);
  }

  /** From now on nothing gets to the node's disk (`below`): what is written stays in memory, an fsync does not return. */
  async freezeBelow(node: Node) {
    await run("fsfreeze", ["-f", join(this.root, `${node.name}-below`)]);
  }
  /** The disk (`below`) has no room behind it any more: what was never written on it is refused when it is synced, as by a dying disk. */
  async fillBelow(node: Node) {
    const filler = join(this.root, `${node.name}-below`, "filler");
    await run("dd", ["if=/dev/zero", `of=${filler}`, "bs=1M"], {
      allowFailure: true,
    });
    await run("sync", ["-f", filler]);
  }
  async thawBelow(node: Node) {
    await run("fsfreeze", ["-u", join(this.root, `${node.name}-below`)]);
  }

  /** The kernel finds an error in the file system of the node's disk, and makes it read-only. */
  async spoilDisk(node: Node) {
    const at = ["-no", "SOURCE", join(this.root, node.name)];
    const { stdout } = await run("findmnt", at);
    const device = stdout.trim().split("/").at(-1)!;
    await Deno.writeTextFile(
      `/sys/fs/ext4/${device}/trigger_fs_error`,
      "spoilt",
    );
  }

  /**
   * The disk does not give back the last 400 KiB of the file that stands last on it (no journal behind it); what is written there anew
   * can be read again.
   */
  async spoilSectors(node: Node, path: string) {
    const file = join(node.backing, path);
    await run("sync", ["-f", file]);
    const { stdout } = await run("filefrag", ["-e", "-b4096", file]);
    const ends = stdout.matchAll(/^ *\d+: +\d+\.\. *\d+: +\d+\.\. *(\d+):/gm);
    const end = Math.max(...[...ends].map(([, end]) => Number(end) + 1));
    const image = join(this.root, `${node.name}.img`);
    await run("truncate", ["-s", `${(end - 100) * 4096}`, image]);
    await this.dropCached(node, path);
  }
  /** What is read next of the file comes from the disk. */
  async dropCached(node: Node, path: string) {
    const how = ["oflag=nocache", "conv=notrunc,fdatasync", "count=0"];
    await run("dd", [`of=${join(node.backing, path)}`, ...how]);
  }

  /** The machine begins again with its disk looked over; its replicator runs afterwards. */
  async mendDisk(node: Node) {
    await node.replicator.kill();
    await this.#mountAgain(node, async (image) => {
      const { code } = await run("e2fsck", ["-fy", image], {
        allowFailure: true,
      });
      if (code > 1) throw new Error(`e2fsck: exit code ${code}`);
    });
    await node.replicator.start();
  }

  /** Nothing can be read of a file's inode any more; `path` below the mirrored directory. The machine begins again. */
  async spoilInode(node: Node, path: string) {
    await node.replicator.kill();
    await this.#mountAgain(node, async (image) => {
      await run("debugfs", ["-w", "-R", `clri /data/${path}`, image]);
    });
    await node.replicator.start();
  }

  /**
   * Both nodes lose their power at once: the replicators die, and what their
   * disks were not told to keep is gone. Afterwards the disks are mounted again.
   */
  async cutPower() {
    const dead = this.nodes.map(({ replicator }) => replicator.kill());
    for (const { name } of this.nodes) dropUnwritten(join(this.root, name));
    await Promise.all(dead);
    for (const node of this.nodes) await this.#mountAgain(node);
  }

  async #mountAgain(
    node: Node,
    between: (image: string) => Promise<void> = () => Promise.resolve(),
  ) {
    const store = join(this.root, node.name), image = `${store}.img`;
    await run("umount", ["-l", node.data], { allowFailure: true });
    await run("umount", [join(this.root, `${node.name}-raw`)]);
    await run("umount", [store]);
    // Another namespace of this machine may still hold the old mount, which stays dead: a copy of its disk is a new one.
    await run("cp", ["--sparse=always", image, `${image}.new`]);
    await Deno.rename(`${image}.new`, image);
    await between(image);
    await run("mount", ["-o", `loop,${this.#format.mount}`, image, store]);
    await this.#bind(node);
  }

  async #mount(at: string, args: readonly string[]) {
    await run("mount", [...args, at]);
    this.#mounts.unshift(at);
  }

  async #network() {
    const [a, b] = this.nodes;
    for (const { namespace } of this.nodes) {
      await run("ip", ["netns", "add", namespace]);
      await run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    }
    await run("ip", [
      ...["-n", a.namespace, "link", "add", "cable", "type", "veth"],
      ...["peer", "name", "cable", "netns", b.namespace],
    ]);
    for (const { namespace, address } of this.nodes) {
      const ip = ["-n", namespace];
      await run("ip", [
        ...ip,
        "addr",
        "add",
        `${address}/24`,
        "dev",
        "cable",
        "nodad",
      ]);
      await run("ip", [...ip, "link", "set", "cable", "up"]);
    }
  }

  get primary(): Node {
    return this.nodes[this.primaryIndex];
  }
  get secondary(): Node {
    return this.nodes[1 - this.primaryIndex]!;
  }

  /** First start: this node's data is the good one. Ends when both copies are equal and mirrored. */
  async begin(index: 0 | 1 = 0) {
    this.primaryIndex = index;
    await this.primary.replicator.command({ command: "force", full: true });
    await this.alone();
    await this.join();
  }

  async alone() {
    await this.primary.replicator.command({ command: "primary", alone: true });
  }

  /** The other node becomes secondary and is made level. */
  async join(
    options: { readonly yield?: boolean; readonly full?: boolean } = {},
    timeoutMs = 40_000,
  ) {
    await this.secondary.replicator.command({
      command: "secondary",
      ...options,
    });
    await this.primary.replicator.command({ command: "connect" });
    await this.mirrored(timeoutMs);
  }

  async mirrored(timeoutMs = 40_000) {
    try {
      for (const { replicator } of [this.primary, this.secondary]) {
        await replicator.until(
          (report) => report.session === "mirrored",
          "mirrored",
          timeoutMs,
        );
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new Error(`${error.message}\n${await this.said()}`);
    }
  }

  /** An orderly change of places, as `hakit swap` does it. */
  async swap() {
    await this.primary.replicator.command({ command: "idle" });
    this.primaryIndex = this.primaryIndex === 0 ? 1 : 0;
    await this.primary.replicator.command({ command: "primary", alone: false });
    await this.join();
  }

  /** The cable swallows everything, both ways; connections are not told. */
  async cut() {
    const rules = "table inet cut { " +
      "chain in { type filter hook input priority 0; iif cable drop; }; " +
      "chain out { type filter hook output priority 0; oif cable drop; }; }";
    await run("nsenter", [
      ...[`--net=/run/netns/${this.nodes[0].namespace}`, "nft", rules],
    ]);
  }
  async heal() {
    await run("nsenter", [
      `--net=/run/netns/${this.nodes[0].namespace}`,
      ...["nft", "delete table inet cut"],
    ]);
  }

  /**
   * Does what the agents do when a peer is lost, until release(): after
   * `detectionMs` the peer is told that it is outdated, if it lives, and the
   * primary goes on alone; a peer that is there again is taken back.
   */
  keep(detectionMs = 500) {
    this.#keeping = true;
    this.#keeper = this.#keep(detectionMs);
    // Told by release(), as a failure of the test that asked for it.
    this.#keeper.catch(() => {});
  }
  async release() {
    this.#keeping = false;
    await this.#keeper;
    this.#keeper = null;
  }
  async #keep(detectionMs: number) {
    while (this.#keeping) {
      await sleep(50);
      const { primary, secondary } = this;
      if (!primary.replicator.ready) continue;
      const { session, phase } = primary.replicator.report;
      if (phase !== "primary") continue;
      if (session === "lost") {
        await sleep(detectionMs);
        if (!primary.replicator.ready) continue;
        if (primary.replicator.report.session !== "lost") continue;
        if (secondary.replicator.ready) {
          await secondary.replicator.command({ command: "outdate" }, OUTDATE_MS)
            .catch(() => {});
        }
        await this.#tell(primary, "alone");
      } else if (
        secondary.replicator.ready &&
        (session === "none" ||
          session === "connecting" &&
            secondary.replicator.report.phase === "idle")
      ) {
        await secondary.replicator.command({ command: "secondary" })
          .catch(() => {});
        await this.#tell(primary, "connect");
      }
    }
  }

  /** A primary that the test has killed meanwhile is told nothing. */
  async #tell(primary: Node, command: "alone" | "connect") {
    try {
      await primary.replicator.command({ command });
    } catch (error) {
      if (primary.replicator.ready) throw error;
    }
  }

  /** What the two copies differ in, once nothing is on its way any more: an empty list. */
  async differences(options: CompareOptions = {}): Promise<string[]> {
    const [a, b] = this.nodes;
    const deadline = Date.now() + 5000;
    // Times are told within a second. One look at many files may take longer than that, and be over after the deadline.
    for (let looks = 1;; looks++) {
      const found = compareTrees(a.backing, b.backing, options);
      if (found.length === 0) return found;
      if (looks > 5 && Date.now() > deadline) return found;
      await sleep(looks > 5 ? 200 : 400);
    }
  }

  /** What both replicators reported and logged last. */
  async said(): Promise<string> {
    const parts = this.nodes.map(async ({ name, replicator }) =>
      `${name}: ${replicator.said.join("; ")}\n${await replicator.tail()}`
    );
    return (await Promise.all(parts)).join("\n");
  }

  /** Both idle: unmounted, synced. */
  async idle() {
    for (const { replicator } of [this.primary, this.secondary]) {
      await replicator.command({ command: "idle" });
    }
  }

  /** Everything is taken away, whatever of it fails: what is left would be in the way of other tests. */
  async [Symbol.asyncDispose]() {
    const failures: unknown[] = [];
    const attempt = async (step: () => Promise<unknown>) => {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    };
    // Whatever waits for a frozen disk would be waited for.
    for (const folder of this.#frozen) {
      await attempt(() =>
        run("fsfreeze", ["-u", folder], { allowFailure: true })
      );
    }
    this.#keeping = false;
    await this.#keeper?.catch(() => {});
    for (const { replicator, data } of this.nodes) {
      await attempt(() => replicator.kill());
      await attempt(() => run("umount", ["-l", data], { allowFailure: true }));
    }
    for (const mount of this.#mounts) {
      await attempt(() => run("umount", ["-l", mount], { allowFailure: true }));
    }
    for (const { namespace } of this.nodes) {
      await attempt(() =>
        run("ip", ["netns", "del", namespace], { allowFailure: true })
      );
    }
    if (!Deno.env.get("HAKIT_KEEP")) {
      await attempt(() => Deno.remove(this.root, { recursive: true }));
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `Cannot take away "${this.root}"`);
    }
  }
}

async function makeOn(image: string, { make }: DiskFormat) {
  const [program, ...args] = make;
  await run(program!, [...args, image]);
}

/** Files that the loader finds first and cannot use. */
async function breakOpenSsl(root: string) {
  const folder = join(root, "broken-libraries");
  await Deno.mkdir(folder);
  for (const name of ["libssl.so.3", "libssl.so.1.1"]) {
    await Deno.writeTextFile(join(folder, name), "not a library");
  }
}

/** Lets an ext4 forget what is not on its disk, and write no more (EXT4_IOC_SHUTDOWN, without flushing its log). */
function dropUnwritten(path: string) {
  const library = Deno.dlopen("libc.so.6", {
    ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const EXT4_IOC_SHUTDOWN = 0x8004587dn, NOLOGFLUSH = 2;
  const name = new TextEncoder().encode(`${path}\0`);
  const fd = library.symbols.open(name, 0);
  const flags = new Uint32Array([NOLOGFLUSH]);
  const result = library.symbols.ioctl(fd, EXT4_IOC_SHUTDOWN, flags);
  library.symbols.close(fd);
  library.close();
  if (result !== 0) throw new Error(`Cannot cut the power of "${path}"`);
}

/** Why these tests cannot run here; null when they can. */
export function cannotPair(): string | null {
  if (Deno.uid() !== 0) return "not root";
  try {
    Deno.statSync("/dev/fuse");
  } catch {
    return "no /dev/fuse";
  }
  return null;
}
