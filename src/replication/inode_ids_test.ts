import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { epochOf, idBase } from "./epoch.ts";
import { InodeIds } from "./inode_ids.ts";

const FEW = { limit: 10, reserve: 4 };

Deno.test("InodeIds: the next epoch is there before the ids of one come to an end, and no id is given twice", () => {
  let epoch = 5;
  const askedAt: number[] = [], given: number[] = [];
  const ids = new InodeIds(5, 1, () => {
    askedAt.push(given.length);
    return ++epoch;
  }, FEW);
  while (given.length < 25) given.push(ids.give());
  strictEqual(new Set(given).size, 25);
  deepStrictEqual(given.slice(0, 2), [idBase(5, 1) + 1, idBase(5, 1) + 2]);
  deepStrictEqual(
    [0, 8, 9, 17, 18].map((n) => epochOf(given[n]!)),
    [5, 5, 6, 6, 7],
  );
  deepStrictEqual(askedAt, [5, 14, 23]);
});

Deno.test("InodeIds: an epoch that cannot be kept is asked for again, and at the end no id is given", () => {
  let full = true;
  const ids = new InodeIds(1, 0, () => full ? null : 2, FEW);
  for (let n = 1; n < 10; n++) strictEqual(epochOf(ids.give()), 1);
  full = false;
  strictEqual(ids.give(), idBase(2, 0) + 1);
  full = true;
  for (let n = 2; n < 10; n++) ids.give();
  throws(() => ids.give(), /used up/);
});
