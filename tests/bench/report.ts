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
  return columns([head, ...lines]);
}

/** One line a row: trusted, encrypted, how much of the trusted speed is left. */
export function linkColumns(
  rows: readonly {
    readonly job: Job;
    readonly trusted: number;
    readonly encrypted: number;
  }[],
): string[][] {
  return [
    ["job", "trusted", "encrypted", "unit", "ratio"],
    ...rows.map(({ job, trusted, encrypted }) => [
      job.name,
      round(trusted),
      round(encrypted),
      job.unit,
      (encrypted / trusted).toFixed(2),
    ]),
  ];
}

/** Words to the left, numbers to the right. */
export function columns(all: readonly (readonly string[])[]): string {
  const widths = all[0]!.map((_, i) =>
    Math.max(...all.map((line) => line[i]!.length))
  );
  const isNumber = (i: number) =>
    all.slice(1).every((line) => /^[\d.,]+$/.test(line[i]!));
  return all.map((line) =>
    line.map((cell, i) =>
      isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)
    ).join("  ").trimEnd()
  ).join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
