import { deepStrictEqual } from "node:assert/strict";
import { compare, descent, EMPTY, type Identity } from "./identity.ts";
import { planResync, type Side } from "./resync_plan.ts";

const level: Identity = { ...EMPTY, current: "aa", upToDate: true };
const side = (identity: Identity, more: Partial<Side> = {}): Side => ({
  identity,
  doubt: false,
  marked: false,
  ...more,
});
const theirs = (identity: Identity, more = {}) => ({
  ...side(identity),
  fresh: false,
  journal: false,
  ...more,
});
const plan = (
  mine: Side,
  other: ReturnType<typeof theirs>,
  excluded: readonly string[][] = [],
  places: readonly string[] = ["/srv/db"],
) => {
  const made = planResync(mine, other, { excluded, places });
  return "refused" in made ? made.refused : {
    mode: made.mode,
    aside: made.aside,
    diverged: made.diverged,
    journal: made.journal,
  };
};
const usual = { aside: false, diverged: false, journal: false };

Deno.test("planResync() of equal copies: nothing, or what either has marked", () => {
  deepStrictEqual(plan(side(level), theirs(level)), { ...usual, mode: "none" });
  for (
    const [mine, other] of [
      [side(level, { marked: true }), theirs(level)],
      [side(level), theirs(level, { marked: true })],
    ] as const
  ) deepStrictEqual(plan(mine, other), { ...usual, mode: "dirty" });
});

Deno.test("planResync() after the death of both: what the journal names, else everything", () => {
  const mine = side({ ...level, connected: true }, { doubt: true });
  const other = { ...level, connected: true };
  deepStrictEqual(plan(mine, theirs(other, { doubt: true, journal: true })), {
    ...usual,
    mode: "dirty",
    journal: true,
  });
  deepStrictEqual(plan(mine, theirs(other, { doubt: true })), {
    ...usual,
    mode: "full",
  });
  // One of them lived on and knows what differs: an old journal says nothing.
  deepStrictEqual(plan(side(level), theirs(level, { journal: true })), {
    ...usual,
    mode: "none",
  });
});

Deno.test("planResync() of an operator's wish: everything is compared", () => {
  deepStrictEqual(plan(side(level), theirs(level, { fresh: true })), {
    ...usual,
    mode: "full",
  });
});

Deno.test("planResync() moves away what is no copy of ours", () => {
  deepStrictEqual(plan(side(level), theirs(EMPTY)), {
    ...usual,
    mode: "full",
    aside: true,
  });
  // Of a first copy that broke off the half is ours.
  const half = { ...EMPTY, consistent: false };
  deepStrictEqual(plan(side(level), theirs(half)), { ...usual, mode: "full" });
  const stranger = { ...level, current: "bb" };
  deepStrictEqual(plan(side(level), theirs(stranger)), {
    mode: "full",
    aside: true,
    diverged: true,
    journal: false,
  });
});

Deno.test("planResync() after both wrote alone: compared in place, what the other wrote is kept", () => {
  const mine = { ...level, current: "cc", bitmap: "aa", history: ["aa"] };
  const other = { ...level, current: "dd", bitmap: "aa", history: ["aa"] };
  deepStrictEqual(plan(side(mine), theirs(other)), {
    ...usual,
    mode: "full",
    diverged: true,
  });
});

Deno.test("planResync() keeps what stands where only a tide calls it the older one: its disk may be another one than the tide's", () => {
  const tide = (value: number) => ({ tide: { value } });
  const aside = { ...usual, mode: "full", aside: true };
  const mine = { ...level, ...tide(2 ** 24 + 9) };
  const old = { ...level, ...tide(2 ** 24 + 1) };
  deepStrictEqual(plan(side(mine), theirs(old)), aside);
  // Its state knows that folder: what it says of it is so.
  deepStrictEqual(plan(side(mine), theirs(old, { together: true })), {
    ...usual,
    mode: "full",
  });
  const older = { ...old, current: "a0" };
  const wentOn = { ...mine, current: "bb", history: ["aa", "a0"] };
  deepStrictEqual(plan(side(wentOn), theirs(older)), aside);
  // Half copied from the primary before: nobody's data.
  const half = { ...old, consistent: false };
  deepStrictEqual(plan(side(mine), theirs(half)), { ...usual, mode: "full" });
  // Behind by what is marked: no tide is needed to tell.
  const behind = { ...level, ...tide(2 ** 24 + 8) };
  deepStrictEqual(
    plan(side({ ...mine, bitmap: "a0" }, { marked: true }), theirs(behind)),
    { ...usual, mode: "dirty" },
  );
});

Deno.test("planResync() keeps the whole copy beside one that was half made, or another folder, and was declared good", () => {
  const descends = (whole: boolean) => ({
    ...level,
    current: "bb",
    bitmap: null,
    history: descent({ ...level, consistent: whole }, { whole }),
  });
  // A whole one that is declared the good one replaces what it comes from.
  deepStrictEqual(plan(side(descends(true)), theirs(level)), {
    ...usual,
    mode: "full",
  });
  // With the generation that both had in its history the only good copy would be overwritten with nothing kept.
  deepStrictEqual(plan(side(descends(false)), theirs(level)), {
    mode: "full",
    aside: true,
    diverged: true,
    journal: false,
  });
  // Nor may the good one write over what was declared good, by itself.
  deepStrictEqual(compare(level, descends(false)).kind, "diverged");
});

Deno.test("planResync() copies nothing over newer data, and nothing where there is none", () => {
  const newer = { ...level, current: "bb", bitmap: "aa", history: ["aa"] };
  deepStrictEqual(plan(side(level), theirs(newer)), "theirs-newer");
  deepStrictEqual(plan(side(EMPTY), theirs(EMPTY)), "both-empty");
});

Deno.test("planResync() of a copy that was restored: compared where it stands", () => {
  deepStrictEqual(plan(side(level), theirs(EMPTY, { external: true })), {
    ...usual,
    mode: "full",
  });
  // Somebody else's data stays somebody else's, whatever was noted.
  const stranger = { ...level, current: "bb" };
  deepStrictEqual(
    plan(side(level), theirs(stranger, { external: true })),
    { mode: "full", aside: true, diverged: true, journal: false },
  );
});

Deno.test("planResync() compares everything when something is mirrored again that was excluded", () => {
  const before = { ...level, excluded: [["cache", "log"]] };
  const none = { ...usual, mode: "none" }, full = { ...usual, mode: "full" };
  for (const [mine, other] of [[before, level], [level, before]] as const) {
    deepStrictEqual(plan(side(mine), theirs(other), [["cache"]]), full);
    deepStrictEqual(plan(side(mine), theirs(other), [["cache", "log"]]), none);
    deepStrictEqual(plan(side(mine), theirs(other), []), full);
  }
  // More that is excluded leaves the rest as equal as it was.
  deepStrictEqual(
    plan(side(before), theirs(before), [["cache", "log", "x"]]),
    none,
  );
});

Deno.test("planResync() compares everything when other directories are mirrored than when the copies were level", () => {
  const level1 = { ...level, directories: ["/srv/db", "/srv/files"] };
  const none = { ...usual, mode: "none" }, full = { ...usual, mode: "full" };
  deepStrictEqual(
    plan(side(level1), theirs(level1), [], level1.directories),
    none,
  );
  for (
    const places of [
      ["/srv/db"],
      ["/srv/files", "/srv/db"],
      ["/srv/db", "/data/files"],
      ["/srv/db", "/srv/files", "/srv/more"],
    ]
  ) {
    deepStrictEqual(plan(side(level1), theirs(level1), [], places), full);
    // Also what is marked, which names directories by their place in the list.
    deepStrictEqual(
      plan(side(level1, { marked: true }), theirs(level1), [], places),
      full,
    );
    const now = { ...level, directories: places };
    deepStrictEqual(plan(side(level1), theirs(now), [], places), full);
    deepStrictEqual(plan(side(now), theirs(level1), [], places), full);
  }
});

Deno.test("planResync() compares everything when other directories were mirrored meanwhile, and takes a list of before there were lists for the present one", () => {
  const places = ["/srv/db"];
  const meanwhile = { ...level, directories: [] };
  const present = { ...level, directories: places };
  const none = { ...usual, mode: "none" }, full = { ...usual, mode: "full" };
  deepStrictEqual(plan(side(meanwhile), theirs(present), [], places), full);
  deepStrictEqual(plan(side(present), theirs(meanwhile), [], places), full);
  deepStrictEqual(plan(side(level), theirs(present), [], places), none);
});

Deno.test("planResync() goes on with a resync of marked places that broke off, and only with that one", () => {
  const mine = { ...level, current: "bb", bitmap: "aa" };
  const half = { ...level, upToDate: false, consistent: false };
  const mode = (
    one: Side["resync"],
    other: string | null,
    more: Partial<Side> = {},
  ) =>
    plan(
      side(mine, { marked: true, resync: one ?? null, ...more }),
      theirs(half, { resync: other }),
    );
  deepStrictEqual(mode("cc", "cc"), { ...usual, mode: "dirty" });
  // Nothing is marked any more: what is half copied is levelled all the same.
  deepStrictEqual(mode("cc", "cc", { marked: false }), {
    ...usual,
    mode: "dirty",
  });
  const full = { ...usual, mode: "full" };
  deepStrictEqual(mode("cc", "dd"), full);
  deepStrictEqual(mode("cc", null), full);
  deepStrictEqual(mode(null, "cc"), full);
  deepStrictEqual(mode(null, null), full);
  // What this primary had in memory when it crashed is in no marks.
  deepStrictEqual(mode("cc", "cc", { doubt: true }), full);
});
