import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { compare, EMPTY, type Identity, partedFrom } from "./identity.ts";

const data: Identity = {
  ...EMPTY,
  current: "b",
  history: ["a"],
  upToDate: true,
};

Deno.test("compare() calls equal generations equal", () => {
  deepStrictEqual(compare(data, data), { kind: "equal" });
});

Deno.test("compare() doubts equal generations when both died while mirrored", () => {
  const crashed = { ...data, connected: true };
  deepStrictEqual(compare(crashed, crashed), { kind: "equal-after-crash" });
});

Deno.test("compare() lets the node that went on alone win, by its dirty map", () => {
  const alone = { ...data, current: "c", bitmap: "b", history: ["b", "a"] };
  deepStrictEqual(compare(alone, data), { kind: "mine-newer", full: false });
  deepStrictEqual(compare(data, alone), { kind: "theirs-newer", full: false });
});

Deno.test("compare() sees that both went on alone", () => {
  const one = { ...data, current: "c", bitmap: "b" };
  const other = { ...data, current: "d", bitmap: "b" };
  deepStrictEqual(compare(one, other), { kind: "diverged", related: true });
});

Deno.test("compare() never lets a half-copied node be the source", () => {
  const half = { ...data, current: "c", bitmap: "b", consistent: false };
  strictEqual(compare(half, data).kind, "theirs-newer");
  strictEqual(compare(data, half).kind, "mine-newer");
});

Deno.test("compare() copies everything when the dirty map counts from an older generation", () => {
  const older = { ...data, current: "a", history: [] };
  deepStrictEqual(compare(data, older), { kind: "mine-newer", full: true });
});

const LEVEL = 2 ** 24;
const of = (identity: Identity, value: number) => ({
  ...identity,
  tide: { value },
});

Deno.test("compare() sees that a copy was set back: all of it is compared, whether the other one went on or not", () => {
  const old = of(data, LEVEL + 7), now = of(data, LEVEL + 99);
  deepStrictEqual(compare(now, old), { kind: "mine-newer", full: true });
  deepStrictEqual(compare(old, now), { kind: "theirs-newer", full: true });
  const crashed = { connected: true };
  deepStrictEqual(compare({ ...now, ...crashed }, { ...old, ...crashed }), {
    kind: "mine-newer",
    full: true,
  });
  for (const alone of [{ current: "c", bitmap: "b" }, { bitmap: "b" }]) {
    const went = { ...now, ...alone };
    deepStrictEqual(compare(went, old), { kind: "mine-newer", full: true });
    // And one that fits lacks only what is marked.
    deepStrictEqual(compare(went, of(data, LEVEL + 98)), {
      kind: "mine-newer",
      full: false,
    });
  }
});

Deno.test("compare(): a copy that was set back and then went on has not what the other one has, in no marks", () => {
  const unnamed = { kind: "diverged", related: false, unnamed: true };
  const went = { ...of(data, LEVEL + 7), current: "c", bitmap: "b" };
  deepStrictEqual(compare(went, of(data, LEVEL + 99)), unnamed);
  deepStrictEqual(compare(of(data, LEVEL + 99), went), unnamed);
  const other = { ...of(data, LEVEL + 99), current: "d", bitmap: "b" };
  deepStrictEqual(compare(went, other), unnamed);
});

Deno.test("compare() goes by generations alone where one side keeps no tides, or is mirrored now", () => {
  deepStrictEqual(compare(of(data, 5 * LEVEL), data), { kind: "equal" });
  deepStrictEqual(compare(data, of(data, 5 * LEVEL)), { kind: "equal" });
  // It was made level by a version of before there were tides.
  const never = of(data, 0), alone = { ...never, current: "c", bitmap: "b" };
  deepStrictEqual(compare(of(data, 5 * LEVEL), never), { kind: "equal" });
  deepStrictEqual(compare(alone, of(data, 5 * LEVEL)), {
    kind: "mine-newer",
    full: false,
  });
});

Deno.test("compare() is symmetric for every pair of small identities", () => {
  const mirror = {
    equal: "equal",
    "equal-after-crash": "equal-after-crash",
    "mine-newer": "theirs-newer",
    "theirs-newer": "mine-newer",
    diverged: "diverged",
    "both-empty": "both-empty",
  };
  const all: Identity[] = [];
  for (const current of [null, "a", "b", "c"]) {
    for (const bitmap of [null, "a", "b"]) {
      for (const consistent of [true, false]) {
        for (const connected of [true, false]) {
          const tides = [0, LEVEL + 1, LEVEL + 9].map((value) => ({ value }));
          for (const tide of [undefined, ...tides]) {
            all.push({
              ...EMPTY,
              current,
              bitmap,
              consistent,
              connected,
              history: current === "c" ? ["b", "a"] : [],
              tide,
            });
          }
        }
      }
    }
  }
  for (const mine of all) {
    for (const theirs of all) {
      strictEqual(
        mirror[compare(mine, theirs).kind],
        compare(theirs, mine).kind,
        JSON.stringify([mine, theirs]),
      );
    }
  }
});

Deno.test("partedFrom(): what is written alone never looks equal to, or older than, a peer that may have taken the present generation", () => {
  const alone = { ...data, current: "c", bitmap: "b", history: ["b", "a"] };
  const goesOn = (told: boolean, toldBefore: boolean): Identity => {
    const bitmap = partedFrom(alone, { told, toldBefore });
    if (bitmap === null) return alone;
    return { ...alone, current: "d", bitmap, history: ["c", "b", "a"] };
  };
  const took = { ...alone, bitmap: null };
  const wentOn = { ...took, current: "e", bitmap: "c", history: ["c", "b"] };
  for (const mine of [goesOn(true, false), goesOn(false, true)]) {
    strictEqual(compare(mine, took).kind, "mine-newer");
    strictEqual(compare(mine, wentOn).kind, "diverged");
  }
  // Told nothing, it is still what the dirty map counts from.
  for (const mine of [goesOn(false, true), goesOn(false, false)]) {
    deepStrictEqual(compare(mine, data), { kind: "mine-newer", full: false });
  }
  strictEqual(goesOn(false, false), alone);
  strictEqual(partedFrom(took, { told: false, toldBefore: false }), "c");
});
