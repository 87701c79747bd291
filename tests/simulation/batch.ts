/** Many lives, one after the other: what the command, its workers, the tests and the mutation check all run. */
import { Coverage } from "./coverage.ts";
import { DataSimulation } from "./data.ts";
import { History } from "./histories/history.ts";
import { DATA, kindOf, KINDS } from "./kinds.ts";
import { Simulation } from "./simulation.ts";
import type { World } from "./world.ts";
import { Violation, type Watching } from "./violation.ts";

/** Some seeds of one kind. */
export interface Job {
  readonly kind: string;
  readonly from: number;
  readonly count: number;
}

export interface Finding {
  readonly kind: string;
  readonly seed: number;
  readonly what: string;
}

export interface Result {
  readonly seeds: number;
  /** Time that passed in the simulated world. */
  readonly simulatedMs: number;
  readonly findings: readonly Finding[];
  readonly coverage: readonly (readonly [string, number])[];
}

/** Of all kinds, or of one, so many together: in small jobs, the kinds taking turns. */
export function jobsOf(
  { seeds, from, kind }: {
    readonly seeds: number;
    readonly from: number;
    readonly kind?: string | undefined;
  },
  size = 25,
): Job[] {
  const kinds = kind === undefined ? [...KINDS, DATA] : [kindOf(kind)];
  const whole = kinds.reduce((sum, { share }) => sum + share, 0);
  const jobs: Job[] = [];
  for (const { name, share } of kinds) {
    const end = from + Math.ceil(seeds * share / whole);
    for (let first = from; first < end; first += size) {
      const count = Math.min(size, end - first);
      jobs.push({ kind: name, from: first, count });
    }
  }
  return jobs.sort((a, b) => a.from - b.from);
}

export function runJob(job: Job): Result {
  const coverage = new Coverage();
  const findings: Finding[] = [];
  let simulatedMs = 0;
  for (let seed = job.from; seed < job.from + job.count; seed++) {
    const simulation = life(job.kind, seed, { coverage });
    const what = outcome(simulation);
    if (what !== null) findings.push({ kind: job.kind, seed, what });
    simulatedMs += simulation.world.now;
  }
  return {
    seeds: job.count,
    simulatedMs,
    findings,
    coverage: [...coverage.counts],
  };
}

interface Life {
  readonly world: World;
  run(): void;
}

function life(name: string, seed: number, watching: Watching): Life {
  const kind = kindOf(name);
  if ("faults" in kind) return new Simulation(seed, kind, watching);
  return kind === DATA
    ? new DataSimulation(seed, watching)
    : new History(kind.name, seed, watching);
}

/** null: all was well. An automaton that throws is found too. */
function outcome(simulation: Life): string | null {
  try {
    simulation.run();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error.what;
    return error instanceof Error ? error.stack ?? error.message : `${error}`;
  }
}

/** The same life again, with everything that happened in it. */
export function replay(
  kind: string,
  seed: number,
): { readonly what: string | null; readonly journal: readonly string[] } {
  const simulation = life(kind, seed, { recording: true });
  const what = outcome(simulation);
  return { what, journal: simulation.world.journal };
}
