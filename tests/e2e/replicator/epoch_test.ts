/**
 * The state directory is new and the data is old: hakit was taken away without its data, a server was installed anew around its data
 * disk, a snapshot was restored. The ids that the files carry must not be given to others.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { openBacking } from "../../../src/fuse/device.ts";
import { readEpoch } from "../../../src/replication/id_xattr.ts";
import { libc } from "../../../src/system/libc.ts";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { shell } from "./shell.ts";

const FILES = 50;

/** What the directory itself remembers. */
function epochOn({ backing }: Node): number | null {
  const fd = openBacking(backing);
  try {
    return readEpoch(fd);
  } finally {
    libc.close(fd);
  }
}

/** A server that knows nothing of the data on its disk. */
async function forgets(node: Node) {
  await node.replicator.kill();
  await Deno.remove(`${node.salvage}/../state`, { recursive: true });
  await node.replicator.start();
}

async function make(node: Node, folder: string) {
  await shell(
    `cd '${node.data}' && mkdir ${folder} && for i in $(seq ${FILES}); do echo ${folder} $i > ${folder}/$i; done`,
  );
}

/** Holds the files of folder `old` open, makes as many others, writes to the old ones, and looks at all. */
async function writesBeside(node: Node, old: string, folder: string) {
  const { data } = node;
  const paths = Array.from(
    { length: FILES },
    (_, i) => `${data}/${old}/${i + 1}`,
  );
  const files = paths.map((path) =>
    Deno.openSync(path, { read: true, write: true })
  );
  try {
    await make(node, folder);
    const bytes = new TextEncoder().encode("written");
    for (const file of files) strictEqual(file.writeSync(bytes), bytes.length);
    for (const file of files) file.syncSync();
  } finally {
    for (const file of files) file.close();
  }
  for (const at of [data, node.backing]) {
    const found: string[] = [], wanted: string[] = [];
    for (let i = 1; i <= FILES; i++) {
      found.push(await Deno.readTextFile(`${at}/${old}/${i}`));
      wanted.push("written" + `${old} ${i}\n`.slice("written".length));
      found.push(await Deno.readTextFile(`${at}/${folder}/${i}`));
      wanted.push(`${folder} ${i}\n`);
    }
    deepStrictEqual(found, wanted);
  }
}

async function beginsAnew(pair: Pair) {
  const { primary, secondary } = pair;
  const used = primary.replicator.report.identity.epoch;
  for (const node of [secondary, primary]) await forgets(node);
  await primary.replicator.command({ command: "force", full: false });
  await pair.alone();
  await primary.replicator.until(
    ({ identity }) => identity.epoch > used,
    `an epoch above ${used}`,
    5000,
  );
}

onPair({
  name: "epoch: new state on both nodes, old data: no file gets another's id",
  async run(pair) {
    await make(pair.primary, "first");
    await pair.idle();
    await beginsAnew(pair);
    await writesBeside(pair.primary, "first", "second");
    await pair.join();
    await equalCopies(pair);
    await writesBeside(pair.primary, "second", "third");
    await equalCopies(pair);
    // The node whose copy came over the link as well.
    await pair.swap();
    await writesBeside(pair.primary, "third", "fourth");
    await pair.idle();
    await beginsAnew(pair);
    await writesBeside(pair.primary, "fourth", "fifth");
  },
});

onPair({
  name: "epoch: new state, and data of before the directory remembered any",
  async run(pair) {
    await make(pair.primary, "first");
    await pair.idle();
    for (const node of pair.nodes) {
      await shell(
        `setfattr -x trusted.hakit.epoch '${node.backing}' 2>/dev/null || true`,
      );
      strictEqual(epochOn(node), null);
    }
    await beginsAnew(pair);
    await writesBeside(pair.primary, "first", "second");
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "epoch: a secondary remembers the primary's with its data, and nobody sees it on the mount",
  async run(pair) {
    const { primary, secondary } = pair;
    for (const times of [1, 2]) {
      await pair.idle();
      await pair.alone();
      await pair.join();
      const { epoch } = primary.replicator.report.identity;
      strictEqual(epoch, times + 1);
      deepStrictEqual([primary, secondary].map(epochOn), [epoch, epoch]);
    }
    const seen = await shell(`getfattr -d -m - '${primary.data}'`);
    strictEqual(seen.stdout, "");
    await equalCopies(pair);
    await primary.replicator.command({
      command: "verify",
      repair: false,
      rate: 0,
    });
    const { verify } = await primary.replicator.until(
      ({ verify }) => !!verify && verify.state !== "running",
      "the end of the comparison",
    );
    strictEqual(verify?.state, "identical");
  },
});
