/** Disks that do not fail cleanly: they become read-only, take long, hang, or have a quota. No write that was answered is lost. */
import { notEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { equalCopies, later, onPair, tell } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, shell } from "./shell.ts";

const DISKS = {
  disks: "128m",
  lacking: lacking("mkfs.ext4", "losetup", "e2fsck", "findmnt"),
} as const;
const BELOW = {
  ...DISKS,
  below: true,
  lacking: DISKS.lacking ?? lacking("fsfreeze"),
} as const;

/** Writes a file and has it on both disks; how long that took. */
async function writeSynced(pair: Pair, name: string): Promise<number> {
  const began = performance.now();
  using file = await Deno.open(`${pair.primary.data}/${name}`, {
    create: true,
    write: true,
  });
  await file.write(new TextEncoder().encode(name.repeat(100)));
  await file.sync();
  return performance.now() - began;
}

async function holds({ data }: Node, name: string) {
  strictEqual(await Deno.readTextFile(`${data}/${name}`), name.repeat(100));
}

/** The first node has let go: the second one goes on with these files, and takes another one. */
async function survivorHolds(pair: Pair, names: readonly string[]) {
  pair.primaryIndex = 1;
  const { replicator } = pair.primary;
  await replicator.until((r) => r.session !== "mirrored", "a loss");
  strictEqual(replicator.report.identity.upToDate, true);
  await pair.alone();
  for (const name of names) await holds(pair.primary, name);
  await writeSynced(pair, "after");
}

function said(node: Node, what: RegExp) {
  const words = node.replicator.said.join("\n");
  ok(what.test(words), `nobody said ${what}: "${words}"`);
}

onPair({
  name:
    "the secondary's disk becomes read-only: the application does not notice, the peer leaves and comes back",
  ...DISKS,
  async run(pair) {
    const { primary, secondary } = pair;
    await writeSynced(pair, "before");
    pair.keep(200);
    await pair.spoilDisk(secondary);
    for (let i = 0; i < 20; i++) await writeSynced(pair, `during-${i}`);
    await pair.release();
    strictEqual(primary.replicator.report.fault, null);
    // What it knows of its copy cannot be recorded, on the same disk; but it says what is wrong, and takes no primary.
    strictEqual(secondary.replicator.running, true);
    notEqual(secondary.replicator.report.session, "mirrored");
    said(secondary, /EROFS|read-only/i);
    await pair.mendDisk(secondary);
    pair.keep(200);
    await pair.mirrored();
    await pair.release();
    await equalCopies(pair);
    for (let i = 0; i < 20; i++) await holds(primary, `during-${i}`);
  },
});

onPair({
  name:
    "the secondary's disk becomes read-only before it has what nobody synced: none of it counts as settled there, and all of it comes again",
  ...DISKS,
  async run(pair) {
    const { primary, secondary } = pair;
    await writeSynced(pair, "before");
    pair.keep(200);
    const path = `${primary.data}/unsynced`;
    await Deno.writeTextFile(path, "unsynced".repeat(100));
    await pair.spoilDisk(secondary);
    // Longer than from one sync of its disk to the next.
    await sleep(3000);
    {
      using file = await Deno.open(path, { write: true });
      await file.sync();
    }
    await writeSynced(pair, "after");
    await pair.release();
    strictEqual(primary.replicator.report.fault, null);
    notEqual(secondary.replicator.report.session, "mirrored");
    said(secondary, /EROFS|read-only/i);
    await pair.mendDisk(secondary);
    pair.keep(200);
    await pair.mirrored();
    await pair.release();
    for (const name of ["before", "unsynced", "after"]) {
      for (const node of pair.nodes) await pair.dropCached(node, name);
      await holds(primary, name);
    }
    await equalCopies(pair);
  },
});

onPair({
  name:
    "the primary's disk becomes read-only: what cannot be written is refused, the other node has everything",
  ...DISKS,
  async run(pair) {
    const [old, survivor] = [pair.primary, pair.secondary];
    for (let i = 0; i < 20; i++) await writeSynced(pair, `before-${i}`);
    await pair.spoilDisk(old);
    await rejects(writeSynced(pair, "refused"), /read-only|os error 30/i);
    const { fault } = await old.replicator.until(
      (report) => report.fault !== null,
      "a fault that its agent acts on",
    );
    ok(/EROFS|read-only/i.test(fault!), fault!);
    await old.replicator.kill();
    pair.primaryIndex = 1;
    await survivor.replicator.until((r) => r.session !== "mirrored", "a loss");
    strictEqual(survivor.replicator.report.identity.upToDate, true);
    await pair.alone();
    for (let i = 0; i < 20; i++) await holds(survivor, `before-${i}`);
    await writeSynced(pair, "after");
    await pair.mendDisk(old);
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "the primary's disk loses writes when they are synced: the fsync says so, and the other node takes over with everything",
  ...BELOW,
  async run(pair) {
    const [old, survivor] = [pair.primary, pair.secondary];
    await writeSynced(pair, "before");
    await pair.fillBelow(old);
    const path = `${old.data}/lost`;
    // More than the disk below has left anywhere.
    const { stdout } = await shell(
      `dd if=/dev/urandom of='${path}' bs=1M count=40 conv=fsync 2>&1 || echo failed`,
    );
    ok(/failed/.test(stdout), stdout);
    const { fault } = await old.replicator.until(
      (report) => report.fault !== null,
      "a fault that its agent acts on",
    );
    ok(/failed.*: E(IO|ROFS|NOSPC)/.test(fault!), fault!);
    // What it knows of its copy stands on the same disk, and cannot be written either.
    await old.replicator.command({ command: "idle" }, 40_000).catch(() => {});
    pair.primaryIndex = 1;
    await survivor.replicator.until((r) => r.session !== "mirrored", "a loss");
    strictEqual(survivor.replicator.report.identity.upToDate, true);
    await pair.alone();
    const taken = Number(/^(\d+)\+/m.exec(stdout.split("records in")[1]!)![1]);
    const { size } = await Deno.stat(`${survivor.data}/lost`);
    ok(taken > 0 && size >= taken << 20, `${size} bytes of ${taken} MiB`);
    await holds(survivor, "before");
    await writeSynced(pair, "after");
  },
});

onPair({
  name:
    "a bad sector of the primary's disk: the reader gets EIO, the other node takes over, and levelling writes the sector anew",
  ...DISKS,
  format: {
    make: ["mkfs.ext4", "-q", "-F", "-O", "^has_journal"],
    mount: "noatime",
  },
  lacking: DISKS.lacking ?? lacking("filefrag"),
  async run(pair) {
    const [old, survivor] = [pair.primary, pair.secondary];
    const large = `${old.data}/large`, MIB = 1 << 20;
    await shell(`
      dd if=/dev/urandom of='${large}' bs=1M count=60 conv=fsync status=none
      dd if=/dev/urandom of='${old.data}/before' bs=1M count=1 status=none`);
    await equalCopies(pair);
    await pair.spoilSectors(old, "large");
    // Not from what the kernel has kept of the mount.
    const { stdout: reading } = await shell(
      `dd if='${large}' of=/dev/null bs=1M iflag=direct 2>&1 || echo failed`,
    );
    ok(/Input\/output error[^]*failed/.test(reading), reading);
    const { fault } = await old.replicator.until(
      (report) => report.fault !== null,
      "a fault that its agent acts on",
    );
    ok(/reading below .* failed: EIO/.test(fault!), fault!);
    await old.replicator.command({ command: "idle" });
    pair.primaryIndex = 1;
    strictEqual(survivor.replicator.report.identity.upToDate, true);
    await pair.alone();
    await writeSynced(pair, "after");
    await pair.join();
    await pair.dropCached(old, "large");
    await equalCopies(pair);
    strictEqual((await Deno.readFile(`${old.backing}/large`)).length, 60 * MIB);
  },
});

onPair({
  name:
    "the peer's disk does not end an fsync: after 10 s the application goes on, what it wrote is not lost",
  ...BELOW,
  async run(pair) {
    const { primary, secondary } = pair;
    await writeSynced(pair, "before");
    pair.keep(200);
    const began = performance.now();
    await pair.freezeBelow(secondary);
    try {
      const took = await writeSynced(pair, "during");
      tell(`an fsync beside a peer whose disk stands still: ${took | 0} ms`);
      // And 4 s that agents give a replicator to record that its copy is behind, on the disk that stands still.
      ok(took > 1500 && took < 20_000, `${took} ms`);
      const next = await writeSynced(pair, "alone");
      ok(next < 5000, `${next} ms once the peer is left`);
      strictEqual(primary.replicator.report.fault, null);
      await sleep(Math.max(0, 30_000 - (performance.now() - began)));
    } finally {
      await pair.thawBelow(secondary);
    }
    await pair.mirrored();
    await pair.release();
    await equalCopies(pair);
    for (const name of ["before", "during", "alone"]) {
      await holds(primary, name);
    }
  },
});

for (const who of ["peer", "primary"] as const) {
  onPair({
    name: `an fsync that takes 4 s on the ${who}'s disk is waited for`,
    ...BELOW,
    async run(pair) {
      await writeSynced(pair, "before");
      const node = who === "peer" ? pair.secondary : pair.primary;
      let lost = false;
      const watch = pair.primary.replicator.until(
        ({ session }) => session !== "mirrored",
        "a loss",
        8000,
      ).then(() => lost = true, () => {});
      await pair.freezeBelow(node);
      let synced = false;
      const sync = later(writeSynced(pair, "slow").then(() => synced = true));
      await sleep(4000);
      strictEqual(synced, false);
      await pair.thawBelow(node);
      await sync;
      await watch;
      strictEqual(lost, false);
      await equalCopies(pair);
      await holds(pair.primary, "slow");
    },
  });
}

onPair({
  name:
    "the primary's loop stands in its own disk for 5 s: its peer is not taken for silent, and counts",
  ...DISKS,
  lacking: DISKS.lacking ?? lacking("fsfreeze"),
  async run(pair) {
    const { primary, secondary } = pair;
    await writeSynced(pair, "before");
    let lost = false;
    const watch = primary.replicator.until(
      ({ session }) => session !== "mirrored",
      "a loss",
      10_000,
    ).then(() => lost = true, () => {});
    const store = `${pair.root}/${primary.name}`;
    await shell(`fsfreeze -f '${store}'`);
    try {
      let made = false;
      const name = later(
        Deno.mkdir(`${primary.data}/made`).then(() => made = true),
      );
      await sleep(5000);
      strictEqual(made, false);
      await shell(`fsfreeze -u '${store}'`);
      await name;
    } finally {
      await shell(`fsfreeze -u '${store}' 2>/dev/null || true`);
    }
    await watch;
    strictEqual(lost, false);
    strictEqual(secondary.replicator.report.identity.upToDate, true);
    await equalCopies(pair);
  },
});

onPair({
  name:
    "the primary's disk does not end a sync: an orderly stop ends all the same, and the other node goes on with everything",
  ...BELOW,
  async run(pair) {
    const old = pair.primary;
    await writeSynced(pair, "before");
    await pair.freezeBelow(old);
    try {
      await Deno.writeTextFile(`${old.data}/unsynced`, "unsynced".repeat(100));
      const began = performance.now();
      await old.replicator.command({ command: "idle" }, 40_000);
      const took = performance.now() - began;
      tell(`an orderly stop beside a disk that stands still: ${took | 0} ms`);
      await survivorHolds(pair, ["before", "unsynced"]);
    } finally {
      await pair.thawBelow(old);
    }
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "the primary's disk hangs: it says so, lets go at once when it is told to, and the other node goes on with everything",
  ...BELOW,
  async run(pair) {
    const old = pair.primary;
    await writeSynced(pair, "before");
    await pair.freezeBelow(old);
    try {
      const waits = later(writeSynced(pair, "waits").catch(String));
      const { session } = await old.replicator.until(
        ({ stalled }) => stalled?.what === "fsync" && stalled.ms > 20_000,
        "a word of the disk",
        40_000,
      );
      strictEqual(session, "mirrored");
      const began = performance.now();
      await old.replicator.command(
        { command: "idle", atOnce: true },
        40_000,
      );
      const took = performance.now() - began;
      tell(`letting go of a disk that hangs: ${took | 0} ms`);
      ok(took < 5000, `${took} ms`);
      // The application gets an error, and no answer that was not true.
      ok(typeof await waits === "string", "it was answered");
      await survivorHolds(pair, ["before", "waits"]);
    } finally {
      await pair.thawBelow(old);
    }
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name: "the peer's disk hangs: writes wait for as long as a lost peer's would",
  ...DISKS,
  lacking: DISKS.lacking ?? lacking("fsfreeze"),
  async run(pair) {
    const { primary, secondary } = pair;
    await writeSynced(pair, "before");
    const store = `${pair.root}/${secondary.name}`;
    await shell(`fsfreeze -f '${store}'`);
    try {
      const write = later(writeSynced(pair, "during"));
      const began = performance.now();
      await primary.replicator.until((r) => r.session === "lost", "a loss");
      const took = performance.now() - began;
      ok(took < 5000, `${took} ms until the peer was taken for lost`);
      await pair.alone();
      await write;
    } finally {
      await shell(`fsfreeze -u '${store}'`);
    }
    await pair.join();
    await equalCopies(pair);
    await holds(primary, "during");
  },
});

/** Below: a quota of 24 MiB, which nobody's rights lift. */
function limited(...nodes: readonly number[]) {
  return {
    disks: "256m",
    format: { make: ["mkfs.btrfs", "-q", "-f"], mount: "noatime" },
    lacking: lacking("mkfs.btrfs", "btrfs", "losetup"),
    fill: async (node: Node, index: number) => {
      if (!nodes.includes(index)) return;
      await shell(`rmdir '${node.data}'; btrfs subvolume create '${node.data}'
        btrfs quota enable '${node.data}'; btrfs qgroup limit 24M '${node.data}'`);
    },
  };
}

/** Writes MiB by MiB until it is refused, or there are `most`. */
async function writeUntilRefused(path: string, most: number) {
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  using file = await Deno.open(path, { create: true, write: true });
  for (let i = 0; i < most * 16; i++) {
    try {
      for (let done = 0; done < block.length;) {
        done += await file.write(block.subarray(done));
      }
      if (i % 16 === 15) await file.sync();
    } catch (error) {
      return { taken: i / 16, error: (error as Error).message };
    }
  }
  return { taken: most, error: null };
}

onPair({
  name: "a quota on both disks: EDQUOT, both copies equal, and mirrored",
  ...limited(0, 1),
  async run(pair) {
    pair.keep(200);
    const path = `${pair.primary.data}/large`;
    const { taken, error } = await writeUntilRefused(path, 60);
    ok(error !== null && /quota|122/i.test(error), `after ${taken}: ${error}`);
    await pair.mirrored();
    await equalCopies(pair);
    // Btrfs refuses even to make a file smaller then.
    await Deno.remove(path);
    await pair.mirrored();
    await pair.release();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a quota on the peer's disk only: the application goes on, the peer leaves and says why",
  ...limited(1),
  async run(pair) {
    pair.keep(200);
    const path = `${pair.primary.data}/large`;
    const { error } = await writeUntilRefused(path, 60);
    strictEqual(error, null);
    await pair.release();
    strictEqual(
      (await Deno.stat(`${pair.primary.backing}/large`)).size,
      60 << 20,
    );
    strictEqual(pair.secondary.replicator.report.identity.upToDate, false);
    said(pair.secondary, /EDQUOT|quota/i);
    await Deno.remove(path);
    pair.keep(200);
    await pair.mirrored();
    await pair.release();
    await equalCopies(pair);
  },
});
