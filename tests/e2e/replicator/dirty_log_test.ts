/** The log of what differs is gone: a repair of the file system after a power cut has dropped it, or somebody has. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { shell } from "./shell.ts";

const logOf = (pair: Pair, { name }: Node) =>
  join(pair.root, `${name}-own/state/dirty.log`);

onPair({
  name:
    "dirty.log: where it is gone everything is compared, for nothing else says what its node did alone",
  async run(pair) {
    const { primary, secondary } = pair;
    const file = join(primary.data, "file");
    await shell(`echo one >'${file}'`);
    await pair.idle();
    await pair.alone();
    await shell(`echo two >'${file}'`);
    await pair.idle();
    await primary.replicator.kill();
    await Deno.remove(logOf(pair, primary));
    await primary.replicator.start();
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    ok(primary.replicator.report.lastResync?.full, "nothing was compared");
    await pair.idle();
    const copy = await Deno.readTextFile(join(secondary.data, "file"));
    strictEqual(copy, "two\n");
  },
});

/** Both write "file" alone; the second yields afterwards, and has `lost` meanwhile what says which files it wrote. */
async function yieldsAfter(
  pair: Pair,
  lost: (node: Node) => Promise<void>,
) {
  const { primary: a, secondary: b } = pair;
  await shell(`echo common >'${join(a.data, "file")}'`);
  await pair.cut();
  await a.replicator.until((r) => r.session === "lost", "lost");
  await a.replicator.command({ command: "alone" });
  await b.replicator.command({ command: "primary", alone: true });
  await shell(`echo a >'${join(a.data, "file")}'`);
  await shell(`echo b >'${join(b.data, "file")}'; sync '${b.data}/file'`);
  await lost(b);
  await pair.heal();
  await pair.join({ yield: true });
  await equalCopies(pair);
  strictEqual(await Deno.readTextFile(join(a.data, "file")), "a\n");
  const { stdout } = await shell(
    `cat '${b.backing}'/.hakit/aside-*/file || true`,
  );
  strictEqual(stdout, "b\n", "what this node alone wrote is nowhere");
  const { stdout: list } = await shell(`cat '${b.salvage}'/pair/*/LIST.txt`);
  ok(/all of this copy stands in\n\S+\/\.hakit\/aside-/.test(list), list);
  const said = b.replicator.said.join();
  ok(said.includes("what stood here before is kept in"), said);
}

onPair({
  name:
    "dirty.log: a node that yields after a split brain, and has lost it, keeps all that it has",
  run: (pair) =>
    yieldsAfter(pair, async (node) => {
      await node.replicator.kill();
      await Deno.remove(logOf(pair, node));
      await node.replicator.start();
    }),
});

onPair({
  name:
    "dirty.log: a node that a person forced after it had written alone, and that yields all the same, keeps all that it has",
  run: (pair) =>
    yieldsAfter(pair, async (node) => {
      await node.replicator.kill();
      await node.replicator.start();
      await node.replicator.command({ command: "force", full: true });
    }),
});
