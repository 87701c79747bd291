/** Copies that parted are made level again: first copy, interruptions, crashes of either and both, divergence. */
import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, exercisePair, later, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { lacking, shell } from "./shell.ts";

/** Data worth copying: many small files, some large, one sparse, links. */
function fill(dir: string) {
  return shell(`
    cd '${dir}'
    for d in $(seq 20); do
      mkdir -p "dir$d/sub"
      for f in $(seq 30); do echo "$d $f" > "dir$d/sub/file$f"; done
    done
    head -c 60M /dev/urandom > large
    truncate -s 2G sparse
    printf middle | dd of=sparse bs=1 seek=1000000000 conv=notrunc status=none
    ln large dir1/hard; ln -s ../large dir2/soft; mkfifo dir3/pipe
    ln dir1/sub/file1 dir20/sub/linked`);
}

/** What was written is on both disks by then, and so not marked when the peer is lost. */
const SETTLED_MS = 4_000;

/** The peer is lost and shut out, as the agents do it. */
async function lose(pair: Pair) {
  await pair.secondary.replicator.kill();
  await pair.primary.replicator.until((r) => r.session === "lost", "lost");
  await pair.primary.replicator.command({ command: "alone" });
}

onPair({
  name: "the first copy of a full directory, while applications work",
  idle: true,
  resyncLimit: 15 << 20,
  fill: (node, index) =>
    index === 0 ? fill(node.data).then(() => {}) : undefined,
  async run(pair) {
    await pair.primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    const work = join(pair.primary.data, "work");
    await Deno.mkdir(work);
    const joined = pair.join();
    let rounds = 0;
    let level = false;
    const finished = later(joined.finally(() => level = true));
    while (!level) {
      await shell(`
        cd '${work}'
        head -c 300000 /dev/urandom > new-${rounds}
        mv new-${rounds} kept-${rounds % 7}
        echo again >> ../dir${1 + rounds % 20}/sub/file3
        mv ../dir${1 + rounds % 20} ../dir-moved
        mv ../dir-moved ../dir${1 + rounds % 20}
        printf x | dd of=../large bs=1 seek=$((${rounds} * 977777 % 60000000)) conv=notrunc status=none
        rm -f ../dir5/sub/file${1 + rounds % 30}`);
      rounds++;
      const { session, resync } = pair.secondary.replicator.report;
      if (session === "resync" && resync) {
        ok(resync.bytesDone <= resync.bytesTotal);
        // Half a copy is no copy.
        strictEqual(pair.secondary.replicator.report.identity.upToDate, false);
      }
      await sleep(20);
    }
    await finished;
    // How many depends on the machine; that there was work is what counts.
    ok(rounds > 1, `only ${rounds} rounds of work during the copy`);
    await equalCopies(pair);
  },
});

onPair({
  name: "a resync that is interrupted again and again ends all the same",
  idle: true,
  resyncLimit: 20 << 20,
  fill: (node, index) =>
    index === 0 ? fill(node.data).then(() => {}) : undefined,
  async run(pair) {
    await pair.primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    for (const ms of [50, 300, 900, 1500, 2200]) {
      await pair.secondary.replicator.command({ command: "secondary" });
      await pair.primary.replicator.command({ command: "connect" });
      await sleep(ms);
      const { session } = pair.secondary.replicator.report;
      await pair.secondary.replicator.kill();
      // Where the copies were level already it waits until this node is alone. By a process of its own: Deno opens files in its event loop.
      const between = join(pair.primary.data, "between");
      const written = later(shell(`echo ${ms} > '${between}'`));
      await pair.secondary.replicator.start();
      const { identity } = pair.secondary.replicator.report;
      if (session === "resync") strictEqual(identity.upToDate, false);
      await pair.primary.replicator.until(
        (r) => r.session !== "mirrored" && r.session !== "resync",
        "the loss",
      );
      await pair.primary.replicator.command({ command: "alone" });
      await written;
    }
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name: "every kind of change while the peer is away, three times",
  async run(pair) {
    for (let round = 0; round < 3; round++) {
      await exercisePair(pair, { operations: 3_000 });
      await lose(pair);
      await exercisePair(pair, { operations: 3_000 });
      await pair.secondary.replicator.start();
      await pair.join();
      await equalCopies(pair);
    }
  },
});

onPair({
  name: "every kind of change while the peer is away, on a disk",
  base: "/var/tmp",
  async run(pair) {
    await exercisePair(pair, { operations: 3_000 });
    await lose(pair);
    await exercisePair(pair, { operations: 3_000 });
    await pair.secondary.replicator.start();
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name: "a lonely primary is killed: what it alone wrote is remembered",
  async run(pair) {
    await exercisePair(pair, { operations: 2_000 });
    await lose(pair);
    await exercisePair(pair, { operations: 2_000 });
    await pair.primary.replicator.kill();
    await pair.primary.replicator.start();
    strictEqual(pair.primary.replicator.report.identity.upToDate, true);
    await pair.alone();
    await Deno.writeTextFile(join(pair.primary.data, "later"), "later");
    await pair.secondary.replicator.start();
    strictEqual(pair.secondary.replicator.report.identity.upToDate, true);
    await pair.join();
    await equalCopies(pair);
    ok(pair.primary.replicator.report.lastResync?.full === false);
  },
});

onPair({
  name: "both replicators are killed while applications write",
  async run(pair) {
    for (let round = 0; round < 3; round++) {
      const file = join(pair.primary.data, `written-${round}`);
      const writer = new Deno.Command("sh", {
        args: [
          "-c",
          `for d in 1 2 3; do ( i=0; while head -c 50000 /dev/urandom > '${file}'-$d-$i; do
             mv '${file}'-$d-$i '${file}'-$d; echo line >> '${file}'-log || exit; i=$((i+1)); done ) & done; wait`,
        ],
        stdout: "null",
        stderr: "null",
      }).spawn();
      await sleep(600 + round * 217);
      await Promise.all(pair.nodes.map((node) => node.replicator.kill()));
      await writer.status;
      for (const node of pair.nodes) await node.replicator.start();
      await pair.alone();
      await pair.join();
      await equalCopies(pair);
    }
  },
});

onPair({
  name: "divergence: the side that yields keeps aside what it alone wrote",
  async run(pair) {
    const [a, b] = pair.nodes;
    await shell(`cd '${a.data}'; echo common > both; echo common > common;
      mkdir dir; head -c 5M /dev/urandom > large`);
    await pair.cut();
    await pair.secondary.replicator.until(
      (r) => r.session !== "mirrored",
      "the cut",
    );
    await pair.primary.replicator.until((r) => r.session === "lost", "lost");
    await a.replicator.command({ command: "alone" });
    await b.replicator.command({ command: "primary", alone: true });
    await shell(`cd '${a.data}'; echo a > both; echo a > only-a; mv dir dir-a`);
    await shell(`cd '${b.data}'; echo b > both; echo b > only-b;
      echo b > dir/in-b; rm common;
      printf b | dd of=large bs=1 seek=3000000 conv=notrunc status=none`);
    await pair.heal();
    await pair.join({ yield: true });
    await equalCopies(pair);
    strictEqual(await Deno.readTextFile(join(a.data, "both")), "a\n");
    strictEqual(await Deno.readTextFile(join(a.data, "common")), "common\n");
    const { stdout: salvaged } = await shell(
      `cd '${b.salvage}'; find . -type f`,
    );
    const kept = await shell(
      `cd '${b.salvage}'; find . -type f -exec head -c 100 {} + | tr -d '\\0'`,
    );
    for (const name of ["both", "only-b", "in-b"]) {
      ok(salvaged.includes(name), `"${name}" is not in:\n${salvaged}`);
    }
    ok(kept.stdout.includes("b\n"), kept.stdout);
    ok(b.replicator.said.join().includes("salvage"), b.replicator.said.join());
  },
});

onPair({
  name: "a full resync finds a byte that rotted on the peer",
  async run(pair) {
    await fill(pair.primary.data);
    await pair.secondary.replicator.kill();
    await pair.primary.replicator.until((r) => r.session === "lost", "lost");
    await pair.primary.replicator.command({ command: "alone" });
    {
      using file = await Deno.open(join(pair.secondary.backing, "large"), {
        write: true,
      });
      await file.seek(33_333_333, Deno.SeekMode.Start);
      await file.write(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
    }
    await Deno.remove(join(pair.secondary.backing, "dir4", "sub", "file4"));
    await Deno.writeTextFile(join(pair.secondary.backing, "dir4", "new"), "");
    await pair.secondary.replicator.start();
    await pair.join({ full: true });
    await equalCopies(pair);
    const last = pair.primary.replicator.report.lastResync;
    ok(last?.full === true);
    ok(last.bytesSent < 16 << 20, `${last.bytesSent} bytes for one region`);
  },
});

function strange(node: Node) {
  return shell(`cd '${node.data}'; mkdir -p old/dir dir1; echo x > old/dir/file;
    echo other > large; echo y > dir1/sub; ln -s nowhere dir2`).then(() => {});
}

onPair({
  name: "a new node that holds other files becomes a copy",
  idle: true,
  fill: (node, index) =>
    index === 0 ? fill(node.data).then(() => {}) : strange(node),
  async run(pair) {
    await pair.begin();
    await equalCopies(pair);
    await Deno.writeTextFile(join(pair.primary.data, "dir1", "more"), "more");
    await equalCopies(pair);
  },
});

onPair({
  name: "after a swap the new primary waits for its peer and loses nothing",
  async run(pair) {
    await Deno.writeTextFile(join(pair.primary.data, "before"), "before");
    for (let round = 0; round < 3; round++) {
      await pair.swap();
      strictEqual(
        await Deno.readTextFile(join(pair.primary.data, "before")),
        "before",
      );
      await Deno.writeTextFile(join(pair.primary.data, `r${round}`), "round");
      const last = pair.primary.replicator.report.lastResync;
      ok(!last || last.bytesSent < 1 << 20, `a swap copied ${last?.bytesSent}`);
      await equalCopies(pair);
    }
  },
});

onPair({
  name: "a write made while the peer is greeted is not forgotten",
  async run(pair) {
    for (let round = 0; round < 6; round++) {
      // Both end in order: nothing is marked, and the next session begins with "nothing to do".
      await pair.primary.replicator.command({ command: "idle" });
      await pair.secondary.replicator.command({ command: "idle" });
      await pair.alone();
      let writing = true;
      const writer = (async () => {
        for (let i = 0; writing; i++) {
          const path = join(pair.primary.data, `round${round}-${i % 50}`);
          await Deno.writeTextFile(path, `${i}`);
        }
      })();
      await pair.join();
      writing = false;
      await writer;
      await equalCopies(pair);
    }
  },
});

onPair({
  name: "inode ids are given from above both nodes' epochs",
  async run(pair) {
    for (let round = 0; round < 3; round++) await pair.swap();
    const [a, b] = pair.nodes;
    const epochs = () =>
      [a, b].map(({ replicator }) => replicator.report.identity.epoch);
    const most = Math.max(...epochs());
    // The secondary is set up anew: it knows nothing of what was given before.
    await pair.secondary.replicator.kill();
    await Deno.remove(
      join(pair.root, `${pair.secondary.name}-own`, "state"),
      { recursive: true },
    );
    await pair.alone();
    await pair.secondary.replicator.start();
    await pair.join();
    ok(Math.min(...epochs()) >= most, `epochs ${epochs()}, expected ${most}`);
    await Deno.writeTextFile(join(pair.primary.data, "old"), "old");
    await pair.swap();
    await Deno.writeTextFile(join(pair.primary.data, "new"), "new");
    strictEqual(
      await Deno.readTextFile(join(pair.primary.data, "old")),
      "old",
    );
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a disk that was replaced, and comes back when its successor has failed, is compared as a whole",
  async run(pair) {
    const { primary, secondary } = pair;
    const own = join(pair.root, `${secondary.name}-own/state`);
    const kept = join(pair.root, "kept");
    await Deno.writeTextFile(`${primary.data}/file`, "of the first days");
    await equalCopies(pair);
    // Nothing is written while its successor is put in, nothing was on its way: no mark, no new generation.
    const generation = () => primary.replicator.report.identity.current;
    const first = generation();
    await sleep(SETTLED_MS);
    await lose(pair);
    strictEqual(generation(), first);
    await shell(
      `mkdir '${kept}' && cp -a '${own}' '${kept}/state' && cp -a '${secondary.backing}' '${kept}/data'`,
    );
    const clear = () =>
      shell(
        `find '${own}' '${secondary.backing}' -mindepth 1 -delete`,
      );
    await clear();
    await secondary.replicator.start();
    await pair.join();
    await equalCopies(pair);
    await Deno.writeTextFile(`${primary.data}/file`, "of its successor's days");
    await equalCopies(pair);

    await sleep(SETTLED_MS);
    await lose(pair);
    await clear();
    await shell(
      `cp -a '${kept}/state/.' '${own}' && cp -a '${kept}/data/.' '${secondary.backing}'`,
    );
    await secondary.replicator.start();
    await pair.join();
    ok(primary.replicator.report.lastResync?.full, "nothing was compared");
    await equalCopies(pair);
  },
});

/** A machine as its hypervisor keeps it: what it had at that moment, disks and all. */
async function snapshotOf(pair: Pair, node: Node) {
  const own = join(pair.root, `${node.name}-own/state`);
  const kept = await Deno.makeTempDir({ dir: pair.root });
  await shell(
    `cp -a '${own}' '${kept}/state'; cp -a '${node.backing}' '${kept}/data'`,
  );
  return () =>
    shell(`
      find '${own}' '${node.backing}' -mindepth 1 -delete
      cp -a '${kept}/state/.' '${own}'; cp -a '${kept}/data/.' '${node.backing}'`);
}

for (const alone of [true, false]) {
  const wrote = alone ? "wrote alone meanwhile" : "wrote nothing alone";
  onPair({
    name:
      `a secondary that is set back to a snapshot while its primary ${wrote} is compared as a whole`,
    async run(pair) {
      const { primary, secondary } = pair;
      const write = (name: string, text: string) =>
        Deno.writeTextFile(`${primary.data}/${name}`, text);
      await write("file", "of yesterday");
      await sleep(SETTLED_MS);
      const setBack = await snapshotOf(pair, secondary);
      await write("file", "of today");
      await write("other", "of today");
      await sleep(SETTLED_MS);
      await lose(pair);
      if (alone) await write("alone", "written");
      await setBack();
      await secondary.replicator.start();
      await pair.join();
      ok(primary.replicator.report.lastResync?.full, "nothing was compared");
      match(await pair.said(), /older than when it was level last/);
      // It was set back as a whole: nothing there is newer than its state.
      const { stdout } = await shell(
        `ls -d '${secondary.backing}'/.hakit/aside* 2>/dev/null || true`,
      );
      strictEqual(stdout, "");
      await equalCopies(pair);
    },
  });
}

onPair({
  name:
    "a secondary that is set back to the last moment before it was lost lacks nothing but what is marked",
  async run(pair) {
    const { primary, secondary } = pair;
    const write = (text: string) =>
      Deno.writeTextFile(`${primary.data}/file`, text);
    await write("settled");
    await sleep(SETTLED_MS);
    const setBack = await snapshotOf(pair, secondary);
    await write("at the end");
    await lose(pair);
    await setBack();
    await secondary.replicator.start();
    await pair.join();
    strictEqual(primary.replicator.report.lastResync?.full, false);
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a primary that is set back to a snapshot, after the other one has taken over or without, is compared as a whole",
  async run(pair) {
    for (const takenOver of [true, false]) {
      const { primary, secondary } = pair;
      const path = `${primary.data}/file`;
      await Deno.writeTextFile(path, "of yesterday");
      await sleep(SETTLED_MS);
      const setBack = await snapshotOf(pair, primary);
      await Deno.writeTextFile(path, "of today");
      await sleep(SETTLED_MS);
      await primary.replicator.kill();
      await secondary.replicator.until(
        ({ session }) => session !== "mirrored",
        "the loss",
      );
      pair.primaryIndex = pair.nodes.indexOf(secondary) as 0 | 1;
      await pair.alone();
      if (takenOver) {
        await Deno.writeTextFile(`${secondary.data}/alone`, "written");
      }
      await setBack();
      await primary.replicator.start();
      await pair.join();
      ok(secondary.replicator.report.lastResync?.full, "not compared");
      strictEqual(
        await Deno.readTextFile(`${secondary.data}/file`),
        "of today",
      );
      await equalCopies(pair);
    }
  },
});

onPair({
  name:
    "an application that changes everything during each pass is slowed until they are short, and not held for all of it",
  // Of each region 64 KiB are sent: two seconds for a pass over all, where one would be waited for.
  resyncLimit: 1_800_000,
  async run(pair) {
    const MIB = 1 << 20, REGIONS = 64;
    const path = join(pair.primary.data, "database");
    await Deno.writeFile(path, new Uint8Array(REGIONS * MIB));
    await lose(pair);
    await pair.secondary.replicator.start();
    using file = await Deno.open(path, { write: true });
    const touch = async (turn: number) => {
      await file.seek((turn % REGIONS) * MIB, Deno.SeekMode.Start);
      await file.write(new Uint8Array(65_536).fill(turn + 1));
    };
    for (let turn = 0; turn < REGIONS; turn++) await touch(turn);
    let level = false, longestMs = 0;
    const joined = pair.join({}, 90_000);
    const ended = later(joined.finally(() => level = true));
    for (let turn = 0; !level; turn++) {
      const began = performance.now();
      await touch(turn);
      longestMs = Math.max(longestMs, performance.now() - began);
      // Each region several times in a pass.
      await sleep(2);
    }
    await ended;
    const said = await pair.said();
    ok(said.includes("their changes are slowed"), said);
    ok(longestMs < 3000, `a write waited for ${longestMs} ms`);
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a session breaks while both nodes live: the resync that has begun goes on when the primary goes on alone, and not everything is compared",
  async run(pair) {
    const { primary, secondary } = pair;
    const file = (name: string) => `${primary.data}/${name}`;
    // So that it is under way for as long as the agents take to decide.
    await primary.replicator.command({ command: "resync", paused: true });
    await Deno.writeFile(file("unsettled"), new Uint8Array(1 << 20).fill(7));
    await pair.cut();
    await primary.replicator.until(
      ({ session }) => session === "lost",
      "a loss",
    );
    await pair.heal();
    await secondary.replicator.until(
      ({ session }) => session === "resync",
      "a resync that waits",
    );
    // Not before it knows what the secondary has marked: going alone ends a session that is not there yet.
    await primary.replicator.until(
      ({ resync }) => resync?.paused === true,
      "the secondary's marks",
    );
    await secondary.replicator.command({ command: "outdate" });
    await primary.replicator.command({ command: "alone" });
    // Applications do not wait for it any more, and what they write comes along.
    await Deno.writeTextFile(file("alone"), "written alone");
    strictEqual(primary.replicator.report.session, "resync");
    await primary.replicator.command({ command: "resync", paused: false });
    await pair.mirrored();
    strictEqual(secondary.replicator.report.lastResync?.full, false);
    strictEqual(secondary.replicator.report.identity.upToDate, true);
    await equalCopies(pair);
  },
});

onPair({
  name:
    "a resync of what changed breaks off again and again, by the death of either: it goes on with that, and not everything is compared",
  resyncLimit: 6 << 20,
  async run(pair) {
    const { primary, secondary } = pair;
    const random = (name: string) =>
      shell(`head -c 24M /dev/urandom > '${primary.data}/${name}'`);
    await Deno.mkdir(`${primary.data}/old/deep`, { recursive: true });
    await random("old/deep/settled");
    await exercisePair(pair, { operations: 2_000 });
    await sleep(SETTLED_MS);
    await lose(pair);
    // As if moved, banished, and lost with a session that broke off: in no mark, and to be made anew beneath a marked directory.
    await Deno.remove(`${secondary.backing}/old/deep`, { recursive: true });
    await Deno.writeTextFile(`${primary.data}/old/beside`, "marks its folder");
    await exercisePair(pair, { operations: 2_000 });
    await random("written alone");
    for (const dies of [secondary, primary, secondary, secondary]) {
      if (!secondary.replicator.ready) await secondary.replicator.start();
      await secondary.replicator.command({ command: "secondary" });
      await primary.replicator.command({ command: "connect" });
      await primary.replicator.until(
        ({ resync }) => resync !== null && resync.bytesSent > 1 << 20,
        "a part of it",
      );
      await dies.replicator.kill();
      strictEqual(secondary.replicator.report.identity.consistent, false);
      if (dies === primary) {
        await primary.replicator.start();
        await pair.alone();
      } else {
        await primary.replicator.until(
          ({ session }) => session !== "resync",
          "the loss",
        );
      }
    }
    await secondary.replicator.start();
    await primary.replicator.command({ command: "resync", limit: 0 });
    await pair.join();
    strictEqual(primary.replicator.report.lastResync?.full, false);
    strictEqual(secondary.replicator.report.identity.consistent, true);
    await equalCopies(pair);
    match(await pair.said(), /what changed, going on where it broke off/);
  },
});

onPair({
  name:
    "a resync of what changed breaks off at any moment while applications work: the copies are equal in the end",
  resyncLimit: 4 << 20,
  async run(pair) {
    const { primary, secondary } = pair;
    await exercisePair(pair, { operations: 2_000 });
    await sleep(SETTLED_MS);
    await lose(pair);
    await exercisePair(pair, { operations: 2_000 });
    for (let round = 0; round < 8; round++) {
      const work = later(exercisePair(pair, { operations: 600 }));
      if (!secondary.replicator.ready) await secondary.replicator.start();
      await secondary.replicator.command({ command: "secondary" });
      await primary.replicator.command({ command: "connect" });
      await sleep(Math.random() * 900);
      await secondary.replicator.kill();
      // Where it was level a moment before, applications wait for the decision.
      await primary.replicator.until(
        ({ session }) => session !== "resync" && session !== "mirrored",
        "the loss",
      );
      await primary.replicator.command({ command: "alone" });
      await work;
    }
    await secondary.replicator.start();
    await primary.replicator.command({ command: "resync", limit: 0 });
    await pair.join();
    strictEqual(primary.replicator.report.lastResync?.full, false);
    await equalCopies(pair);
  },
});

onPair({
  name:
    "what has its room on the primary's disk has it on a copy that was brought up to date",
  disks: "256m",
  lacking: lacking("mkfs.ext4", "losetup", "fallocate"),
  async run(pair) {
    const { primary, secondary } = pair;
    await lose(pair);
    await shell(`cd '${primary.data}'
      fallocate -l 20M reserved; head -c 8M /dev/zero > zeros; truncate -s 30M sparse
      head -c 4M /dev/urandom > mixed; fallocate -l 16M mixed; : > empty`);
    await secondary.replicator.start();
    await pair.join();
    for (const name of ["reserved", "zeros", "sparse", "mixed", "empty"]) {
      const [one, other] = pair.nodes.map(({ backing }) =>
        Deno.statSync(`${backing}/${name}`)
      );
      strictEqual(other!.size, one!.size, name);
      strictEqual(other!.blocks! * 512 >= other!.size, name !== "sparse", name);
    }
    await equalCopies(pair);
  },
});
