/**
 * What a comparison of everything must not lose although it forgets each batch of directories: a directory of several pages, files
 * with names in several directories, and what is moved from where it has not been yet to where it has. HAKIT_MANY sets how many
 * names the large directory has; tests/bench/many.ts is for millions.
 */
import { ok } from "node:assert/strict";
import { equalCopies, later, onPair, tell } from "./on_pair.ts";
import type { Node } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { run } from "./shell.ts";

const MANY = Number(Deno.env.get("HAKIT_MANY") ?? 34_000);
/** What a process of TypeScript and a page of names take; three times the names take a tenth more (a million: 330 MiB on a disk). */
const MAX_RESIDENT = 450 << 20;

function resident({ replicator: { pid } }: Node): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)![1]) * 1024;
}

async function fill(data: string) {
  await Deno.mkdir(`${data}/large`);
  await run("sh", [
    "-c",
    `cd "$0/large" && seq ${MANY} | split -l 1 -a 6 -d - file-`,
    data,
  ]);
  for (let d = 0; d < 40; d++) {
    await Deno.mkdir(`${data}/d${d}/below`, { recursive: true });
    for (let i = 0; i < 5; i++) {
      await Deno.writeTextFile(`${data}/d${d}/below/f${i}`, `${d} ${i}\n`);
    }
    // Names in this directory, in the one before, and in the large one.
    await Deno.link(`${data}/d${d}/below/f0`, `${data}/d${d}/second`);
    if (d > 0) await Deno.link(`${data}/d${d}/second`, `${data}/d${d - 1}/t`);
    await Deno.link(`${data}/d${d}/second`, `${data}/large/of-${d}`);
  }
}

/** Moves directories and files to and fro, links and unlinks, until told to stop. */
async function move(data: string, signal: AbortSignal): Promise<number> {
  let moves = 0;
  for (; !signal.aborted; moves++) {
    const [a, b] = [moves % 40, (moves * 7 + 3) % 40];
    const from = `${data}/d${a}/below`, to = `${data}/d${b}/moved-${moves}`;
    await Deno.rename(from, to);
    await Deno.writeTextFile(`${to}/f1`, `changed ${moves}\n`);
    await Deno.rename(`${to}/f2`, `${data}/d${b}/other-${moves}`);
    await Deno.rename(`${data}/d${b}/other-${moves}`, `${to}/f2`);
    await Deno.link(`${to}/f3`, `${data}/d${b}/link`);
    await Deno.remove(`${data}/d${b}/link`);
    await Deno.rename(to, from);
    await sleep(20);
  }
  return moves;
}

onPair({
  name:
    `everything is compared, a directory of ${MANY} names too, while names are moved: equal copies, and none is left behind`,
  idle: true,
  fill: (node, index) => index === 0 ? fill(node.data) : undefined,
  async run(pair) {
    const { primary } = pair;
    await primary.replicator.command({ command: "force", full: true });
    await pair.alone();
    const stop = new AbortController();
    const moving = later(move(primary.data, stop.signal));
    try {
      await pair.join({}, 400_000);
    } finally {
      stop.abort();
      tell(`${await moving} rounds of moves`);
    }
    await equalCopies(pair);
    // Spoiled behind its back, where a walk comes last and first: each is found again.
    const { backing } = pair.secondary;
    await Deno.writeTextFile(`${backing}/d7/below/f1`, "rotten\n");
    await Deno.remove(`${backing}/large/of-11`);
    await Deno.copyFile(`${backing}/d11/second`, `${backing}/large/of-11`);
    await Deno.rename(`${backing}/large/file-000123`, `${backing}/d3/stray`);
    await pair.join({ full: true }, 400_000);
    await equalCopies(pair);
    for (const node of pair.nodes) {
      const bytes = resident(node);
      tell(`${node.name}: ${bytes >> 20} MiB resident at most`);
      ok(bytes < MAX_RESIDENT, `${node.name}: ${bytes}`);
    }
  },
});
