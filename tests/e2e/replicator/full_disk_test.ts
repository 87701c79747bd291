/** A disk is full: at the peer the application does not notice, here it gets ENOSPC, and nobody's copy is harmed. */
import { ok, strictEqual } from "node:assert/strict";
import { equalCopies, onPair, tell } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, shell } from "./shell.ts";

/** Writes blocks until one is refused; how many were taken, and the refusal. */
async function writeUntilFull(path: string, most: number, size = 1 << 20) {
  const block = new Uint8Array(size).fill(7);
  using file = await Deno.open(path, { create: true, write: true });
  for (let taken = 0; taken < most; taken++) {
    try {
      let done = 0;
      while (done < block.length) {
        done += await file.write(block.subarray(done));
      }
    } catch (error) {
      return { taken, error: (error as Error).message };
    }
  }
  return { taken: most, error: null };
}

onPair({
  name: "the peer's disk is full: the application goes on, the peer leaves",
  sizes: [null, "24m"],
  async run(pair) {
    pair.keep(200);
    const { taken, error } = await writeUntilFull(
      `${pair.primary.data}/large`,
      60,
    );
    strictEqual(error, null);
    strictEqual(taken, 60);
    await pair.release();
    const info = await Deno.stat(`${pair.primary.backing}/large`);
    strictEqual(info.size, 60 << 20);
    strictEqual(pair.secondary.replicator.report.identity.upToDate, false);
    strictEqual(pair.primary.replicator.running, true);
    strictEqual(pair.secondary.replicator.running, true);
    const said = pair.nodes.flatMap((node) => node.replicator.said).join("\n");
    ok(/space|ENOSPC|full/i.test(said), `nobody said why: "${said}"`);
    // With room again it comes back.
    await Deno.remove(`${pair.primary.data}/large`);
    await Deno.writeTextFile(`${pair.primary.data}/small`, "small");
    pair.keep(200);
    await pair.mirrored(60_000);
    await pair.release();
    await equalCopies(pair);
  },
});

async function stillWorks(pair: Pair) {
  await Deno.remove(`${pair.primary.data}/large`);
  await shell(`echo after > '${pair.primary.data}/after'`);
  await pair.mirrored();
  await equalCopies(pair);
}

for (
  const [name, sizes] of [
    ["the primary's disk is full: ENOSPC, both copies equal", ["24m", null]],
    ["both disks are full: ENOSPC, both copies equal", ["24m", "24m"]],
  ] as const
) {
  onPair({
    name,
    sizes,
    async run(pair) {
      pair.keep(200);
      const { taken, error } = await writeUntilFull(
        `${pair.primary.data}/large`,
        60,
      );
      ok(error !== null && /28|space/i.test(error), `after ${taken}: ${error}`);
      ok(taken > 10, `full after ${taken} MiB of 24`);
      await pair.mirrored();
      await equalCopies(pair);
      await stillWorks(pair);
      await pair.release();
    },
  });
}

onPair({
  name:
    "the primary's disk is full, and it dies as soon as it has said so: the other node has of the file what was taken",
  sizes: ["24m", null],
  async run(pair) {
    const old = pair.primary, block = new Uint8Array(1 << 20).fill(7);
    let taken = 0;
    {
      using file = await Deno.open(`${old.data}/large`, {
        create: true,
        write: true,
      });
      try {
        while (taken < 60 << 20) taken += await file.write(block);
      } catch { /* full */ }
      await old.replicator.kill();
    }
    ok(taken > 10 << 20 && taken < 60 << 20, `${taken} bytes taken`);
    pair.primaryIndex = 1;
    const { replicator, data } = pair.primary;
    await replicator.until((r) => r.session !== "mirrored", "a loss");
    await pair.alone();
    strictEqual((await Deno.stat(`${data}/large`)).size, taken);
    await old.replicator.start();
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "both disks end in the middle of the same write, at different places: both copies equal",
  sizes: ["24m", "24m"],
  // Three pages less on the second one.
  fill: (node, index) =>
    index === 1
      ? Deno.writeFile(`${node.data}/../filler`, new Uint8Array(3 * 4096))
      : undefined,
  async run(pair) {
    pair.keep(200);
    const path = `${pair.primary.data}/large`;
    let together = 0;
    for (const pages of [37, 50, 61]) {
      const { error } = await writeUntilFull(path, Infinity, pages * 4096);
      ok(error !== null && /28|space/i.test(error), `${error}`);
      // The last write was refused by both in the middle, or the peer has no room for what stands here: then it says so.
      if (await staysMirrored(pair)) {
        together++;
        await equalCopies(pair);
      } else {
        await pair.secondary.replicator.until(
          ({ identity }) => !identity.upToDate,
          "a peer that does not count",
        );
      }
      await Deno.remove(path);
      // The kernel forgets the removed file in a moment, and only then its space is free.
      await sleep(500);
      await shell(`echo there is room again > '${path}-${pages}'`);
      await pair.mirrored();
      await equalCopies(pair);
    }
    await pair.release();
    tell(`${together} of 3 times both refused the same write`);
  },
});

/** For a second: longer than a divergence needs to be seen. */
async function staysMirrored(pair: Pair): Promise<boolean> {
  for (let i = 0; i < 10; i++) {
    await sleep(100);
    const reports = pair.nodes.map(({ replicator }) => replicator.report);
    if (reports.some(({ session }) => session !== "mirrored")) return false;
  }
  return true;
}

onPair({
  name:
    "a copy whose disk is full, with hakit's state on it, is levelled by what makes room there",
  disks: "64m",
  lacking: lacking("mkfs.ext4", "losetup"),
  async run(pair) {
    const { primary, secondary } = pair;
    await shell(`head -c 16M /dev/urandom > '${primary.data}/large'`);
    await sleep(4000);
    await secondary.replicator.kill();
    await primary.replicator.until(({ session }) => session === "lost", "loss");
    await primary.replicator.command({ command: "alone" });
    await Deno.remove(`${primary.data}/large`);
    await shell(`echo new > '${primary.data}/small'`);
    const filler = `${pair.root}/b/filler`;
    await shell(
      `head -c 100M /dev/zero > '${filler}' 2>/dev/null || true
       for n in 1 2 3 4 5 6 7 8; do echo $n > '${filler}'-$n 2>/dev/null || true; done`,
    );
    await secondary.replicator.start();
    await pair.join();
    await equalCopies(pair);
  },
});
