import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { offences, type Pause, type Seen } from "./history.ts";

const ack = (value: number, at: number): Seen => ({
  kind: "ack",
  value,
  at,
  end: at + 5,
});
const count = (value: number, at: number, node?: 1 | 2): Seen => ({
  kind: "count",
  value,
  at,
  end: at + 5,
  node,
});

Deno.test("offences() finds none where one machine could have answered so", () => {
  const overlapping = { ...ack(2, 100), end: 130 };
  deepStrictEqual(
    offences([ack(1, 0), overlapping, ack(3, 110), count(1, 105)], 4),
    [],
  );
  // A takeover: another node, and later the first one again.
  deepStrictEqual(
    offences([count(0, 0, 1), count(0, 3000, 2), count(0, 9000, 1)], 0),
    [],
  );
});

Deno.test("offences() finds a lost row, a doubled one, an old answer, and two that serve", () => {
  const only = (history: Seen[], rows: number) => {
    const found = offences(history, rows);
    strictEqual(found.length, 1, found.join());
    return found[0]!;
  };
  match(only([ack(1, 0), ack(2, 10)], 1), /row 2, .* is lost: 1 are there/);
  match(only([{ ...ack(1, 0), end: 20 }, ack(1, 10)], 1), /twice/);
  match(only([ack(1, 0), ack(2, 10), count(1, 20)], 2), /from the past/);
  match(only([ack(2, 0), ack(1, 10)], 2), /from the past/);
  match(
    only([count(0, 0, 1), count(0, 100, 2), count(0, 200, 1)], 0),
    /both nodes serve/,
  );
});

Deno.test("offences() allows a machine that stood still what it does before its guard has run, and no more", () => {
  const pauses: Pause[] = [{ node: 1, from: 0, to: 1_000 }];
  const turns = (at: number) => [
    count(0, at, 1),
    count(0, at + 50, 2),
    count(0, at + 100, 1),
  ];
  deepStrictEqual(offences(turns(1_050), 0, pauses), []);
  strictEqual(offences(turns(1_300), 0, pauses).length, 1);
  // The other one never stood still.
  const other: Pause[] = [{ node: 1, from: 0, to: 10 }];
  strictEqual(offences(turns(1_050), 0, other).length, 1);
});
