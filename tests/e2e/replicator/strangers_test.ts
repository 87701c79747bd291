/**
 * Files that somebody put beneath the mount of one node while the module was stopped (cp without -a): they have no ids and are in no
 * marks. Once the application has seen them they are on both nodes.
 */
import { ok, strictEqual } from "node:assert/strict";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { shell } from "./shell.ts";

/** Stopped, put on the primary's disk, and primary again. */
async function put(pair: Pair, alone: boolean) {
  const { primary } = pair;
  await shell(
    `cd '${primary.data}' && mkdir -p old/sub && for i in $(seq 50); do echo $i > old/sub/$i; done`,
  );
  await pair.idle();
  await shell(
    `cd '${primary.backing}' && echo new > old/new && cp -r old old.copy && ln old/new old.copy/link`,
  );
  await primary.replicator.command({ command: "primary", alone });
}

async function onBoth(pair: Pair, full: boolean) {
  await pair.mirrored();
  await equalCopies(pair);
  const { primary, secondary } = pair;
  strictEqual(primary.replicator.report.lastResync?.full, full);
  for (const { backing } of [primary, secondary]) {
    strictEqual(await Deno.readTextFile(`${backing}/old/new`), "new\n");
    strictEqual(await Deno.readTextFile(`${backing}/old.copy/sub/7`), "7\n");
  }
}

/** The copies count as level, and become so in truth by a resync that nobody asked for. */
async function levelledAgain(pair: Pair, seen: () => Promise<unknown>) {
  const { replicator } = pair.primary;
  const left = replicator.until((r) => r.session !== "mirrored", "a resync");
  left.catch(() => {});
  await seen();
  await left;
}

onPair({
  name: "strangers: read on a primary whose copies count as level",
  async run(pair) {
    await put(pair, false);
    await pair.join();
    const { data } = pair.primary;
    await levelledAgain(pair, () => shell(`ls -lR '${data}' >/dev/null`));
    await onBoth(pair, false);
  },
});

onPair({
  name: "strangers: read on a primary that is alone, and killed at once",
  async run(pair) {
    const { replicator, data } = pair.primary;
    await put(pair, true);
    await shell(`cat '${data}/old/new' '${data}/old.copy/sub/7' >/dev/null`);
    await replicator.kill();
    await shell(`umount -l '${data}'`).catch(() => {});
    await replicator.start();
    await pair.alone();
    await pair.join();
    await onBoth(pair, false);
  },
});

onPair({
  name: "strangers: read while the peer is levelled, in one go with the rest",
  resyncLimit: 4 << 20,
  async run(pair) {
    const { primary, secondary } = pair, { replicator } = primary;
    await put(pair, true);
    await shell(`head -c 8M /dev/urandom > '${primary.data}/large'`);
    await secondary.replicator.command({ command: "secondary" });
    await replicator.command({ command: "connect" });
    await replicator.until(
      ({ resync }) => (resync?.bytesSent ?? 0) > 0,
      "a resync that has begun",
    );
    await shell(`ls -lR '${primary.data}' >/dev/null`);
    strictEqual(replicator.report.session, "resync");
    await onBoth(pair, false);
    ok(!/session ended/.test(await replicator.tail()), await pair.said());
  },
});

onPair({
  name: "strangers: a first copy needs no marks of what has no id yet",
  idle: true,
  fill: async (node, index) => {
    if (index !== 0) return;
    await shell(
      `cd '${node.data}' && for i in $(seq 300); do mkdir $i && echo $i > $i/f; done`,
    );
  },
  async run(pair) {
    const { primary } = pair, { replicator } = primary;
    await replicator.command({ command: "force", full: true });
    await pair.alone();
    await shell(`ls -lR '${primary.data}' >/dev/null`);
    strictEqual(replicator.report.dirtyBytes, 0);
    strictEqual(replicator.report.identity.bitmap, null);
    await pair.join();
    await equalCopies(pair);
    await shell(`ls -lR '${primary.data}' >/dev/null`);
    strictEqual(replicator.report.session, "mirrored");
  },
});

onPair({
  name:
    "a file that the peer has lost is there again once it was synced, and the session does not end again and again",
  async run(pair) {
    const { primary, secondary } = pair;
    await shell(
      `cd '${primary.data}' && mkdir -p a/b && echo kept > a/b/f && sync a/b/f`,
    );
    await equalCopies(pair);
    await pair.idle();
    await shell(`rm '${secondary.backing}/a/b/f'`);
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    await shell(`sync '${primary.data}/a/b/f'`);
    await pair.mirrored();
    await equalCopies(pair);
    strictEqual(
      await Deno.readTextFile(`${secondary.backing}/a/b/f`),
      "kept\n",
    );
    strictEqual(primary.replicator.report.lastResync?.full, false);
  },
});
