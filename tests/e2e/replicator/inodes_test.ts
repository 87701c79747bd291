/**
 * Many inodes: those that are put away and taken back under way, and what millions that the kernel remembers cost. HAKIT_KNOWN sets
 * how many a lonely primary has to know (5000000 needs 14 GB of RAM, nearly all of it the kernel's).
 */
import { ok, strictEqual } from "node:assert/strict";
import { equalCopies, exercisePair, onPair, tell } from "./on_pair.ts";
import type { Node } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { run } from "./shell.ts";

const KNOWN = Number(Deno.env.get("HAKIT_KNOWN") ?? 30_000);
const MIRRORED = Number(Deno.env.get("HAKIT_MIRRORED") ?? 10_000);
const FOLDER = 1000;
/** 8,192 inodes, 2,048 files, and what a process has open anyway. */
const MAX_DESCRIPTORS = 11_000;
/** A table entry has 50; the rest is what the collector has not looked at yet. */
const MAX_BYTES = 150;
const SLACK = 40 << 20;

const few = { inodesInUse: 3 };

onPair({
  name: "a pair keeps both copies equal while all inodes are put away at once",
  config: [few, few],
  async run(pair) {
    const done = await exercisePair(pair, {
      operations: Number(Deno.env.get("HAKIT_OPERATIONS") ?? 4000),
    });
    tell(`${done.operations} operations, seed ${done.seed}`);
    await equalCopies(pair);
    await pair.swap();
    await exercisePair(pair, { operations: 1000, seed: done.seed + 10 });
    await equalCopies(pair);
  },
});

/** Runs a shell script for each folder ($1) of a directory ($0), several at a time: each alone would mostly wait. */
function inFolders(directory: string, count: number, script: string) {
  const each = `xargs -P 16 -n 1 sh -c '${script}' "$0"`;
  return run("sh", [
    ...["-c", `seq 0 ${Math.ceil(count / FOLDER) - 1} | ${each}`, directory],
  ], { timeoutMs: 3_000_000 });
}

function makeFiles(below: string, count: number) {
  for (let i = 0; i < count; i++) {
    const folder = `${below}/${Math.floor(i / FOLDER)}`;
    if (i % FOLDER === 0) Deno.mkdirSync(folder, { recursive: true });
    Deno.openSync(`${folder}/${i}`, { createNew: true, write: true }).close();
  }
}

function cost({ replicator: { pid } }: Node) {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const rss = Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)![1]) * 1024;
  const descriptors = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  return { rss, descriptors };
}

/** Every name is looked up and every inode asked for its attributes. */
async function lookAtAll(node: Node, count: number) {
  const { stdout } = await inFolders(
    node.data,
    count,
    `find "$0/$1" -type f -size -1000 -printf x`,
  );
  strictEqual(stdout.length, count);
}

/** The same, until it knows all of them at once: a machine that is short of memory forgets some meanwhile. */
async function knowAll(node: Node, count: number) {
  for (let attempt = 1;; attempt++) {
    await lookAtAll(node, count);
    const known = await node.replicator.until(
      ({ inodes }) => inodes! >= count,
      "all inodes to be known",
      5000,
    ).then(() => true, (error) => {
      if (attempt === 5) throw error;
      return false;
    });
    if (known) return;
  }
}

/** The kernel forgets every inode that nobody uses, and says so. */
async function forgetAll(node: Node) {
  await run("sync", []);
  await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
  const few = (inodes = 0) => inodes < 2000;
  await node.replicator.until(
    (report) => few(report.inodes),
    "the inodes to be forgotten",
    600_000,
  );
}

onPair({
  name:
    `${KNOWN} files that the kernel remembers cost a bounded number of descriptors and few bytes each`,
  idle: true,
  fill: (node, index) => {
    if (index === 0) makeFiles(node.data, KNOWN);
  },
  async run(pair) {
    const { primary } = pair;
    await primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    // A process that has just begun takes tens of MiB for its first work, whatever that is.
    const half = Math.ceil(KNOWN / FOLDER / 2) * FOLDER;
    await lookAtAll(primary, half);
    const before = cost(primary);
    await knowAll(primary, KNOWN);
    const known = cost(primary);
    ok(known.descriptors < MAX_DESCRIPTORS, `${known.descriptors} descriptors`);
    const each = (known.rss - before.rss) / (KNOWN - half);
    tell(
      `${KNOWN} inodes: ${known.descriptors} descriptors, ${
        known.rss >> 20
      } MiB resident, ${each.toFixed(0)} bytes more for each`,
    );
    ok(known.rss - before.rss < SLACK + KNOWN * MAX_BYTES, `${each} bytes`);
    ok(known.rss < 600e6, `${known.rss} bytes resident`);

    await forgetAll(primary);
    const forgotten = cost(primary);
    ok(forgotten.descriptors < 2000, `${forgotten.descriptors} descriptors`);
    await lookAtAll(primary, KNOWN);
    const again = cost(primary);
    tell(
      `forgotten and looked up again: ${again.rss >> 20} MiB resident, ` +
        `${again.descriptors} descriptors`,
    );
    ok(again.rss < known.rss + SLACK, "memory of what was forgotten is reused");
  },
});

onPair({
  name:
    `${MIRRORED} new files cost the secondary no more, and it forgets what the primary forgets`,
  async run(pair) {
    const { primary, secondary } = pair;
    const before = cost(secondary);
    await inFolders(
      primary.data,
      MIRRORED,
      `mkdir "$0/$1"; for i in $(seq ${FOLDER}); do : >"$0/$1/$i"; done`,
    );
    // As many as the primary's kernel still remembers, which it may be short of memory for.
    await secondary.replicator.until(
      ({ inodes }) =>
        inodes! >= Math.min(MIRRORED, primary.replicator.report.inodes!),
      "the names of all new files",
    );
    const known = cost(secondary);
    ok(known.descriptors < MAX_DESCRIPTORS, `${known.descriptors} descriptors`);
    ok(
      known.rss - before.rss < SLACK + MIRRORED * MAX_BYTES,
      `${(known.rss - before.rss) / MIRRORED} bytes for each`,
    );
    await forgetAll(primary);
    await secondary.replicator.until(
      ({ inodes }) => inodes! < 2000,
      "the primary's goodbyes",
    );
    // And everything that was forgotten is found again.
    await exercisePair(pair, { operations: 500 });
    Deno.writeTextFileSync(`${primary.data}/0/7`, "found again");
    // The times follow within a second; to compare so many files takes longer than equalCopies() asks again.
    await sleep(3000);
    await equalCopies(pair);
  },
});
