/**
 * Guarantee level fsync: a write returns when it is sent. What the survivor of a failover shows is what a power cut of one machine
 * would leave, a beginning of what was written with all that was synced; and nothing comes back from the dead one's disk.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { equalCopies, exercisePair, later, onPair, tell } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { shell } from "./shell.ts";

const directory = { guarantee: "fsync" } as const;
const encoder = new TextEncoder();
const line = (i: number) => `${String(i).padStart(9, "0")}\n`;

/** Writes numbered lines, each with a call of its own, syncs every so many, and says how far it is synced. */
function writer(path: string, sync: number) {
  const program = `
    const f = Deno.openSync(${
    JSON.stringify(path)
  }, { create: true, append: true });
    const out = new TextEncoder();
    for (let i = 0;; i++) {
      f.writeSync(out.encode(String(i).padStart(9, "0") + "\\n"));
      if (i % ${sync} !== ${sync} - 1) continue;
      f.syncSync();
      Deno.stdout.writeSync(out.encode("s" + i + "\\n"));
    }`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Reads what a writer says until `enough`. */
async function until(
  child: Deno.ChildProcess,
  enough: (text: string) => boolean,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of child.stdout.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    if (enough(text)) break;
  }
  return text;
}

/** Lines of a file, which must be all from 0 on, without a hole. */
async function beginning(path: string): Promise<number> {
  const text = await Deno.readTextFile(path);
  const whole = text.slice(0, text.length - text.length % 10);
  const lines = whole.length / 10;
  strictEqual(whole, Array.from({ length: lines }, (_, i) => line(i)).join(""));
  return lines;
}

async function end(child: Deno.ChildProcess) {
  try {
    child.kill("SIGKILL");
  } catch { /* gone */ }
  await child.stdout.cancel().catch(() => {});
  await child.status;
}

async function takeOver(pair: Pair) {
  const survivor = pair.secondary;
  pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
  await survivor.replicator.until((r) => r.session !== "mirrored", "the loss");
  strictEqual(survivor.replicator.report.identity.upToDate, true);
  await pair.alone();
}

onPair({
  name: "fsync: a write returns while the peer stands still, an fsync does not",
  directory,
  async run(pair) {
    const path = `${pair.primary.data}/file`;
    using file = await Deno.open(path, { create: true, write: true });
    await file.write(new Uint8Array(4096));
    await file.sync();
    const pid = pair.secondary.replicator.pid;
    Deno.kill(pid, "SIGSTOP");
    const began = performance.now();
    const block = crypto.getRandomValues(new Uint8Array(4096));
    for (let i = 0; i < 64; i++) await file.write(block);
    const wrote = performance.now() - began;
    // Nothing of it is done here: the peer has not seen it.
    const info = await Deno.stat(`${pair.primary.backing}/file`);
    strictEqual(info.size, 4096);
    let synced = false;
    const sync = later(file.sync().then(() => synced = true));
    // Whoever looks sees what was written.
    const size = later(Deno.stat(path).then(({ size }) => size));
    await sleep(300);
    strictEqual(synced, false);
    Deno.kill(pid, "SIGCONT");
    await sync;
    strictEqual(await size, 65 * 4096);
    tell(`64 writes in ${wrote.toFixed(1)} ms beside a peer that stands still`);
    ok(wrote < 1500, `${wrote} ms`);
    await equalCopies(pair);
  },
});

onPair({
  name: "strict beside it: a write does not return while the peer stands still",
  async run(pair) {
    const path = `${pair.primary.data}/file`;
    using file = await Deno.open(path, { create: true, write: true });
    const pid = pair.secondary.replicator.pid;
    Deno.kill(pid, "SIGSTOP");
    let wrote = false;
    const write = later(
      file.write(new Uint8Array(4096)).then(() => wrote = true),
    );
    await sleep(500);
    strictEqual(wrote, false);
    Deno.kill(pid, "SIGCONT");
    await write;
  },
});

onPair({
  name: "fsync: an O_DSYNC write waits for both disks",
  directory,
  async run(pair) {
    const path = `${pair.primary.data}/file`;
    await Deno.writeTextFile(path, "x");
    // Both copies are equal before the answered write is on either, too.
    await shell(`sync '${path}'`);
    await equalCopies(pair);
    const pid = pair.secondary.replicator.pid;
    Deno.kill(pid, "SIGSTOP");
    let done = false;
    const dd = later(
      shell(
        `dd if=/dev/zero of='${path}' bs=4096 count=1 oflag=dsync conv=notrunc status=none`,
      ).then(() => done = true),
    );
    await sleep(700);
    strictEqual(done, false);
    strictEqual((await Deno.stat(`${pair.primary.backing}/file`)).size, 1);
    Deno.kill(pid, "SIGCONT");
    await dd;
    strictEqual((await Deno.stat(`${pair.secondary.backing}/file`)).size, 4096);
  },
});

onPair({
  name:
    "fsync: the primary is killed with frames that never arrived: they are nowhere, and do not come back",
  directory,
  async run(pair) {
    for (let round = 0; round < 3; round++) {
      const [old, survivor] = [pair.primary, pair.secondary];
      const name = `file-${round}`;
      const options = { create: true, append: true };
      const file = await Deno.open(`${old.data}/${name}`, options);
      for (let i = 0; i < 50; i++) await file.write(encoder.encode(line(i)));
      await file.sync();
      await pair.cut();
      for (let i = 50; i < 90; i++) await file.write(encoder.encode(line(i)));
      // The others wait for the peer, and are not answered.
      const made = shell(`touch '${old.data}/made-${round}'`);
      const waits = later(rejects(made));
      const synced = later(rejects(file.sync()));
      await sleep(200);
      await old.replicator.kill();
      await waits;
      await synced;
      file.close();
      // Not on the dead one's disk either: otherwise nobody would know where it differs.
      strictEqual(await beginning(`${old.backing}/${name}`), 50);
      await takeOver(pair);
      await pair.heal();
      strictEqual(await beginning(`${survivor.data}/${name}`), 50);
      await Deno.writeTextFile(`${survivor.data}/${name}`, line(50), {
        append: true,
      });
      await old.replicator.start();
      await pair.join();
      await equalCopies(pair);
      strictEqual(await beginning(`${survivor.data}/${name}`), 51);
      deepStrictEqual(pair.primary.replicator.report.lastResync?.full, false);
    }
  },
});

onPair({
  name:
    "fsync: the primary is killed in the middle: a beginning is there, with all that was synced",
  directory,
  async run(pair) {
    for (let round = 0; round < 6; round++) {
      const [old, survivor] = [pair.primary, pair.secondary];
      const name = `run-${round}`;
      const child = writer(`${old.data}/${name}`, 64);
      let kill: Promise<void> | null = null;
      let said: string;
      try {
        said = await until(child, (text) => {
          if (text.includes("s")) {
            kill ??= later(
              sleep(90 * round + 37).then(() => old.replicator.kill()),
            );
          }
          return !old.replicator.running;
        });
        await kill;
      } finally {
        await end(child);
      }
      const synced = Number(/s(\d+)\n(?!.*\n)/.exec(said)?.[1] ?? -1);
      await takeOver(pair);
      const lines = await beginning(`${survivor.data}/${name}`);
      ok(lines > synced, `${lines} lines, synced up to ${synced}`);
      await Deno.writeTextFile(`${survivor.data}/alone-${round}`, "alone");
      await old.replicator.start();
      await pair.join();
      await equalCopies(pair);
      strictEqual(await beginning(`${survivor.data}/${name}`), lines);
    }
  },
});

onPair({
  name:
    "fsync: what was answered is kept while the peer is lost, and done when this node goes on alone",
  directory,
  async run(pair) {
    const { primary } = pair;
    const options = { create: true, append: true };
    const file = await Deno.open(`${primary.data}/file`, options);
    for (let i = 0; i < 10; i++) await file.write(encoder.encode(line(i)));
    await file.sync();
    await pair.cut();
    for (let i = 10; i < 40; i++) {
      await file.write(encoder.encode(line(i)));
    }
    await primary.replicator.until((r) => r.session === "lost", "lost");
    strictEqual(await beginning(`${primary.backing}/file`), 10);
    await pair.secondary.replicator.command({ command: "outdate" });
    const sync = later(file.sync());
    await pair.alone();
    await sync;
    file.close();
    strictEqual(await beginning(`${primary.backing}/file`), 40);
    await pair.heal();
    await pair.join();
    await equalCopies(pair);
  },
});

onPair({
  name:
    "fsync: the peer's disk is full: what it has is a beginning, the application goes on",
  directory,
  sizes: [null, "24m"],
  async run(pair) {
    const path = `${pair.primary.data}/large`;
    {
      using file = await Deno.open(path, { create: true, write: true });
      pair.keep(200);
      for (let i = 0; i < 60; i++) {
        const block = new Uint8Array(1 << 20).fill(i + 1);
        for (let done = 0; done < block.length;) {
          done += await file.write(block.subarray(done));
        }
      }
      await file.sync();
    }
    await pair.release();
    strictEqual(
      (await Deno.stat(`${pair.primary.backing}/large`)).size,
      60 << 20,
    );
    strictEqual(pair.secondary.replicator.report.identity.upToDate, false);
    await Deno.remove(path);
    pair.keep(200);
    await pair.mirrored(60_000);
    await pair.release();
    await equalCopies(pair);
  },
});

onPair({
  name: "fsync: exerciser while the network is cut and the secondary is killed",
  directory,
  async run(pair) {
    pair.keep();
    let running = true;
    const exercise = exercisePair(pair, {
      operations: Number(Deno.env.get("HAKIT_OPERATIONS") ?? 20_000),
      // What was answered waits for the peer, or for its loss, and has the time at which it is made.
      lateMs: 5_000,
    }).finally(() => running = false);
    let rounds = 0;
    const disturbance = (async () => {
      while (running) {
        await sleep(300);
        if (!running) return;
        if (rounds++ % 2 === 0) {
          await pair.cut();
          await sleep(800);
          await pair.heal();
          await sleep(500);
        } else {
          await pair.secondary.replicator.kill();
          await sleep(1000);
          await pair.secondary.replicator.start();
        }
        await pair.mirrored();
      }
    })();
    for (const each of await Promise.allSettled([exercise, disturbance])) {
      if (each.status === "rejected") throw each.reason;
    }
    await pair.mirrored();
    await pair.release();
    tell(`${rounds} disturbances, seed ${(await exercise).seed}`);
    ok(rounds > 0);
    await equalCopies(pair);
  },
});
