/**
 * By hand: what millions of files cost. A pair of nodes on disks of their own (sparse ext4 images), files made beneath before hakit
 * is there; then the first copy, a listing of all, a lost and a changed connection, a crash of the primary, a comparison of everything.
 * Says for each how long it took, the most memory that each replicator had and its processor time.
 *
 *   deno run -A tests/bench/many.ts [--files 5000000] [--base /var/tmp]
 */
import { parseArgs } from "node:util";
import { processorTime } from "./measure.ts";
import { cannotPair, type Node, Pair } from "../e2e/replicator/pair.ts";
import { run } from "../e2e/replicator/shell.ts";

const FOLDER = 1000;
const HOURS = 3_600_000;

export interface Cost {
  readonly what: string;
  readonly seconds: number;
  /** Most resident memory while it was done, MiB, of primary and secondary; null: it did not run. */
  readonly peaks: readonly (number | null)[];
  /** Processor seconds of the same two: what it costs on a machine with other work too. */
  readonly busy: readonly number[];
}

/** The most memory from here on counts from what is taken now. */
function resetPeak({ replicator }: Node) {
  if (replicator.running) {
    Deno.writeTextFileSync(`/proc/${replicator.pid}/clear_refs`, "5");
  }
}

function peak({ replicator }: Node): number | null {
  if (!replicator.running) return null;
  const status = Deno.readTextFileSync(`/proc/${replicator.pid}/status`);
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)![1]) >> 10;
}

export async function cost(
  pair: Pair,
  what: string,
  action: () => Promise<unknown>,
): Promise<Cost> {
  const nodes = [pair.primary, pair.secondary];
  for (const node of nodes) resetPeak(node);
  const time = ({ replicator }: Node) =>
    replicator.running ? processorTime([replicator.pid]) / 100 : 0;
  const before = nodes.map(time);
  const began = performance.now();
  await action();
  const seconds = (performance.now() - began) / 1000;
  const busy = nodes.map((node, i) => time(node) - before[i]!);
  return { what, seconds, peaks: nodes.map(peak), busy };
}

/** Files of one line each, a thousand in a directory. */
export async function makeFiles(below: string, first: number, count: number) {
  const last = first + Math.ceil(count / FOLDER) - 1;
  const each = `mkdir -p "$0/d$1" && cd "$0/d$1" && ` +
    `seq ${FOLDER} | split -l 1 -a 4 -d - file-`;
  await run("sh", [
    "-c",
    `seq ${first} ${last} | xargs -P 2 -n 1 sh -c '${each}' "$0"`,
    below,
  ], { timeoutMs: HOURS });
}

export async function* many(
  pair: Pair,
  files: number,
): AsyncGenerator<Cost, void> {
  const lost = () =>
    pair.primary.replicator.until(
      ({ session }) => session !== "mirrored",
      "the peer's loss",
    );
  await pair.primary.replicator.command({ command: "force", full: true });
  await pair.alone();
  yield await cost(pair, "first copy", () => pair.join({}, HOURS));
  yield await cost(
    pair,
    "ls -lR of all",
    () =>
      run("sh", ["-c", `ls -lR "$0" | wc -l`, pair.primary.data], {
        timeoutMs: HOURS,
      }),
  );
  await pair.secondary.replicator.kill();
  await lost();
  await pair.alone();
  await pair.secondary.replicator.start();
  yield await cost(pair, "reconnect, nothing changed", () => pair.join());
  await pair.secondary.replicator.kill();
  await lost();
  await pair.alone();
  const more = Math.ceil(files / 20);
  yield await cost(
    pair,
    `${more} more files, alone`,
    () => makeFiles(pair.primary.data, 1_000_000, more),
  );
  await pair.secondary.replicator.start();
  yield await cost(pair, "reconnect with these", () => pair.join({}, HOURS));
  yield await cost(
    pair,
    `${more} more files, mirrored`,
    () => makeFiles(pair.primary.data, 2_000_000, more),
  );
  await pair.primary.replicator.kill();
  await run("umount", ["-l", pair.primary.data], { allowFailure: true });
  pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
  yield await cost(
    pair,
    "takeover after the primary's crash",
    () => pair.alone(),
  );
  await makeFiles(pair.primary.data, 3_000_000, FOLDER);
  await pair.secondary.replicator.start();
  yield await cost(
    pair,
    "return of the crashed one",
    () => pair.join({}, HOURS),
  );
  yield await cost(
    pair,
    "everything compared",
    () => pair.join({ full: true }, HOURS),
  );
}

export function line({ what, seconds, peaks, busy }: Cost): string {
  const memory = peaks.map((mib, i) =>
    mib === null ? "-" : `${mib} MiB, ${busy[i]!.toFixed(1)} s`
  );
  return `${what.padEnd(34)} ${seconds.toFixed(1).padStart(8)} s   ` +
    `primary ${memory[0]}; secondary ${memory[1]}`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      files: { type: "string", default: "5000000" },
      base: { type: "string", default: "/var/tmp" },
      plain: { type: "boolean", default: false },
    },
  });
  const reason = cannotPair();
  if (reason) {
    say(`Cannot measure: ${reason}`);
    return 1;
  }
  const files = Number(values.files);
  // ext4 has an inode for every 16 KiB.
  const disks = `${Math.ceil(files * 1.4 / 65_536) + 1}g`;
  say(`${files} files`);
  await using pair = await Pair.create(
    values.plain ? { base: values.base } : { base: values.base, disks },
    async (node, index) => {
      if (index === 0) await makeFiles(node.data, 0, files);
    },
  );
  try {
    for await (const each of many(pair, files)) say(line(each));
  } catch (error) {
    say(await pair.said());
    throw error;
  }
  return 0;
}

function say(words: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${words}\n`));
}

if (import.meta.main) Deno.exit(await main());
