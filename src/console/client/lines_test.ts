import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  EVERYTHING,
  leavesGap,
  parseLine,
  passes,
  SCRIPT_RUN,
  unseen,
} from "./lines.ts";

const line = parseLine(
  "2026-11-25T02:03:04.005Z warning tcp.web is down: refused",
);

Deno.test("parseLine() takes a line apart, and lets what a script printed be", () => {
  deepStrictEqual(line, {
    at: "2026-11-25T02:03:04.005Z",
    level: "warning",
    text: "tcp.web is down: refused",
  });
  deepStrictEqual(parseLine("MariaDB started"), {
    at: "",
    level: "info",
    text: "MariaDB started",
  });
});

Deno.test("passes() filters by level, text and time", () => {
  const pass = (change: object) => passes(line, { ...EVERYTHING, ...change });
  strictEqual(pass({}), true);
  strictEqual(pass({ level: "warning" }), true);
  strictEqual(pass({ level: "error" }), false);
  strictEqual(pass({ text: "WEB is" }), true);
  strictEqual(pass({ text: "sql" }), false);
  strictEqual(pass({ from: "2026-11-25T02:03", to: "2026-11-25T02:03" }), true);
  strictEqual(pass({ from: "2026-11-25T02:04" }), false);
  strictEqual(pass({ to: "2026-11-25T02:02" }), false);
});

Deno.test("SCRIPT_RUN finds the script's log in the line that began it", () => {
  const text = "start_prim begins, start_prim_2026-11-25T02-03-04.1.log";
  strictEqual(
    SCRIPT_RUN.exec(text)![0],
    "start_prim_2026-11-25T02-03-04.1.log",
  );
});

Deno.test("unseen() keeps what is new, also twice the same, and drops what is shown", () => {
  const next = { ...line, at: "2026-11-25T02:03:04.006Z" };
  const other = { ...line, text: "tcp.web is up" };
  deepStrictEqual(unseen([line, other, next, next], [line]), [
    other,
    next,
    next,
  ]);
});

Deno.test("leavesGap() finds that lines are missing between what is shown and what was read", () => {
  const line = (second: number) =>
    parseLine(`2026-11-25T02:00:0${second}.000Z info line ${second}`);
  const shown = [1, 2, 3].map(line);
  const gap = (...read: number[]) =>
    leavesGap(read.map(line), { shown, most: 3 });
  strictEqual(gap(5, 6, 7), true);
  strictEqual(gap(3, 4, 5), false);
  // The whole log is shorter than what was asked for: nothing is left out of it.
  strictEqual(gap(5, 6), false);
});
