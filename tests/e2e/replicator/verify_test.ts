/** Both copies compared while they are in use: nothing false is told, nothing that differs is missed, and repair mends it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { VerifyReport } from "../../../src/replication/control.ts";
import { equalCopies, exercisePair, later, onPair, tell } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { lacking, shell } from "./shell.ts";

const OPERATIONS = Number(Deno.env.get("HAKIT_OPERATIONS") ?? 20_000);

async function verify(
  pair: Pair,
  { repair = false, rate = 0 } = {},
): Promise<VerifyReport> {
  const { replicator } = pair.primary;
  const before = replicator.report.verify?.number ?? 0;
  await replicator.command({ command: "verify", repair, rate });
  const report = await replicator.until(
    ({ verify }) =>
      !!verify && verify.number > before && verify.state !== "running" &&
      verify.state !== "repairing",
    "the end of the verification",
    200_000,
  );
  return report.verify!;
}

/** Files of every sort beside those of the exerciser. */
async function fill(pair: Pair) {
  await shell(`
    cd '${pair.primary.data}'
    mkdir -p dir/sub many; echo mode > dir/mode; echo owner > dir/owner
    echo xattr > dir/xattr; setfattr -n user.kept -v good dir/xattr
    echo name > dir/sub/name; echo gone > dir/gone
    head -c 5M /dev/urandom > byte; echo link > dir/one; ln dir/one dir/two
    truncate -s 3G sparse; printf middle | dd of=sparse bs=1 seek=2000000000 conv=notrunc status=none
    echo short > dir/short; ln -s target soft; mkfifo pipe; mkdir dir/tree; echo x > dir/tree/file
    echo time > dir/time
    for i in $(seq 300); do echo $i > many/$i; done`);
  // The peer is told their times a moment later: what is spoiled before would be mended by that.
  await equalCopies(pair);
}

/** Behind the replicator's back; what verify must then name. */
async function spoil(pair: Pair): Promise<string[]> {
  await shell(`
    cd '${pair.secondary.backing}'
    printf X | dd of=byte bs=1 seek=3333333 conv=notrunc status=none
    printf X | dd of=sparse bs=1 seek=1000000000 conv=notrunc status=none
    chmod 600 dir/mode; chown 7:8 dir/owner
    setfattr -n user.kept -v bad dir/xattr; setfattr -n user.more -v bad many/17
    mv dir/sub/name dir/sub/other; rm dir/gone; echo new > many/new
    rm dir/two; cp dir/one dir/two
    truncate -s 2 dir/short; ln -sfn elsewhere soft; rm pipe; touch pipe
    mv dir/tree dir/tree-moved; touch -d 2001-01-01 dir/time`);
  return [
    ...["byte", "sparse", "dir/mode", "dir/owner", "dir/xattr", "many/17"],
    ...["dir/sub/name", "dir/sub/other", "dir/gone", "many/new", "dir/two"],
    ...["dir/short", "soft", "pipe", "dir/tree", "dir/tree-moved", "dir/time"],
  ];
}

/** What the replicator's log names as different, below the mirrored directory, without what differs only by its directory's time. */
async function named(pair: Pair): Promise<Map<string, string>> {
  const log = await Deno.readTextFile(
    join(pair.root, `${pair.primary.name}.log`),
  );
  const found = new Map<string, string>();
  const lines = log.matchAll(/DIFFERENCE: (\S+): (.*)/g);
  for (const [, path, text] of lines) {
    const below = path!.slice(pair.primary.data.length + 1);
    found.set(below, `${found.get(below) ?? ""} ${text}`);
  }
  return found;
}

onPair({
  name:
    "verify under load: nothing false, everything spoiled is found and mended",
  async run(pair) {
    await fill(pair);
    let running = true;
    const work = later(
      exercisePair(pair, { operations: OPERATIONS })
        .finally(() => running = false),
    );
    for (let round = 0; round < 2; round++) {
      const result = await verify(pair);
      deepStrictEqual(result.found, []);
      strictEqual(result.state, "identical");
      strictEqual(result.differences, 0);
      ok(result.entries > 300 && result.bytesDone > 5 << 20);
    }
    ok(pair.primary.replicator.report.proof, "no proof of identity is kept");

    const wrong = await spoil(pair);
    const result = await verify(pair);
    strictEqual(result.state, "different");
    const found = await named(pair);
    const missed = wrong.filter((path) => !found.has(path));
    deepStrictEqual(missed, [], [...found].join("\n"));
    // A directory whose names were spoiled has another time there; nothing else may be told.
    const more = [...found.keys()].filter((path) =>
      !wrong.includes(path) &&
      !["dir", "dir/sub", "many", "dir/one", ""].includes(path)
    );
    deepStrictEqual(more, []);
    ok(
      found.get("byte")!.includes("bytes 3276800 to 3342336"),
      found.get("byte"),
    );
    tell(
      `${
        running ? "under" : "WITHOUT"
      } load: ${result.differences} differences`,
    );

    const repaired = await verify(pair, { repair: true });
    strictEqual(repaired.state, "repaired", JSON.stringify(repaired));
    ok(running || OPERATIONS < 20_000, "the exerciser ended before the end");
    await work;
    await equalCopies(pair);
    const after = await verify(pair);
    strictEqual(after.state, "identical");
  },
});

onPair({
  name: "verify looks at the disks: what rots below what is in memory is found",
  disks: "128m",
  lacking: lacking("mkfs.ext4", "losetup"),
  async run(pair) {
    const { primary, secondary } = pair;
    const words = "the only place with these words ".repeat(200);
    await Deno.writeTextFile(`${primary.data}/page`, words);
    using file = await Deno.open(`${primary.data}/page`, { write: true });
    await file.sync();
    await equalCopies(pair);
    await shell(`sync -f '${secondary.backing}/page'`);
    await shell(`
      at=$(grep -obUam1 'the only place' '${pair.root}/${secondary.name}.img' | head -1 | cut -d: -f1)
      printf X | dd of='${pair.root}/${secondary.name}.img' bs=1 seek=$((at + 5)) conv=notrunc,fsync status=none`);
    strictEqual(await Deno.readTextFile(`${secondary.backing}/page`), words);
    const { state, found } = await verify(pair);
    strictEqual(state, "different");
    deepStrictEqual(found.map(({ what }) => what), ["data"]);
    strictEqual((await verify(pair, { repair: true })).state, "repaired");
    await equalCopies(pair);
  },
});

onPair({
  name: "verify goes on after the peer was lost in its middle",
  async run(pair) {
    await fill(pair);
    pair.keep();
    await pair.primary.replicator.command({
      command: "verify",
      repair: false,
      rate: 2 << 20,
    });
    for (let round = 0; round < 2; round++) {
      await pair.primary.replicator.until(
        (r) => (r.verify?.bytesDone ?? 0) + (r.verify?.entries ?? 0) > 0,
        "some of the verification",
      );
      await pair.secondary.replicator.kill();
      await pair.primary.replicator.until(
        (r) => r.session !== "mirrored",
        "the loss",
      );
      await shell(`echo alone > '${pair.primary.data}/alone-${round}'`);
      await pair.secondary.replicator.start();
      await pair.mirrored();
    }
    const { verify: result } = await pair.primary.replicator.until(
      (r) => r.verify?.state !== "running",
      "its end",
      60_000,
    );
    strictEqual(result!.state, "identical", JSON.stringify(result));
    await pair.release();
    await equalCopies(pair);
  },
});

onPair({
  name: "in the background a difference is told and not mended",
  config: [{ verifyRate: 100 << 20 }, { verifyRate: 100 << 20 }],
  async run(pair) {
    await fill(pair);
    await shell(
      `printf XX | dd of='${pair.secondary.backing}/byte' bs=1 seek=77 conv=notrunc status=none`,
    );
    // A new primary's first round cannot have gone by before the byte was spoiled.
    await pair.swap();
    const { verify: result } = await pair.primary.replicator.until(
      ({ verify }) => !!verify && verify.state !== "running",
      "a round in the background",
      60_000,
    );
    ok(result!.background);
    strictEqual(result!.state, "different");
    // The bytes, and the time of their writing.
    deepStrictEqual(result!.found.map(({ what }) => what).sort(), [
      "attributes",
      "data",
    ]);
    const here = await Deno.readFile(join(pair.primary.backing, "byte"));
    const there = await Deno.readFile(join(pair.secondary.backing, "byte"));
    strictEqual(here[77], 88);
    ok(here[77] !== there[77] || here[78] !== there[78], "it was mended");
    strictEqual(pair.primary.replicator.report.session, "mirrored");
  },
});
