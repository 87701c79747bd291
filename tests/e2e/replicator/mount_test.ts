/** What becomes of a mount, and of those who use it, when its replicator is killed; and what keeps a replicator from a deadlock. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { ourMounts } from "../../../src/fuse/device.ts";
import { mounts } from "../../../src/fuse/mounts.ts";
import { equalCopies, onPair } from "./on_pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, shell } from "./shell.ts";

/** A program that stands in the directory, has a file there open, and writes to it all the time. */
class Resident implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  constructor(directory: string, readonly log: string) {
    const script = `cd "$1" || exit 1; exec 3>>open; exec 2>/dev/null
      while sleep 0.1; do
        if echo line >&3; then echo written; else echo refused; fi
        ls >/dev/null && echo listed || echo unlisted
      done >>"$2"`;
    this.#child = new Deno.Command("/bin/bash", {
      args: ["-c", script, "resident", directory, log],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async says(word: string) {
    await Deno.writeTextFile(this.log, "");
    const deadline = Date.now() + 30_000;
    while (!(await Deno.readTextFile(this.log)).split("\n").includes(word)) {
      ok(Date.now() < deadline, `the resident never said "${word}"`);
      await sleep(50);
    }
  }

  async [Symbol.asyncDispose]() {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

function errorOf(action: () => unknown): string {
  try {
    action();
    return "none";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

onPair({
  name:
    "a primary's replicator is killed: its mount answers ENOTCONN, the peer goes on, and it comes back below those who stayed",
  async run(pair) {
    const [a] = pair.nodes;
    Deno.writeTextFileSync(`${a.data}/acknowledged`, "before");
    await using resident = new Resident(a.data, `${pair.root}/resident`);
    await resident.says("written");
    await a.replicator.kill();
    strictEqual(errorOf(() => Deno.statSync(a.data)), "ENOTCONN");
    await resident.says("refused");
    await resident.says("unlisted");

    pair.primaryIndex = 1;
    await pair.alone();
    const { data } = pair.primary;
    strictEqual(Deno.readTextFileSync(`${data}/acknowledged`), "before");
    Deno.writeTextFileSync(`${data}/meanwhile`, "alone");

    await a.replicator.start();
    await pair.join();
    strictEqual(ourMounts(a.data), 0);
    await equalCopies(pair);
    await pair.swap();
    strictEqual(ourMounts(a.data), 1);
    strictEqual(Deno.readTextFileSync(`${a.data}/meanwhile`), "alone");
    const { size } = Deno.statSync(`${a.data}/open`);
    // Whoever stayed in the dead mount is told so for ever, and reaches neither the new one nor the disk below.
    await resident.says("refused");
    await resident.says("unlisted");
    strictEqual(Deno.statSync(`${a.data}/open`).size, size);
    await equalCopies(pair);
  },
});

onPair({
  name: "a lonely primary is killed again and again: each start has one mount",
  async run(pair) {
    const { replicator, data } = pair.primary;
    await pair.secondary.replicator.command({ command: "idle" });
    await pair.alone();
    for (let round = 0; round < 3; round++) {
      await using resident = new Resident(data, `${pair.root}/resident`);
      await resident.says("written");
      Deno.writeTextFileSync(`${data}/round`, String(round));
      await replicator.kill();
      // Its attributes an older kernel still remembers.
      strictEqual(errorOf(() => [...Deno.readDirSync(data)]), "ENOTCONN");
      await replicator.start();
      await pair.alone();
      strictEqual(ourMounts(data), 1);
      strictEqual(Deno.readTextFileSync(`${data}/round`), String(round));
    }
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "idle at once takes a mount away from who uses it and from a write that nobody answers, and waits for neither",
  async run(pair) {
    const { primary: { replicator, data }, secondary } = pair;
    await using resident = new Resident(data, `${pair.root}/resident`);
    await resident.says("written");
    await secondary.replicator.kill();
    await replicator.until(
      (report) => report.session === "lost" && report.waiting > 0,
      "a write that waits for a lost session",
    );
    const began = performance.now();
    await replicator.command({ command: "idle", atOnce: true });
    const took = performance.now() - began;
    ok(took < 1_000, `it took ${took} ms`);
    await resident.says("refused");
    // Whoever still runs must not find the directory below: what it wrote there nobody would know of.
    strictEqual(ourMounts(data), 1);
    await rejects(Deno.stat(data), /os error 107/);
    await replicator.command({ command: "idle" });
    strictEqual(ourMounts(data), 0);
    // What was written last may be on this disk only: it is not forgotten.
    await secondary.replicator.start();
    await pair.alone();
    await pair.join();
    await equalCopies(pair);
  },
});

/** Bit 24 of the capabilities: CAP_SYS_RESOURCE, which containers often lack. */
function mayFlush(): boolean {
  const status = Deno.readTextFileSync("/proc/self/status");
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return (BigInt(`0x${effective}`) >> 24n & 1n) === 1n;
}

onPair({
  lacking: mayFlush() ? null : "no CAP_SYS_RESOURCE",
  name: "every thread of a replicator is one that memory is written back by",
  run(pair) {
    // include/linux/sched.h: PF_MEMALLOC_NOIO and PF_LOCAL_THROTTLE, as PR_SET_IO_FLUSHER sets them.
    const both = 0x00080000 | 0x00100000;
    for (const { replicator } of pair.nodes) {
      const tasks = [...Deno.readDirSync(`/proc/${replicator.pid}/task`)];
      ok(tasks.length > 1);
      const without = tasks.filter(({ name }) => {
        const stat = Deno.readTextFileSync(
          `/proc/${replicator.pid}/task/${name}/stat`,
        );
        const flags = Number(
          stat.slice(stat.lastIndexOf(")") + 2).split(" ")[6],
        );
        return (flags & both) !== both;
      });
      deepStrictEqual(without, []);
    }
    return Promise.resolve();
  },
});

onPair({
  name: "the kernel reads more ahead on the mount than it does by itself",
  async run({ primary }) {
    const { device } = mounts().find(({ point }) => point === primary.data)!;
    const kib = await Deno.readTextFile(
      `/sys/class/bdi/${device}/read_ahead_kb`,
    );
    strictEqual(kib.trim(), "512");
  },
});

onPair({
  name:
    "whoever reads a file through the page cache while another program writes around it (a database, asynchronously) keeps nothing old",
  lacking: lacking("fio"),
  async run({ primary }) {
    const file = `${primary.data}/table`;
    await shell(`head -c 8M /dev/zero > '${file}'`);
    await shell(`
      fio --name=w --filename='${file}' --rw=randwrite --bs=4k --size=8M --ioengine=libaio --direct=1 --iodepth=32 --numjobs=2 --refill_buffers \
        --time_based --runtime=6 --overwrite=1 --fallocate=none --output=/dev/null & writer=$!
      sleep 1
      for reader in 1 2; do
        while kill -0 $writer 2>/dev/null; do cat '${file}' > /dev/null; done &
      done
      wait`);
    // A backup that is made afterwards.
    const { stdout } = await shell(
      `cmp -l '${file}' '${primary.backing}/table' | wc -l`,
    );
    strictEqual(stdout.trim(), "0", "bytes that are old ones");
  },
});
