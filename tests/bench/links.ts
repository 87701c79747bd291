/**
 * What encryption costs: mirrored directories over a link that is marked
 * trusted beside one that is not, in one run on one machine.
 *
 *   deno task bench:links [--seconds N] [--rounds N] [--store RAM|disk] [--jobs TEXT]
 */
import { parseArgs } from "node:util";
import { cannotPair, Pair } from "../e2e/replicator/pair.ts";
import { lacking } from "../e2e/replicator/shell.ts";
import { type Job, JOBS, measure, type Measurement } from "./fio.ts";
import { columns, linkColumns, median } from "./report.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      store: { type: "string", default: "RAM" },
      jobs: { type: "string", default: "" },
    },
  });
  const reason = cannotPair() ?? lacking("fio");
  if (reason) {
    write(Deno.stderr, `Cannot measure: ${reason}`);
    return 1;
  }
  const base = values.store === "disk" ? "/var/tmp" : "/dev/shm";
  const seconds = Number(values.seconds), rounds = Number(values.rounds);
  const rows = [];
  for (const job of JOBS.filter(({ name }) => name.includes(values.jobs))) {
    write(Deno.stderr, job.name);
    rows.push({ job, ...await compare(job, { base, seconds, rounds }) });
  }
  write(Deno.stdout, columns(linkColumns(rows)));
  return 0;
}

/** Both pairs stand all the time and are measured in turns: what else the machine does meets both alike. */
async function compare(
  job: Job,
  options: {
    readonly base: string;
    readonly seconds: number;
    readonly rounds: number;
  },
) {
  const found: { [kind: string]: Measurement[] } = { trusted: [], tls: [] };
  await using trusted = await Pair.create({
    base: options.base,
    trusted: true,
  });
  await trusted.begin();
  await using tls = await Pair.create({ base: options.base });
  await tls.begin();
  for (let round = 0; round < options.rounds; round++) {
    for (const [kind, pair] of Object.entries({ trusted, tls })) {
      found[kind]!.push(
        await measure(job, pair.primary.data, options.seconds),
      );
    }
  }
  const middle = (kind: string) =>
    median(found[kind]!.map(({ perSecond }) => perSecond));
  return { trusted: middle("trusted"), encrypted: middle("tls") };
}

function write(to: typeof Deno.stdout | typeof Deno.stderr, line: string) {
  to.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
