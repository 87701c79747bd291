/**
 * deno task simulate: many seeded lives of two nodes, on as many cores as are wanted; or one life with its timeline. See DESIGN.md.
 */
import { parseArgs } from "node:util";
import { type Finding, jobsOf, replay, type Result } from "./batch.ts";
import { Coverage } from "./coverage.ts";
import { IS_COPY, simulateSmall } from "./histories/small_limits.ts";
import { kindOf, NEED_ROOT, SMALL } from "./kinds.ts";
import { timeline } from "./timeline.ts";
import { Crew } from "./crew.ts";

const USAGE = `deno task simulate [--seeds N] [--from S] [--kind KIND]
                   [--workers W] [--coverage] [--all]
deno task simulate KIND:SEED

  --seeds N     lives to run, of all kinds together (default 1000)
  --from S      the first seed (default 1)
  --kind KIND   of this kind only
  --workers W   on so many cores (default: all)
  --coverage    which rows, changes of role and faults were reached, and how often
  --all         goes on after a violation
  KIND:SEED     one life, with all that happened in it`;

const EVERY_MS = 5_000;

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly kind: string | undefined;
  readonly workers: number;
  readonly coverage: boolean;
  readonly all: boolean;
}

function say(text: string): void {
  // deno-lint-ignore no-console -- this is the command's own output
  console.log(text);
}

export async function main(args: readonly string[]): Promise<number> {
  let options: Options, one: string | undefined;
  try {
    ({ options, one } = read(args));
    const name = one?.split(":")[0] ?? options.kind;
    const kind = name === undefined ? null : kindOf(name);
    if (kind && NEED_ROOT.includes(kind) && Deno.uid() !== 0) {
      throw new RangeError(`kind "${name}" needs root`);
    }
    if (kind === SMALL && !IS_COPY) return await simulateSmall(args);
    if (one !== undefined) return showOne(one);
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  return await many(options);
}

function read(
  args: readonly string[],
): { readonly options: Options; readonly one: string | undefined } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      kind: { type: "string" },
      workers: {
        type: "string",
        default: String(navigator.hardwareConcurrency),
      },
      coverage: { type: "boolean", default: false },
      all: { type: "boolean", default: false },
    },
  });
  const number = (name: "seeds" | "from" | "workers") => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new RangeError(`--${name} is "${values[name]}", expected a number`);
  };
  return {
    options: {
      seeds: number("seeds"),
      from: number("from"),
      workers: number("workers"),
      kind: values.kind,
      coverage: values.coverage,
      all: values.all,
    },
    one: positionals[0],
  };
}

function showOne(text: string): number {
  const match = /^([a-z]+):(\d+)$/.exec(text);
  if (match === null) {
    throw new RangeError(`"${text}" is no life, expected one as witness:42`);
  }
  const { what, journal } = replay(match[1]!, Number(match[2]));
  say(timeline(journal));
  say(what === null ? `${text}: all was well` : `${text}: ${what}`);
  return what === null ? 0 : 1;
}

async function many(options: Options): Promise<number> {
  const jobs = jobsOf(options);
  const coverage = new Coverage();
  const findings: Finding[] = [];
  let seeds = 0, simulatedMs = 0;
  const began = performance.now();
  let saidAt = began;
  const total = jobs.reduce((sum, { count }) => sum + count, 0);
  const took = (result: Result): boolean => {
    seeds += result.seeds;
    simulatedMs += result.simulatedMs;
    coverage.add(result.coverage);
    findings.push(...result.findings);
    for (const { kind, seed, what } of result.findings) {
      say(`VIOLATION ${kind}:${seed}: ${what.split("\n")[0]}`);
    }
    const at = performance.now();
    if (at - saidAt > EVERY_MS) {
      saidAt = at;
      const rate = seeds / (at - began) * 1000;
      const left = (total - seeds) / rate;
      say(
        `${seeds} of ${total} seeds, ${rate.toFixed(0)} a second, ${
          left.toFixed(0)
        } s left, ${findings.length} violations`,
      );
    }
    return options.all || findings.length === 0;
  };
  await using crew = new Crew(options.workers);
  await crew.work(jobs, took);
  if (options.coverage) say(coverage.report());
  const [first] = findings;
  if (first) {
    const { journal } = replay(first.kind, first.seed);
    say(timeline(journal.slice(-120)));
    say(`${first.kind}:${first.seed}: ${first.what}`);
    say(`The whole of it: deno task simulate ${first.kind}:${first.seed}`);
  }
  const minutes = (performance.now() - began) / 60_000;
  say(
    `${seeds} seeds (${options.from} and up), ${
      (simulatedMs / 3_600_000).toFixed(1)
    } simulated hours in ${minutes.toFixed(1)} minutes: ${
      findings.length === 0 ? "no violation" : `${findings.length} violations`
    }`,
  );
  return findings.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
