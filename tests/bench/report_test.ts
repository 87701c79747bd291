import { strictEqual } from "node:assert/strict";
import { JOBS } from "./fio.ts";
import { columns, linkColumns, median, table } from "./report.ts";

Deno.test("table() shows bare, mirrored and what is left of the speed", () => {
  const bare = { perSecond: 100_000, medianUs: 4, p99Us: 20 };
  const mirrored = { perSecond: 25_000.4, medianUs: 38.2, p99Us: 90 };
  const text = table([{ store: "RAM", job: JOBS[0]!, bare, mirrored }]);
  strictEqual(
    text,
    [
      "store  job                        bare  mirrored  unit      ratio  median µs  p99 µs",
      "RAM    4 KiB writes, 1 writer  100,000    25,000  writes/s   0.25         38      90",
    ].join("\n"),
  );
});

Deno.test("linkColumns() shows what encryption leaves of the speed", () => {
  const row = { job: JOBS[0]!, trusted: 20_000, encrypted: 17_000 };
  strictEqual(
    columns(linkColumns([row])),
    [
      "job                     trusted  encrypted  unit      ratio",
      "4 KiB writes, 1 writer   20,000     17,000  writes/s   0.85",
    ].join("\n"),
  );
});

Deno.test("median() is the middle, of an even number the mean of both", () => {
  strictEqual(median([3, 1, 2]), 2);
  strictEqual(median([4, 1, 2, 3]), 2.5);
});
