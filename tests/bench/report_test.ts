import { match, strictEqual } from "node:assert/strict";
import { type Machine, machineLine } from "./machine.ts";
import { cells, median, type Row, table } from "./report.ts";

const row: Row = {
  store: "RAM",
  name: "4 KiB writes",
  unit: "writes/s",
  rival: "GlusterFS",
  least: 3,
  stretch: 6,
  ours: { rate: 18_000.4, cpuUs: 70.2, memory: 240 },
  theirs: { rate: 5000, cpuUs: 300, memory: 150 },
  bare: 100_000,
};

Deno.test("a row tells whether its aim is reached", () => {
  strictEqual(cells(row)[6], "3.60");
  strictEqual(cells(row)[8], "yes");
  strictEqual(
    cells({ ...row, ours: { ...row.ours, rate: 30_001 } })[8],
    "stretch",
  );
  strictEqual(cells({ ...row, ours: { ...row.ours, rate: 14_999 } })[8], "NO");
});

Deno.test("table() has all columns in every line", () => {
  const lines = table([row, { ...row, bare: null }]).split("\n");
  strictEqual(new Set(lines.map((line) => line.split("|").length)).size, 1);
  match(lines[2]!, /18,000 .* 100,000 .* 70 \/ 300 .* 240 \/ 150/);
});

Deno.test("median() is moved by no single run", () => {
  strictEqual(median([5]), 5);
  strictEqual(median([100, 4, 5]), 5);
  strictEqual(median([4, 100, 6, 5]), 5.5);
});

Deno.test("machineLine() says when and where, and that others worked there too", () => {
  const machine: Machine = {
    date: "2026-01-02T03:04Z",
    processor: "Some CPU",
    cores: 2,
    memoryGiB: 16,
    kernel: "6.1.0",
    stores: { RAM: "tmpfs" },
    rivals: ["glusterfs 10.3"],
    load: 0.3,
  };
  match(machineLine(machine), /^2026-01-02T03:04Z; Some CPU, 2 cores, 16 GiB/);
  strictEqual(machineLine(machine).includes("other work"), false);
  match(machineLine({ ...machine, load: 9 }), /other work \(load 9\.0\)/);
});
