/**
 * Speed of mirrored directories beside others, in one run on one machine: both
 * nodes, the network between them and the writer share its processors. About a
 * quarter of an hour; the table goes to dist/bench.md and dist/bench.json too,
 * which grow with each row.
 *
 *   deno task bench [--seconds N] [--rounds N] [--store RAM|disk] [--json] [--work TEXT] [--no-install]
 */
import { parseArgs } from "node:util";
import { cannotPair } from "../e2e/replicator/pair.ts";
import { lacking, run } from "../e2e/replicator/shell.ts";
import { type Contest, CONTESTS, type Maker } from "./contests.ts";
import { lookAtMachine, type Machine, machineLine } from "./machine.ts";
import { measure } from "./measure.ts";
import { bare, type Place } from "./places.ts";
import { installRivals } from "./rivals.ts";
import { type Figure, median, type Row, table } from "./report.ts";

const STORES: Readonly<Record<string, string>> = {
  RAM: "/dev/shm",
  disk: "/var/tmp",
};
const FOLDER = "dist";

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "3" },
      rounds: { type: "string", default: "3" },
      store: { type: "string" },
      json: { type: "boolean", default: false },
      work: { type: "string", default: "" },
      "no-install": { type: "boolean", default: false },
    },
  });
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
  if (!(seconds > 0 && rounds >= 1)) {
    say("--seconds and --rounds: expected numbers above 0");
    return 2;
  }
  if (values.store && !STORES[values.store]) {
    say(`--store "${values.store}": expected RAM or disk`);
    return 2;
  }
  const reason = cannotPair() ?? lacking("fio");
  if (reason) {
    say(`Cannot measure: ${reason}`);
    return 1;
  }
  const apart = values["no-install"] ? null : await installRivals(say);
  if (apart) say(apart);
  const result: Result = {
    machine: await lookAtMachine(STORES),
    seconds,
    rounds,
    rows: [],
    leftOut: [],
  };
  for (const [store, base] of Object.entries(STORES)) {
    if (values.store && values.store !== store) continue;
    await using places = new Places(base);
    for (const contest of CONTESTS) {
      if (!contest.name.includes(values.work)) continue;
      if (contest.store && contest.store !== store) continue;
      const obstacle = await contest.obstacle();
      say(`${store}: ${contest.name}${obstacle ? `: ${obstacle}` : ""}`);
      try {
        if (obstacle) throw new Error(obstacle);
        const row = await hold(contest, places, { seconds, rounds });
        result.rows.push({ ...row, store });
      } catch (error) {
        // One that cannot be measured is no reason to lose the others.
        const why = error instanceof Error ? error.message : String(error);
        result.leftOut.push(`${store}, ${contest.name}: ${why.slice(0, 300)}`);
        say(result.leftOut.at(-1)!);
        await places.close();
      }
      write(result);
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(
    (values.json ? JSON.stringify(result, null, 2) : markdown(result)) + "\n",
  ));
  return result.leftOut.length === 0 ? 0 : 1;
}

interface Result {
  readonly machine: Machine;
  readonly seconds: number;
  readonly rounds: number;
  readonly rows: Row[];
  /** What could not be measured, and why. */
  readonly leftOut: string[];
}

function markdown({ machine, seconds, rounds, rows, leftOut }: Result): string {
  const how =
    `Medians of ${rounds} runs of ${seconds} s each, in turn with the rival's.`;
  const missing = leftOut.map((line) => `\n- not measured: ${line}`).join("");
  return `${machineLine(machine)} ${how}\n\n${table(rows)}${
    missing && `\n${missing}`
  }`;
}

function write(result: Result): void {
  Deno.mkdirSync(FOLDER, { recursive: true });
  Deno.writeTextFileSync(`${FOLDER}/bench.md`, markdown(result) + "\n");
  const json = JSON.stringify(result, null, 2);
  Deno.writeTextFileSync(`${FOLDER}/bench.json`, json + "\n");
}

/** Open places of one store, each made when it is first needed: to set one up takes longer than to measure. */
class Places implements AsyncDisposable {
  readonly #open = new Map<Maker, Place>();

  constructor(readonly base: string) {}

  async get(maker: Maker): Promise<Place> {
    let place = this.#open.get(maker);
    if (!place) this.#open.set(maker, place = await maker(this.base));
    return place;
  }

  async close(): Promise<void> {
    for (const [maker, place] of this.#open) {
      this.#open.delete(maker);
      await place[Symbol.asyncDispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Turn about, so that a noisy minute of the machine hits both. */
async function hold(
  contest: Contest,
  places: Places,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<Omit<Row, "store">> {
  const ours: Figure[] = [], theirs: Figure[] = [];
  const place = await places.get(contest.place);
  const rivals = await places.get(contest.rivals);
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => ours.push(await measure(place, contest.ours, seconds)),
      async () => theirs.push(await measure(rivals, contest.theirs, seconds)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) {
      await settle(places.base);
      await turn();
    }
  }
  let plain: number | null = null;
  if (contest.rivals !== bare) {
    await settle(places.base);
    plain = await contest.ours(await places.get(bare), seconds);
  }
  return {
    name: contest.name,
    unit: contest.unit,
    rival: contest.rival,
    least: contest.least,
    stretch: contest.stretch,
    ours: middle(ours),
    theirs: middle(theirs),
    bare: plain,
  };
}

/** What one run still owes the disk is not the next one's. */
function settle(base: string) {
  return run("sync", ["-f", base], { timeoutMs: 120_000 });
}

function middle(figures: readonly Figure[]): Figure {
  const known = (key: "cpuUs" | "memory") => {
    const values = figures.map((figure) => figure[key])
      .filter((value) => value !== null);
    return values.length > 0 ? median(values) : null;
  };
  return {
    rate: median(figures.map(({ rate }) => rate)),
    cpuUs: known("cpuUs"),
    memory: known("memory"),
  };
}

function say(line: string) {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
