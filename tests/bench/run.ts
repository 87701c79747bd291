/**
 * Speed of mirrored directories beside others, in one run on one machine: both
 * nodes, the network between them and the writer share its processors.
 *
 *   deno task bench [--seconds N] [--rounds N] [--store RAM|disk] [--json] [--work TEXT]
 */
import { parseArgs } from "node:util";
import { cannotPair } from "../e2e/replicator/pair.ts";
import { lacking } from "../e2e/replicator/shell.ts";
import { type Contest, CONTESTS } from "./contests.ts";
import { bare, type Place } from "./places.ts";
import { type Figure, type Row, table } from "./report.ts";
import type { Work } from "./work.ts";

const STORES: Readonly<Record<string, string>> = {
  RAM: "/dev/shm",
  disk: "/var/tmp",
};
/** Ticks of /proc/PID/stat a second, on every Linux that we know. */
const TICKS = 100;

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "2" },
      store: { type: "string" },
      json: { type: "boolean", default: false },
      work: { type: "string", default: "" },
    },
  });
  const reason = cannotPair() ?? lacking("fio");
  if (reason) {
    say(`Cannot measure: ${reason}`);
    return 1;
  }
  const rows: Row[] = [];
  for (const [store, base] of Object.entries(STORES)) {
    if (values.store && values.store !== store) continue;
    for (const contest of CONTESTS) {
      if (!contest.name.includes(values.work)) continue;
      if (contest.store && contest.store !== store) continue;
      const obstacle = await contest.obstacle();
      if (obstacle) {
        say(`${store}: ${contest.name}: left out, ${obstacle}`);
        continue;
      }
      say(`${store}: ${contest.name}`);
      rows.push(
        await hold(contest, store, base, {
          seconds: Number(values.seconds),
          rounds: Number(values.rounds),
        }),
      );
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(
    (values.json
      ? JSON.stringify({ cores: navigator.hardwareConcurrency, rows }, null, 2)
      : table(rows)) + "\n",
  ));
  return 0;
}

/** Turn about, so that a noisy minute of the machine hits both. */
async function hold(
  contest: Contest,
  store: string,
  base: string,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<Row> {
  const ours: Figure[] = [], theirs: Figure[] = [], plain: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => {
        await using place = await contest.place(base);
        ours.push(await measure(place, contest.ours, seconds));
      },
      async () => {
        await using place = await contest.rivals(base);
        theirs.push(await measure(place, contest.theirs, seconds));
      },
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    if (contest.rivals !== bare) {
      await using place = await bare(base);
      plain.push(await contest.ours(place, seconds));
    }
  }
  return {
    store,
    name: contest.name,
    unit: contest.unit,
    rival: contest.rival,
    least: contest.least,
    stretch: contest.stretch,
    ours: mean(ours),
    theirs: mean(theirs),
    bare: plain.length > 0 ? average(plain) : null,
  };
}

async function measure(
  place: Place,
  work: Work,
  seconds: number,
): Promise<Figure> {
  const began = performance.now(), before = processorTime(place.pids());
  const rate = await work(place, seconds);
  const used = processorTime(place.pids()) - before;
  const units = rate * (performance.now() - began) / 1000;
  if (place.pids().length === 0) return { rate, cpuUs: null, memory: null };
  return {
    rate,
    cpuUs: Math.max(0, used) / TICKS * 1e6 / units,
    memory: resident(place.pids()) / (1 << 20),
  };
}

/** User and system time of these processes, in ticks. */
function processorTime(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readProc(pid, "stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) || 0) + (Number(fields[12]) || 0);
  }, 0);
}

function resident(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readProc(pid, "status"))?.[1];
    return sum + Number(kib ?? 0) * 1024;
  }, 0);
}

function readProc(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

function mean(figures: readonly Figure[]): Figure {
  const known = (key: "cpuUs" | "memory") => {
    const values = figures.map((figure) => figure[key])
      .filter((value) => value !== null);
    return values.length > 0 ? average(values) : null;
  };
  return {
    rate: average(figures.map(({ rate }) => rate)),
    cpuUs: known("cpuUs"),
    memory: known("memory"),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function say(line: string) {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
