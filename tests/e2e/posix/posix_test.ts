/**
 * What POSIX and Linux say about each call, as tables: on plain directories as
 * the control that shows the cases right, on mirrored ones, and on those whose
 * other copy is away and gets everything later.
 */
import { ok, strictEqual } from "node:assert/strict";
import * as c from "../fs/libc.ts";
import { equalCopies, onPair, tell } from "../replicator/on_pair.ts";
import { cannotPair, type Pair } from "../replicator/pair.ts";
import { run } from "../replicator/shell.ts";
import { BEFORE_6_1, LONG } from "./place.ts";

const RUNNER = new URL("./run_cases.ts", import.meta.url).pathname;

/** All tables below `dir`, which is made; what failed, as words. */
async function cases(dir: string, ...more: string[]): Promise<void> {
  await Deno.mkdir(dir);
  // Other users' cases begin here too.
  await Deno.chmod(dir, 0o755);
  const { code, stdout, stderr } = await run(
    Deno.execPath(),
    ["run", "-A", "--quiet", RUNNER, "--dir", dir, ...more],
    { allowFailure: true, timeoutMs: 600_000 },
  );
  tell(stdout.trim().split("\n").at(-1)!);
  strictEqual(code, 0, stdout + stderr);
}

for (const base of ["/dev/shm", "/var/tmp"]) {
  const reason = cannotPair();
  Deno.test({
    name: `control: every case on a plain directory below ${base}` +
      (reason ? ` (left out: ${reason})` : ""),
    ignore: reason !== null,
    async fn() {
      const root = await Deno.makeTempDir({
        dir: base,
        prefix: "hakit-posix-",
      });
      await Deno.chmod(root, 0o755);
      try {
        await cases(`${root}/cases`);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

async function away(pair: Pair) {
  await pair.secondary.replicator.kill();
  await pair.primary.replicator.until((r) => r.session === "lost", "lost");
  await pair.alone();
}
async function back(pair: Pair) {
  await pair.secondary.replicator.start();
  await pair.join();
}

onPair({
  name:
    "every case on a mirrored directory; then while the other copy is away; then after a swap",
  async run(pair) {
    await cases(`${pair.primary.data}/mirrored`, "--mirrored");
    strictEqual(pair.primary.replicator.report.session, "mirrored");
    await equalCopies(pair);
    await away(pair);
    await cases(`${pair.primary.data}/alone`, "--mirrored");
    await back(pair);
    await equalCopies(pair);
    await pair.swap();
    await cases(`${pair.primary.data}/swapped`, "--mirrored");
    await equalCopies(pair);
  },
});

onPair({
  name:
    "every case on a mirrored directory on a disk, then compared as a whole",
  base: "/var/tmp",
  async run(pair) {
    await cases(`${pair.primary.data}/mirrored`, "--mirrored");
    await equalCopies(pair);
    await pair.secondary.replicator.kill();
    await pair.primary.replicator.until((r) => r.session === "lost", "lost");
    await pair.alone();
    await cases(`${pair.primary.data}/alone`, "--mirrored");
    await pair.secondary.replicator.start();
    await pair.join({ full: true });
    await equalCopies(pair);
  },
});

onPair({
  name: "a file without a name that gets one after the other copy was away",
  async run(pair) {
    if (BEFORE_6_1) return tell("left out: this kernel is older than 6.1");
    const root = c.open(c.AT_FDCWD, c.native(pair.primary.data), c.O_RDONLY);
    const fd = c.open(root, ".", c.O_TMPFILE | c.O_RDWR, 0o600);
    ok(fd > 0, `open answers ${fd}`);
    try {
      strictEqual(c.pwrite(fd, new Uint8Array(100_000).fill(7), 0), 100_000);
      await away(pair);
      strictEqual(c.pwrite(fd, new Uint8Array(10).fill(8), 50_000), 10);
      await back(pair);
      strictEqual(c.pwrite(fd, new Uint8Array(10).fill(9), 60_000), 10);
      // The peer does not have it: levelled before the answer, by what the test's agent then does.
      pair.keep();
      const linked = new Deno.Command("ln", {
        args: [
          "-L",
          `/proc/${Deno.pid}/fd/${fd}`,
          `${pair.primary.data}/named`,
        ],
      }).output();
      ok(
        (await linked).success,
        new TextDecoder().decode((await linked).stderr),
      );
      await pair.mirrored();
      await pair.release();
      strictEqual(
        (await Deno.stat(`${pair.secondary.backing}/named`)).size,
        100_000,
      );
      strictEqual(c.pwrite(fd, new Uint8Array(10).fill(10), 70_000), 10);
    } finally {
      c.close(fd);
      c.close(root);
    }
    await equalCopies(pair);
  },
});

onPair({
  name: "files deeper than PATH_MAX are changed after the other copy was away",
  async run(pair) {
    const root = c.open(c.AT_FDCWD, c.native(pair.primary.data), c.O_RDONLY);
    let at = root;
    for (let depth = 0; depth < 18; depth++) {
      strictEqual(c.mkdir(at, LONG, 0o755), 0);
      const next = c.open(at, LONG, c.O_RDONLY | c.O_DIRECTORY);
      if (at !== root) c.close(at);
      at = next;
    }
    const file = c.open(at, "file", c.O_CREAT | c.O_RDWR, 0o644);
    try {
      strictEqual(c.pwrite(file, new Uint8Array([1]), 0), 1);
      await away(pair);
      strictEqual(c.pwrite(file, new Uint8Array([2]), 1), 1);
      await back(pair);
      strictEqual(c.pwrite(file, new Uint8Array([3]), 2), 1);
      strictEqual(c.mkdir(at, "sub", 0o755), 0);
      strictEqual(c.rename(at, "file", "sub/file"), 0);
      strictEqual(c.fsync(file), 0);
      strictEqual(pair.primary.replicator.report.session, "mirrored");
    } finally {
      for (const fd of [file, at, root]) c.close(fd);
    }
    await equalCopies(pair);
  },
});

onPair({
  name: "a directory ten times as large costs no more for each of its names",
  async run(pair) {
    const sizes = [1_000, 10_000];
    const costs: number[][] = [];
    for (const count of sizes) {
      const { stdout } = await run(Deno.execPath(), [
        ...["run", "-A", "--quiet", LARGE, `${pair.primary.data}/of-${count}`],
        String(count),
      ]);
      const microseconds = JSON.parse(stdout) as Record<string, number>;
      tell(`${count} names, microseconds each: ${stdout.trim()}`);
      costs.push(Object.values(microseconds));
    }
    costs[1]!.forEach((cost, i) => {
      // Twice: other work on the machine. A cost that grows with the directory would be tenfold.
      ok(cost < costs[0]![i]! * 3 + 20, `${costs[0]![i]} becomes ${cost}`);
    });
    await equalCopies(pair);
  },
});

const LARGE = new URL("./large_directory.ts", import.meta.url).pathname;
