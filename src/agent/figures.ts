/** The replication's figures of the last hour, module by module, for the console's graphs. Bounded; times are arguments. */
import type { ClusterState } from "../api/state.ts";

export const EVERY_MS = 5000;
/** An hour. */
const KEPT = 720;

const NAMES = [
  "dirtyBytes",
  "waiting",
  "waitingMs",
  "resyncBytesPerSecond",
  "roundTripMs",
] as const;
type Name = typeof NAMES[number];
type Sample = { readonly [name in Name]: number | null };

export interface Series extends Readonly<Record<Name, (number | null)[]>> {
  readonly at: number[];
}

/** What a replicator says that the state does not. */
export interface Waiting {
  readonly module: string;
  readonly waiting: number;
  readonly waitingMs: number;
}

export class Figures {
  readonly #series = new Map<string, Series>();

  /** Called every EVERY_MS; modules that are gone take their figures with them. */
  take(state: ClusterState, reports: readonly Waiting[], at: number): void {
    const here = state.nodes.find(({ local }) => local);
    const trips = state.links.flatMap(({ roundTripMs }) => roundTripMs ?? []);
    const roundTripMs = trips.length > 0 ? Math.min(...trips) : null;
    const modules = here?.modules ?? [];
    for (const name of this.#series.keys()) {
      if (!modules.some((module) => module.name === name)) {
        this.#series.delete(name);
      }
    }
    for (const { name, dirtyBytes, resync } of modules) {
      const report = reports.find(({ module }) => module === name);
      this.#add(name, at, {
        dirtyBytes,
        waiting: report?.waiting ?? null,
        waitingMs: report?.waitingMs ?? null,
        resyncBytesPerSecond: resync?.bytesPerSecond ?? null,
        roundTripMs,
      });
    }
  }

  of(module: string): Series {
    return this.#series.get(module) ?? empty();
  }

  #add(module: string, at: number, sample: Sample): void {
    const series = this.#series.get(module) ?? empty();
    this.#series.set(module, series);
    series.at.push(at);
    for (const name of NAMES) series[name].push(sample[name]);
    if (series.at.length <= KEPT) return;
    series.at.shift();
    for (const name of NAMES) series[name].shift();
  }
}

function empty(): Series {
  return {
    at: [],
    dirtyBytes: [],
    waiting: [],
    waitingMs: [],
    resyncBytesPerSecond: [],
    roundTripMs: [],
  };
}
