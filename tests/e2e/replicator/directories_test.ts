/** Another list of directories in module.yaml: nothing that is known of the copies counts for it, so everything is compared. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { shell } from "./shell.ts";

const at = (node: Node, name: string) => join(node.data, "..", name);

/** Both stopped in order, and started with these directories. */
async function list(pair: Pair, names: readonly string[]) {
  await pair.idle();
  for (const node of pair.nodes) {
    await node.replicator.kill();
    for (const name of names) {
      await Deno.mkdir(at(node, name), { recursive: true });
    }
    node.replicator.list(names.map((name) => at(node, name)));
    await node.replicator.start();
  }
}

async function same(pair: Pair, names: readonly string[]) {
  await pair.idle();
  for (const name of names) {
    const [a, b] = pair.nodes.map((node) => at(node, name));
    await shell(`diff -r -x .hakit '${a}' '${b}' 2>&1`);
  }
}

onPair({
  name:
    "directories: one that is added is copied, marks of before lead nowhere",
  async run(pair) {
    const { primary } = pair;
    await shell(`echo one >'${primary.data}/one'`);
    await pair.idle();
    // What the primary does alone is marked in the directory that is the first one now.
    await pair.alone();
    await shell(`echo two >'${primary.data}/one'`);
    await list(pair, ["more", "data"]);
    await shell(`echo old >'${at(primary, "more")}/old'`);
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    ok(primary.replicator.report.lastResync?.full, "nothing was compared");
    for (const { name } of pair.nodes) {
      const file = join(pair.root, `${name}-own/state/identity.json`);
      const { directories } = JSON.parse(await Deno.readTextFile(file));
      strictEqual(directories.join(), "/more,/data");
    }
    await same(pair, ["more", "data"]);
  },
});

onPair({
  name:
    "directories: a list that was in use for a while leaves nothing to be trusted, also when the old one comes back",
  async run(pair) {
    const { primary } = pair;
    await list(pair, ["more", "data"]);
    await pair.alone();
    await shell(`echo alone >'${primary.data}/alone'`);
    await list(pair, ["data"]);
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    ok(primary.replicator.report.lastResync?.full, "nothing was compared");
    await same(pair, ["data"]);
  },
});

onPair({
  name: "directories: nodes with different lists do not mirror",
  async run(pair) {
    await list(pair, ["more", "data"]);
    const { primary, secondary } = pair;
    await secondary.replicator.kill();
    secondary.replicator.list(
      ["data", "more"].map((name) => at(secondary, name)),
    );
    await secondary.replicator.start();
    await primary.replicator.command({ command: "primary", alone: true });
    await secondary.replicator.command({ command: "secondary" });
    await primary.replicator.command({ command: "connect" });
    for (const { replicator } of pair.nodes) {
      await replicator.until(
        ({ notice }) => /mirrors other directories/.test(notice ?? ""),
        "the reason",
      );
    }
    await pair.idle();
  },
});
