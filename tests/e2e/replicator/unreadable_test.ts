/** What the primary cannot look at is not absent: the secondary keeps its copy, and somebody is told which file it is. */
import { ok, strictEqual } from "node:assert/strict";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { lacking, shell } from "./shell.ts";

/** Both nodes have roles again; the copies are not level as long as the primary says what it cannot look at. */
async function refused(pair: Pair, what: RegExp, full: boolean) {
  const { primary, secondary } = pair;
  await secondary.replicator.command({ command: "secondary", full });
  await primary.replicator.command({ command: "connect" });
  const { notice } = await primary.replicator.until(
    (report) => what.test(report.notice ?? ""),
    "a word about the file",
  );
  ok(!notice!.includes("\n"), notice!);
  await secondary.replicator.until(
    ({ identity }) => !identity.upToDate,
    "a copy that is not up to date",
  );
}

onPair({
  name:
    "a file that takes no id: named, the other node's is kept, and level once it takes one",
  disks: "64m",
  lacking: lacking("mkfs.ext4", "losetup", "findmnt", "chattr"),
  async run(pair) {
    const { primary, secondary } = pair;
    await pair.idle();
    for (const { backing } of [primary, secondary]) {
      await shell(`echo good > '${backing}/kept'`);
    }
    await shell(`chattr +i '${primary.backing}/kept'`);
    try {
      await pair.alone();
      await refused(pair, /data\/kept".*EPERM.*immutable/, true);
      strictEqual(
        await Deno.readTextFile(`${secondary.backing}/kept`),
        "good\n",
      );
    } finally {
      await shell(`chattr -i '${primary.backing}/kept'`);
    }
    await pair.mirrored();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a file that the primary's disk cannot read: verify --repair and a resync leave the only good copy",
  disks: "64m",
  // The rest of the disk goes on.
  format: { make: ["mkfs.ext4", "-q", "-F"], mount: "errors=continue" },
  lacking: lacking("mkfs.ext4", "losetup", "findmnt", "debugfs"),
  async run(pair) {
    const { primary, secondary } = pair;
    await shell(
      `cd '${primary.data}' && mkdir d && echo good > d/bad && setfattr -n user.a -v b d/bad && echo other > d/other`,
    );
    await pair.idle();
    const kept = async () =>
      strictEqual(
        await Deno.readTextFile(`${secondary.backing}/d/bad`),
        "good\n",
      );
    await pair.spoilInode(primary, "d/bad");
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();

    await primary.replicator.command({
      command: "verify",
      repair: true,
      rate: 0,
    });
    const { verify } = await primary.replicator.until(
      ({ verify }) => verify?.state === "different",
      "the end of the verification",
    );
    const told = verify!.found.map(({ path, text }) => `${path}: ${text}`);
    strictEqual(told.length, 1, told.join("\n"));
    ok(/d\/bad: cannot be read on the primary: E/.test(told[0]!), told[0]);
    await kept();

    await pair.idle();
    await pair.alone();
    await shell(`echo more > '${primary.data}/d/more'`);
    await refused(pair, /Cannot read ".*data\/d\/bad": E/, false);
    await kept();
  },
});
