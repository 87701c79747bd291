/** The disk with a replicator's own state is full when the peer comes: the applications of the only good copy must not notice. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";

const filler = (node: Node) => join(node.salvage, "..", "state", "filler");

async function fillState(node: Node) {
  using file = await Deno.open(filler(node), { create: true, write: true });
  const page = new Uint8Array(4096).fill(1);
  for (;;) {
    try {
      await file.write(page);
    } catch {
      return;
    }
  }
}

/** The peer comes back, is level although the primary's state is full, and stays when there is room again. */
async function comesWhileFull(pair: Pair) {
  const { primary, secondary } = pair;
  await secondary.replicator.start();
  await pair.join();
  strictEqual(primary.replicator.report.fault, null);
  strictEqual(await Deno.readTextFile(`${primary.data}/file`), "first");
  await Deno.writeTextFile(`${primary.data}/while full`, "full");
  await equalCopies(pair);
  // And once more, with a session that has to be recorded anew.
  await secondary.replicator.kill();
  await secondary.replicator.start();
  await pair.join();
  await Deno.remove(filler(primary));
  await Deno.writeTextFile(`${primary.data}/after`, "after");
  strictEqual(primary.replicator.report.session, "mirrored");
  await equalCopies(pair);
}

onPair({
  name:
    "a full state directory, nothing differs: the peer comes all the same, and the primary lives",
  stateSizes: ["256k", null],
  async run(pair) {
    await Deno.writeTextFile(`${pair.primary.data}/file`, "first");
    // Everything is settled: the next session begins without a resync.
    await sleep(6000);
    await pair.secondary.replicator.kill();
    await fillState(pair.primary);
    await comesWhileFull(pair);
  },
});

onPair({
  name:
    "a full state directory while alone: applications write on where it is marked, and the peer is levelled all the same",
  stateSizes: ["256k", null],
  async run(pair) {
    const { primary, secondary } = pair;
    await Deno.writeTextFile(`${primary.data}/file`, "first");
    await secondary.replicator.kill();
    await primary.replicator.command({ command: "alone" });
    const path = `${primary.data}/busy`;
    await Deno.writeTextFile(path, "one");
    await fillState(primary);
    {
      // Its mark is on disk already.
      using file = await Deno.open(path, { write: true });
      strictEqual(await file.write(new TextEncoder().encode("two")), 3);
    }
    strictEqual(await Deno.readTextFile(path), "two");
    ok(primary.replicator.report.identity.upToDate);
    await comesWhileFull(pair);
    strictEqual(await Deno.readTextFile(`${secondary.backing}/busy`), "two");
  },
});

onPair({
  name:
    "a full state directory of the secondary: it takes over, its applications write, and the peer is levelled by comparing everything",
  stateSizes: [null, "64m"],
  async run(pair) {
    const { primary, secondary } = pair;
    await Deno.writeTextFile(`${primary.data}/file`, "first");
    // Everything is settled: its log of what differs is empty, and has no place.
    await sleep(6000);
    await fillState(secondary);
    await Deno.writeTextFile(`${primary.data}/file`, "second");
    await primary.replicator.kill();
    pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
    await secondary.replicator.command({ command: "primary", alone: true });
    strictEqual(await Deno.readTextFile(`${secondary.data}/file`), "second");
    await Deno.writeTextFile(`${secondary.data}/while full`, "full");
    ok(secondary.replicator.report.identity.upToDate);
    // Also a process that dies then knows that everything is to be compared.
    await secondary.replicator.kill();
    await Deno.remove(filler(secondary));
    await secondary.replicator.start();
    await secondary.replicator.command({ command: "primary", alone: true });
    await primary.replicator.start();
    await pair.join();
    await pair.mirrored();
    strictEqual(secondary.replicator.report.lastResync?.full, true);
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a full state directory of the secondary: it lives, and is levelled when there is room",
  stateSizes: [null, "64m"],
  async run(pair) {
    const { primary, secondary } = pair;
    await secondary.replicator.kill();
    await primary.replicator.command({ command: "alone" });
    await Deno.writeTextFile(`${primary.data}/file`, "first");
    await fillState(secondary);
    await secondary.replicator.start();
    await secondary.replicator.command({ command: "secondary" });
    await primary.replicator.command({ command: "connect" });
    await secondary.replicator.until(
      ({ notice }) => /space|ENOSPC|os error 28/i.test(notice ?? ""),
      "words about the full disk",
    );
    await sleep(3000);
    strictEqual(secondary.replicator.running, true);
    strictEqual(primary.replicator.running, true);
    await Deno.remove(filler(secondary));
    await pair.mirrored();
    await equalCopies(pair);
  },
});
