/**
 * By hand: what a large sparse image costs, as a volume that is written here and there. A pair of nodes on disks of their own, an image
 * in the mirrored directory, scattered 4 KiB writes with an fsync after each few; then the death of both, and of the primary. Says
 * what was compared and sent afterwards, how long it took and the most memory that each replicator had, and compares both images.
 *
 *   deno run -A tests/bench/image.ts [--size 200] [--seconds 30] [--base /var/tmp]
 */
import { strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as c from "../e2e/fs/libc.ts";
import { cannotPair, Pair } from "../e2e/replicator/pair.ts";
import { sleep } from "../e2e/replicator/replicator_process.ts";
import { run } from "../e2e/replicator/shell.ts";
import { cost, line } from "./many.ts";

const GIB = 1024 ** 3;
const MINUTES_10 = 600_000;
const PART = 1 << 20;
/** Writes between two fsyncs. */
const SYNC = 32;

/** Writes everywhere until it is ended or refused; says how many blocks are synced. */
function scatter(path: string, size: number): Deno.ChildProcess {
  const program = `
    using f = Deno.openSync(${JSON.stringify(path)}, { write: true });
    const block = crypto.getRandomValues(new Uint8Array(4096));
    const say = (n) => Deno.stdout.writeSync(new TextEncoder().encode(n + "\\n"));
    for (let n = 1;; n++) {
      f.seekSync(Math.floor(Math.random() * ${size / 4096}) * 4096, 0);
      block[n % 4096] ^= n;
      f.writeSync(block);
      if (n % ${SYNC} === 0) { f.syncDataSync(); say(n); }
    }`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Scattered writes for so long, then what happens; how many were synced by then. */
async function scattered(
  pair: Pair,
  about: { readonly size: number; readonly seconds: number },
  then: () => Promise<unknown>,
): Promise<number> {
  const writer = scatter(join(pair.primary.data, "image"), about.size);
  const said = new Response(writer.stdout).text();
  await sleep(about.seconds * 1000);
  await then();
  try {
    writer.kill("SIGKILL");
  } catch { /* its write was refused */ }
  await writer.status;
  return Number((await said).trim().split("\n").at(-1));
}

/** Every byte that is not a hole on either side; how many were compared. */
function sameImages(a: string, b: string): number {
  const sides = [a, b].map((path) =>
    c.open(c.AT_FDCWD, c.native(path), c.O_RDONLY)
  );
  const buffers = sides.map(() => new Uint8Array(PART));
  let compared = 0;
  for (const side of sides) {
    for (let at = c.lseek(side, 0, c.SEEK_DATA); at >= 0;) {
      const end = c.lseek(side, at, c.SEEK_HOLE);
      for (; at < end; at += PART) {
        const size = Math.min(PART, end - at);
        const [x, y] = sides.map((fd, i) => {
          const part = buffers[i]!.subarray(0, size);
          return part.subarray(0, c.pread(fd, part, at));
        });
        strictEqual(Buffer.compare(x!, y!), 0, `the images differ near ${at}`);
        compared += x!.length;
      }
      at = c.lseek(side, end, c.SEEK_DATA);
    }
  }
  for (const side of sides) c.close(side);
  return compared;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      size: { type: "string", default: "200" },
      seconds: { type: "string", default: "30" },
      base: { type: "string", default: "/var/tmp" },
    },
  });
  const reason = cannotPair();
  if (reason) {
    say(`Cannot measure: ${reason}`);
    return 1;
  }
  const size = Number(values.size) * GIB, seconds = Number(values.seconds);
  await using pair = await Pair.create(
    { base: values.base, disks: "16g" },
    async (node, index) => {
      if (index > 0) return;
      await run("truncate", ["-s", `${size}`, join(node.data, "image")]);
    },
  );
  const told = async (what: string, action: () => Promise<unknown>) => {
    say(line(await cost(pair, what, action)));
    const last = pair.primary.replicator.report.lastResync;
    if (last) {
      const mib = (bytes = 0) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      say(
        `  compared ${mib(last.bytesCompared)}, sent ${mib(last.bytesSent)}` +
          `${last.full ? ", everything" : ""}`,
      );
    }
  };
  await pair.primary.replicator.command({ command: "force", full: true });
  await pair.alone();
  await told(`first copy of ${values.size} GiB of holes`, () => pair.join());
  let blocks = await scattered(
    pair,
    { size, seconds },
    () => Promise.all(pair.nodes.map(({ replicator }) => replicator.kill())),
  );
  say(`${blocks} blocks synced in ${seconds} s, then both die`);
  for (const { replicator } of pair.nodes) await replicator.start();
  await pair.alone();
  await told("return of both", () => pair.join({}, MINUTES_10));
  blocks = await scattered(
    pair,
    { size, seconds },
    () => pair.primary.replicator.kill(),
  );
  say(`${blocks} blocks synced in ${seconds} s, then the primary dies`);
  await run("umount", ["-l", pair.primary.data], { allowFailure: true });
  pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
  await pair.alone();
  blocks = await scattered(pair, { size, seconds: 5 }, async () => {});
  say(`${blocks} blocks synced by the survivor alone`);
  await pair.secondary.replicator.start();
  await told("return of the primary", () => pair.join({}, MINUTES_10));
  await pair.idle();
  const [a, b] = pair.nodes.map(({ backing }) => join(backing, "image"));
  say(
    `both images are the same: ${
      Math.round(sameImages(a!, b!) / 2 ** 20)
    } MiB compared`,
  );
  return 0;
}

function say(words: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${words}\n`));
}

if (import.meta.main) Deno.exit(await main());
