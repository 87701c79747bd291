/** The replication's figures of the last hour, module by module, for the console's graphs. Bounded; times are arguments. */
import type { Report } from "../replication/control.ts";
import { boundOf } from "../replication/latency.ts";
import type { ClusterState } from "../api/state.ts";

export const EVERY_MS = 5000;
/** An hour. */
const KEPT = 720;

const NAMES = [
  "dirtyBytes",
  "waiting",
  "waitingMs",
  "waitingBytes",
  "changeMs",
  "fsyncMs",
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
  readonly waitingBytes: number | null;
  readonly latency: Report["latency"] | null;
}

export class Figures {
  readonly #series = new Map<string, Series>();
  readonly #latency = new Map<string, NonNullable<Report["latency"]>>();

  /** Called every EVERY_MS; modules that are gone take their figures with them. */
  take(state: ClusterState, reports: readonly Waiting[], at: number): void {
    const here = state.nodes.find(({ local }) => local);
    const trips = state.links.flatMap(({ roundTripMs }) => roundTripMs ?? []);
    const roundTripMs = trips.length > 0 ? Math.min(...trips) : null;
    const modules = here?.modules ?? [];
    for (const name of this.#series.keys()) {
      if (!modules.some((module) => module.name === name)) {
        this.#series.delete(name);
        this.#latency.delete(name);
      }
    }
    for (const { name, dirtyBytes, resync } of modules) {
      const report = reports.find(({ module }) => module === name);
      this.#add(name, at, {
        dirtyBytes,
        waiting: report?.waiting ?? null,
        waitingMs: report?.waitingMs ?? null,
        waitingBytes: report?.waitingBytes ?? null,
        ...this.#slowest(name, report?.latency ?? null),
        resyncBytesPerSecond: resync?.bytesPerSecond ?? null,
        roundTripMs,
      });
    }
  }

  of(module: string): Series {
    return this.#series.get(module) ?? empty();
  }

  /** What 99 of 100 changes, and fsyncs, did not exceed since the last look. */
  #slowest(module: string, latency: Waiting["latency"]) {
    const before = this.#latency.get(module);
    if (latency) this.#latency.set(module, latency);
    else this.#latency.delete(module);
    const of = (kind: "changes" | "fsyncs") =>
      latency ? boundOf(latency[kind], before?.[kind] ?? null, 0.99) : null;
    return { changeMs: of("changes"), fsyncMs: of("fsyncs") };
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
    waitingBytes: [],
    changeMs: [],
    fsyncMs: [],
    resyncBytesPerSecond: [],
    roundTripMs: [],
  };
}
