/** The measurements as a table for people. Pure. */
import type { Job, Measurement } from "./fio.ts";

export interface Row {
  readonly store: string;
  readonly job: Job;
  readonly bare: Measurement;
  readonly mirrored: Measurement;
}

/** One line a row: bare, mirrored, how much of the bare speed is left, times per write. */
export function table(rows: readonly Row[]): string {
  const head = [
    "store",
    "job",
    "bare",
    "mirrored",
    "unit",
    "ratio",
    "median µs",
    "p99 µs",
  ];
  const lines = rows.map(({ store, job, bare, mirrored }) => [
    store,
    job.name,
    round(bare.perSecond),
    round(mirrored.perSecond),
    job.unit,
    (mirrored.perSecond / bare.perSecond).toFixed(2),
    round(mirrored.medianUs),
    round(mirrored.p99Us),
  ]);
  const all = [head, ...lines];
  const widths = head.map((_, i) =>
    Math.max(...all.map((line) => line[i]!.length))
  );
  const number = new Set([2, 3, 5, 6, 7]);
  return all.map((line) =>
    line.map((cell, i) =>
      number.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)
    ).join("  ").trimEnd()
  ).join("\n");
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
