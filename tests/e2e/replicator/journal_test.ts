/** Both nodes die at once while mirrored: only what the secondary's journal names is compared, and nothing acknowledged is missing. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, exercisePair, onPair, tell } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { lacking, shell } from "./shell.ts";
import { sleep } from "./replicator_process.ts";

/** Hundreds of files are compared, on a machine that may have other work. */
const SLOW_MS = 180_000;
const ROUNDS = Number(Deno.env.get("HAKIT_ROUNDS") ?? 3);

/** Much that never changes: it must not be compared. */
function fill(dir: string, mebibytes: number) {
  return shell(`
    cd '${dir}'
    for f in 1 2 3 4; do head -c ${mebibytes / 4}M /dev/urandom > still$f; done
    for d in $(seq 30); do
      mkdir -p "old$d"; for f in $(seq 20); do echo "$d $f" > "old$d/$f"; done
    done`).then(() => {});
}

/** Appends numbered lines, each made durable, and says how many were acknowledged. */
function durableWriter(path: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `const f = Deno.openSync(${JSON.stringify(path)},
         { create: true, append: true });
       const out = new TextEncoder();
       for (let i = 0;; i++) {
         f.writeSync(out.encode(String(i).padStart(9, "0") + "\\n"));
         f.syncSync();
         Deno.stdout.writeSync(out.encode(i + "\\n"));
       }`,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return async () => {
    let rest = "";
    for await (const chunk of child.stdout) {
      rest = (rest + new TextDecoder().decode(chunk)).slice(-64);
    }
    await child.status;
    const lines = rest.trim().split("\n");
    return rest.includes("\n") ? Number(lines.at(-1)) + 1 : 0;
  };
}

/** Scattered writes over a large file, many small files, names: until the mount is gone. */
function disorder(dir: string) {
  return new Deno.Command("sh", {
    args: [
      "-c",
      `cd '${dir}' || exit
       ( i=0; while head -c 20000 /dev/urandom > new-$i; do mkdir -p d$((i % 9))
         mv new-$i d$((i % 9))/$((i % 70)) || exit; i=$((i+1)); done ) &
       ( i=0; while printf $i | dd of=../still2 bs=1 conv=notrunc status=none \\
           seek=$((i * 7777777 % 8000000)); do i=$((i+1)); done ) &
       ( i=0; while echo $i >> log && chmod $((600 + i % 2 * 40)) log; do
         rm -rf d$((i % 9)); i=$((i+1)); sleep 0.05; done ) &
       wait`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function grown(path: string, size: number) {
  for (const deadline = Date.now() + SLOW_MS; Date.now() < deadline;) {
    const known = await Deno.stat(path).catch(() => null);
    if (known && known.size >= size) return;
    await sleep(50);
  }
  throw new Error(`"${path}" does not grow to ${size} bytes`);
}

interface Case {
  /** Bytes that never change. */
  readonly still: number;
  readonly die: (pair: Pair) => Promise<unknown>;
}

async function dieTogether(pair: Pair, { still, die }: Case) {
  for (let round = 0; round < ROUNDS; round++) {
    const log = `acknowledged-${round}`;
    const work = join(pair.primary.data, "work");
    await Deno.mkdir(work, { recursive: true });
    const acknowledged = durableWriter(join(pair.primary.data, log));
    const disturbed = disorder(work);
    const exercise = exercisePair(pair, { operations: 1e6, writers: 1 })
      .catch(() => {});
    // The exerciser's model dies with the mount: each round begins anew.
    await grown(join(pair.primary.data, log), 300);
    await sleep(500 + Math.random() * 2500);
    await die(pair);
    const count = await acknowledged();
    await disturbed.status;
    await exercise;
    await Deno.remove(`${pair.root}/model`, { recursive: true });

    // Either comes back first; who was primary goes on.
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const index of order) await pair.nodes[index]!.replicator.start();
    await pair.alone();
    await Deno.writeTextFile(join(pair.primary.data, "alone"), `${round}`);
    await pair.join({}, SLOW_MS);
    await equalCopies(pair);
    const last = pair.primary.replicator.report.lastResync;
    ok(last && !last.full, `everything was compared: ${await pair.said()}`);
    tell(`${count} fsyncs; ${JSON.stringify(last)}`);
    ok(
      // With the still ones it would be more than they are.
      last.bytesCompared! < still,
      `${last.bytesCompared} bytes were compared, ${still} never changed`,
    );
    const lines = (await Deno.readTextFile(join(pair.primary.data, log)))
      .split("\n");
    ok(count > 10, `only ${count} fsyncs before the end`);
    for (let i = 0; i < count; i++) {
      strictEqual(lines[i], String(i).padStart(9, "0"));
    }
    await shell(`rm -rf '${pair.primary.data}'/w0`);
    await pair.swap();
    await equalCopies(pair);
  }
}

onPair({
  name: "both replicators are killed: only what the journal names is compared",
  // More than the exerciser writes in a round: up to 90 MiB in memory.
  fill: (node, index) => index === 0 ? fill(node.data, 256) : undefined,
  run: (pair) =>
    dieTogether(pair, {
      still: 256 << 20,
      die: () => Promise.all(pair.nodes.map((node) => node.replicator.kill())),
    }),
});

onPair({
  name: "both nodes lose their power: only what the journal names is compared",
  disks: "400m",
  lacking: lacking("mkfs.ext4", "losetup"),
  fill: (node, index) => index === 0 ? fill(node.data, 64) : undefined,
  run: (pair) =>
    dieTogether(pair, { still: 64 << 20, die: () => pair.cutPower() }),
});

/** Both are killed under load and come back; whether everything was compared. */
async function killBoth(
  pair: Pair,
  between: () => Promise<void> | void = () => {},
): Promise<boolean> {
  const work = join(pair.primary.data, "work");
  await Deno.mkdir(work, { recursive: true });
  const disturbed = disorder(work);
  await sleep(1500);
  await Promise.all(pair.nodes.map((node) => node.replicator.kill()));
  await disturbed.status;
  await between();
  for (const node of pair.nodes) await node.replicator.start();
  await pair.alone();
  await pair.join({}, SLOW_MS);
  await equalCopies(pair);
  return pair.primary.replicator.report.lastResync!.full;
}

onPair({
  name: "a journal that is gone or rotten means that everything is compared",
  fill: (node, index) => index === 0 ? fill(node.data, 20) : undefined,
  async run(pair) {
    const journal = () =>
      join(pair.root, `${pair.secondary.name}-own`, "state", "journal");
    strictEqual(await killBoth(pair), false, "with a journal");
    strictEqual(
      await killBoth(pair, () => Deno.remove(journal())),
      true,
      "without one",
    );
    const rotten = async () => {
      using file = await Deno.open(journal(), { write: true });
      await file.seek(100, Deno.SeekMode.Start);
      await file.write(new Uint8Array([1, 2, 3]));
    };
    strictEqual(await killBoth(pair, rotten), true, "with a rotten one");
  },
});

onPair({
  name:
    "the primary dies, then the secondary: the one that was secondary leads",
  fill: (node, index) => index === 0 ? fill(node.data, 20) : undefined,
  async run(pair) {
    for (let round = 0; round < 2; round++) {
      const work = join(pair.primary.data, "work");
      await Deno.mkdir(work, { recursive: true });
      const disturbed = disorder(work);
      await sleep(1500);
      await pair.primary.replicator.kill();
      await sleep(round * 700);
      await pair.secondary.replicator.kill();
      await disturbed.status;
      pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
      await pair.primary.replicator.start();
      await pair.alone();
      await Deno.writeTextFile(join(pair.primary.data, "alone"), `${round}`);
      await pair.secondary.replicator.start();
      await pair.join({}, SLOW_MS);
      await equalCopies(pair);
      const last = pair.primary.replicator.report.lastResync!;
      tell(JSON.stringify(last));
      strictEqual(last.full, false);
    }
  },
});
