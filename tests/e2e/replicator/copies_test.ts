/** Point-in-time copies: of one moment while applications write, kept when everything is deleted, restored as the newest copy. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Copies } from "../../../src/agent/copies.ts";
import { Fallback } from "../../../src/agent/fallback.ts";
import { compareTrees } from "../fs/compare_trees.ts";
import { equalCopies, later, onPair, tell } from "./on_pair.ts";
import type { Node } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, shell } from "./shell.ts";

const XFS = {
  disks: "512m",
  format: { make: ["mkfs.xfs", "-q", "-f"], mount: "nodev" },
  lacking: lacking("mkfs.xfs", "losetup", "xargs", "timeout"),
} as const;

const FILL = `
  mkdir -p dir/sub .hidden links; head -c 20M /dev/urandom > large
  for i in $(seq 300); do echo $i > dir/sub/$i; done
  echo one > links/one; ln links/one outside; ln -s ../large links/soft; mkfifo links/pipe
  truncate -s 1G sparse; printf x | dd of=sparse bs=1 seek=500000000 conv=notrunc status=none
  chown 7:8 dir/sub/7; chmod 4755 dir/sub/8; setfattr -n user.k -v v dir/sub/9; touch -- -dash ' space'`;

type Order = Parameters<Node["replicator"]["command"]>[0];

/** As the node's agent would; `role`: what its automaton says; `asked`: gets what the replicator is asked. */
function copiesOn(
  node: Node,
  role: () => string,
  asked: Order[] = [],
): Copies {
  const log = { info() {}, warning() {} };
  const mirrored = {
    module: { directories: [{ path: node.data }] },
    log,
    view: () => ({ role: role() }),
    report: () => node.replicator.report,
    ask: (command: Order) => {
      asked.push(command);
      return node.replicator.command(command);
    },
  };
  return new Copies({
    cluster: { module: (name) => name === "pair" ? mirrored : undefined },
  });
}

const folder = ({ backing }: Node, name: string) =>
  `${backing}/.hakit/copies/${name}`;

/** The agent has heard of it, too. */
async function idle({ replicator }: Node) {
  await replicator.until(({ phase }) => phase === "idle", "idle");
}

/** Lines that are acknowledged as on both nodes, until it is stopped. */
function writer(file: string) {
  let on = true, count = 0;
  const done = later((async () => {
    using out = await Deno.open(file, { create: true, append: true });
    for (; on; count++) {
      await out.write(new TextEncoder().encode(`${count}\n`));
      await out.sync();
    }
  })());
  return { count: () => count, stop: () => (on = false, done) };
}

onPair({
  name:
    "a copy is of one moment, outlives what is deleted, and comes back as the newest copy",
  ...XFS,
  async run(pair) {
    const { primary, secondary } = pair;
    let role = "SECOND";
    const copies = copiesOn(secondary, () => role);
    await shell(`cd '${primary.data}' && ${FILL}`);

    const lines = writer(`${primary.data}/lines`);
    while (lines.count() < 20) await sleep(10);
    const before = lines.count();
    const { name } = await copies.take("pair", { keep: null, by: "test" });
    const after = lines.count();
    while (lines.count() < after + 20) await sleep(10);
    await lines.stop();
    strictEqual(secondary.replicator.report.session, "mirrored");
    const kept = (await Deno.readTextFile(`${folder(secondary, name)}/lines`))
      .trim().split("\n");
    // All that was acknowledged when it was asked for, in order, and not a line of later.
    deepStrictEqual(kept, kept.map((_, i) => String(i)));
    ok(kept.length >= before && kept.length <= after + 1);
    tell(
      `copy with ${kept.length} lines, asked for at ${before}, taken by ${after}`,
    );

    // Neither node shows it, and the other one has none.
    const names = [...Deno.readDirSync(primary.data)].map(({ name }) => name);
    strictEqual(names.includes(".hakit"), false);
    await rejects(Deno.stat(folder(primary, name)), Deno.errors.NotFound);
    await shell(
      `cd '${primary.data}' && rm -rf -- * .hidden && echo lost > all`,
    );
    await equalCopies(pair);

    await rejects(
      copies.restore("pair", name, "test"),
      /stop it on both nodes/,
    );
    await primary.replicator.command({ command: "idle" });
    await secondary.replicator.command({ command: "idle" });
    await idle(secondary);
    role = "STOP";
    await rejects(
      copies.restore("pair", "other", "test"),
      /has no copy "other"/,
    );
    const { name: lost } = await copies.restore("pair", name, "test");
    strictEqual(
      await Deno.readTextFile(`${folder(secondary, lost)}/all`),
      "lost\n",
    );
    deepStrictEqual(await copies.list("pair"), [{ name }, { name: lost }]);

    pair.primaryIndex = 1;
    await pair.alone();
    await pair.primary.replicator.until(
      ({ phase }) => phase === "primary",
      "a primary",
    );
    await rejects(copies.list("pair"), /serves on this node/);
    await pair.join();
    await equalCopies(pair);
    const back = await compareTrees(
      folder(pair.primary, name),
      pair.secondary.data,
      { holes: "ignored" },
    );
    // The folder itself is ours alone.
    deepStrictEqual(back.filter((line) => !line.startsWith(".:")), []);
    strictEqual(
      (await Deno.stat(`${pair.secondary.data}/outside`)).nlink,
      2,
    );
    await primary.replicator.command({ command: "idle" });
    await secondary.replicator.command({ command: "idle" });
    await idle(secondary);
    await copies.drop("pair", name);
    deepStrictEqual(await copies.list("pair"), [{ name: lost }]);
    await copies.drop("pair", lost);
    deepStrictEqual([...Deno.readDirSync(folder(secondary, ""))], []);
  },
});

onPair({
  name:
    "a copy that cannot be of one moment, or at all, is none; of many the newest stay",
  ...XFS,
  async run(pair) {
    const { primary, secondary } = pair;
    const copies = copiesOn(secondary, () => "SECOND");
    const taken: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { name } = await copies.take("pair", { keep: 2, by: "test" });
      taken.push(name);
    }
    deepStrictEqual(
      (await copies.list("pair")).map(({ name }) => name),
      taken.slice(1),
    );
    const take = (node: Node) =>
      copiesOn(node, () => "SECOND").take("pair", { keep: null, by: "test" });
    await rejects(take(primary), /serves on this node/);

    // Held, an application waits; the session lives, and goes on by itself.
    await secondary.replicator.command({ command: "hold", ms: 1500 });
    const began = performance.now();
    await Deno.writeTextFile(`${primary.data}/waits`, "x");
    ok(performance.now() - began > 1000, "the write did not wait");
    strictEqual(primary.replicator.report.session, "mirrored");
    await rejects(
      secondary.replicator.command({ command: "hold", ms: 0 }),
      /may have changed/,
    );
    await equalCopies(pair);

    // A copy that was being replaced when everything stopped is no whole one: it takes no primary.
    await primary.replicator.command({ command: "idle" });
    await secondary.replicator.command({ command: "idle" });
    await secondary.replicator.command({ command: "replace" });
    // What stood there is put back: it counts as it did.
    await secondary.replicator.command({
      command: "replace-end",
      undone: true,
    });
    await secondary.replicator.until(
      ({ identity }) => identity.upToDate && identity.consistent,
      "the copy of before",
    );
    await secondary.replicator.command({ command: "replace" });
    // Nobody mirrors, or leads with, what is just being put there.
    for (
      const command of [
        { command: "secondary" },
        { command: "secondary", full: true },
        { command: "primary", alone: true },
        { command: "force", full: true },
      ] as const
    ) {
      await rejects(
        secondary.replicator.command(command),
        /is being restored/,
        command.command,
      );
    }
    await secondary.replicator.command({ command: "replace-end" });
    await rejects(
      secondary.replicator.command({ command: "primary", alone: true }),
      /not whole/,
    );
    await rejects(take(secondary), /not whole/);

    // The primary's copy is whole: this node gets it. Nothing is replaced in the middle of that.
    await secondary.replicator.command({ command: "secondary" });
    await rejects(
      secondary.replicator.command({ command: "replace" }),
      /the module runs/,
    );
  },
});

onPair({
  name: "a file system without reflinks is named when a copy is asked for",
  disks: "128m",
  lacking: lacking("mkfs.ext4", "losetup"),
  async run(pair) {
    await Deno.writeTextFile(`${pair.primary.data}/file`, "text");
    const copies = copiesOn(pair.secondary, () => "SECOND");
    await rejects(
      copies.take("pair", { keep: null, by: "test" }),
      /has no reflinks: XFS/,
    );
    deepStrictEqual(await copies.list("pair"), []);
    strictEqual(pair.secondary.replicator.report.session, "mirrored");
  },
});

onPair({
  name:
    "what a copy was before it is brought up to date is kept until it is: should the primary be gone in the middle, that comes back whole",
  ...XFS,
  resyncLimit: 4 << 20,
  async run(pair) {
    const { primary, secondary } = pair;
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const fallback = new Fallback({
      directories: [secondary.data],
      log: { info: say, warning: say },
      now: () => performance.now(),
    });
    const parted = async () => {
      await secondary.replicator.kill();
      await primary.replicator.until(({ session }) => session === "lost", "");
      await primary.replicator.command({ command: "alone" });
      await shell(
        `cd '${primary.data}' && head -c 24M /dev/urandom > large && rm -f dir/sub/1*`,
      );
      await secondary.replicator.start();
      // What heartbeats would tell by then.
      await primary.replicator.until(
        ({ identity }) => identity.bitmap !== null,
        "a generation of its own",
      );
    };
    const keep = () =>
      fallback.keep(
        secondary.replicator.report,
        primary.replicator.report.identity,
      );
    await shell(`cd '${primary.data}' && ${FILL}`);
    await sleep(4000);

    await parted();
    await keep();
    strictEqual(fallback.name?.startsWith("before-resync-"), true);
    await primary.replicator.command({ command: "resync", limit: 0 });
    await pair.join();
    await fallback.look(secondary.replicator.report);
    strictEqual(fallback.name, null);
    deepStrictEqual([...Deno.readDirSync(folder(secondary, ""))], []);
    await sleep(4000);

    const before = `${pair.root}/before`;
    await shell(
      `mkdir '${before}' && cp -a '${secondary.backing}/.' '${before}'`,
    );
    await parted();
    await keep();
    const { name } = fallback;
    await primary.replicator.command({ command: "resync", limit: 4 << 20 });
    await secondary.replicator.command({ command: "secondary" });
    await primary.replicator.command({ command: "connect" });
    await primary.replicator.until(
      ({ resync }) => resync !== null && resync.bytesSent > 1 << 20,
      "a part of it",
    );
    await secondary.replicator.kill();
    await secondary.replicator.start();
    // Half made: it keeps what it has.
    await keep();
    strictEqual(fallback.name, name);
    await primary.replicator.kill();
    await rejects(
      secondary.replicator.command({ command: "primary", alone: true }),
      /not whole/,
    );
    const asked: Order[] = [];
    const copies = copiesOn(secondary, () => "STOP", asked);
    await copies.restore("pair", name!, "test");
    // The primary has the whole copy: should it return, it is kept aside, of whatever generation it is.
    deepStrictEqual(asked, [
      { command: "replace" },
      { command: "force", full: true, whole: false },
    ]);
    pair.primaryIndex = 1;
    await pair.alone();
    const differences = await compareTrees(before, secondary.data, {
      holes: "ignored",
    });
    // The folder itself is ours alone.
    deepStrictEqual(
      differences.filter((line) => !/^\.(hakit)?[:/ ]/.test(line)),
      [],
    );
    deepStrictEqual(
      said.map((line) => /^this copy as it was is kept/.test(line)),
      [
        true,
        true,
      ],
    );
    await primary.replicator.start();
  },
});
