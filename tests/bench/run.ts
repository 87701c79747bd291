/**
 * Speed of mirrored directories beside bare ones, in one run on one machine:
 * both nodes, the network between them and the writer share its processors.
 *
 *   deno task bench [--seconds N] [--store RAM|disk] [--json] [--jobs TEXT]
 */
import { parseArgs } from "node:util";
import { cannotPair, Pair } from "../e2e/replicator/pair.ts";
import { lacking } from "../e2e/replicator/shell.ts";
import { JOBS, measure } from "./fio.ts";
import { type Row, table } from "./report.ts";

const STORES: Readonly<Record<string, string>> = {
  RAM: "/dev/shm",
  disk: "/var/tmp",
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "5" },
      store: { type: "string" },
      json: { type: "boolean", default: false },
      jobs: { type: "string", default: "" },
    },
  });
  const reason = cannotPair() ?? lacking("fio");
  if (reason) {
    write(Deno.stderr, `Cannot measure: ${reason}`);
    return 1;
  }
  const stores = Object.entries(STORES)
    .filter(([name]) => !values.store || values.store === name);
  const jobs = JOBS.filter((job) => job.name.includes(values.jobs));
  const rows: Row[] = [];
  for (const [store, base] of stores) {
    for (const job of jobs) {
      write(Deno.stderr, `${store}: ${job.name}`);
      // A new pair a row: no row pays for what another left in memory.
      await using pair = await Pair.create({ base });
      const directory = `${pair.root}/bare`;
      await Deno.mkdir(directory);
      const bare = await measure(job, directory, Number(values.seconds));
      await pair.begin();
      const mirrored = await measure(
        job,
        pair.primary.data,
        Number(values.seconds),
      );
      rows.push({ store, job, bare, mirrored });
    }
  }
  write(
    Deno.stdout,
    values.json
      ? JSON.stringify(
        { cores: navigator.hardwareConcurrency, rows },
        null,
        2,
      )
      : table(rows),
  );
  return 0;
}

function write(to: typeof Deno.stdout | typeof Deno.stderr, line: string) {
  to.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main());
