/** The measurements as a table for people. Pure. */
export interface Figure {
  readonly rate: number;
  /** Processor time of the serving processes for one unit of work, in microseconds; null: none serve. */
  readonly cpuUs: number | null;
  /** Resident memory of the serving processes, MiB. */
  readonly memory: number | null;
}

export interface Row {
  readonly store: string;
  readonly name: string;
  readonly unit: string;
  readonly rival: string;
  readonly least: number;
  readonly stretch: number;
  readonly ours: Figure;
  readonly theirs: Figure;
  readonly bare: number | null;
}

const HEAD = [
  "store",
  "work",
  "hakit",
  "rival",
  "",
  "unit",
  "ratio",
  "at least",
  "reached",
  "bare",
  "µs CPU each",
  "MiB RAM",
] as const;

export function cells(row: Row): string[] {
  const ratio = row.ours.rate / row.theirs.rate;
  const both = (key: "cpuUs" | "memory") =>
    [row.ours[key], row.theirs[key]].map((value) =>
      value === null ? "-" : round(value)
    ).join(" / ");
  return [
    row.store,
    row.name,
    round(row.ours.rate),
    row.rival,
    round(row.theirs.rate),
    row.unit,
    ratio.toFixed(2),
    `${row.least}`,
    ratio >= row.stretch ? "stretch" : ratio >= row.least ? "yes" : "NO",
    row.bare === null ? "" : round(row.bare),
    both("cpuUs"),
    both("memory"),
  ];
}

/** As GitHub reads it, so that it can stand in README as it is. */
export function table(rows: readonly Row[]): string {
  return columns([[...HEAD], ...rows.map(cells)]);
}

/** The first row is the head. */
export function columns(all: readonly (readonly string[])[]): string {
  const widths = all[0]!.map((_, i) =>
    Math.max(...all.map((cells) => cells[i]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(all[0]!), rule, ...all.slice(1).map(line)].join("\n");
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** The middle one: one noisy run of three changes nothing. */
export function median(values: readonly number[]): number {
  const order = [...values].sort((a, b) => a - b);
  const middle = Math.floor(order.length / 2);
  return order.length % 2 === 1
    ? order[middle]!
    : (order[middle - 1]! + order[middle]!) / 2;
}
