import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fits, isBegun, nextLevel, type Tide } from "./tide.ts";

const LEVEL = 2 ** 24;

function check(one: Tide, others: readonly number[], expected: boolean) {
  for (const value of others) {
    strictEqual(fits(one, { value }), expected, `${value}`);
    strictEqual(fits({ value }, one), expected, `${value}`);
  }
}

Deno.test("fits(): what one keeps before the other, and nothing older", () => {
  const value = 5 * LEVEL + 7;
  check({ value }, [value, value + 1, value - 1], true);
  check(
    { value },
    [0, value - 2, value + 2, value - LEVEL, value + LEVEL],
    false,
  );
});

Deno.test("fits(): a level that only the primary has begun, what its peer came with, and nothing older of the level before", () => {
  const after = 5 * LEVEL + 777, begun = { value: 6 * LEVEL, after };
  check(begun, [after, begun.value, begun.value + 1], true);
  check(begun, [after - 2, after + 2, 5 * LEVEL + 1, 4 * LEVEL + 777], false);
  check({ value: begun.value + 1 }, [after], false);
  check({ value: begun.value }, [after], false);
});

Deno.test("nextLevel() is above both, and one that the peer has not kept is begun once", () => {
  const next = (mine: Tide, theirs: number) =>
    nextLevel(mine, { value: theirs });
  deepStrictEqual(next({ value: 0 }, 0), { value: LEVEL, after: 0 });
  const begun = { value: LEVEL, after: 0 };
  strictEqual(next(begun, 0), begun);
  deepStrictEqual(next(begun, 5), { value: 2 * LEVEL, after: 5 });
  deepStrictEqual(next(begun, LEVEL + 1), {
    value: 2 * LEVEL,
    after: LEVEL + 1,
  });
  deepStrictEqual(next({ value: 3 * LEVEL + 8 }, 3 * LEVEL + 7), {
    value: 4 * LEVEL,
    after: 3 * LEVEL + 7,
  });
  strictEqual(next({ value: LEVEL + 1 }, 7 * LEVEL).value, 8 * LEVEL);
});

Deno.test("tides of two honest copies fit however often they change places and never become level", () => {
  let primary: Tide = { value: 3 * LEVEL + 5 };
  let secondary: Tide = { value: 3 * LEVEL + 4 };
  for (let round = 0; round < 9; round++) {
    strictEqual(fits(primary, secondary), true, `${round}`);
    primary = nextLevel(primary, secondary);
    strictEqual(isBegun(primary), true);
    strictEqual(fits(primary, secondary), true, `${round}`);
    // It has recorded that it is level, and nobody heard of that.
    if (round % 3 === 1) secondary = { value: primary.value + 1 };
    if (round % 2 === 0) [primary, secondary] = [secondary, primary];
  }
});
