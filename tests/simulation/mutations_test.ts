/** Deliberate bugs are found, or what looks for them has gone blind: first where each was found last, then among many seeds. */
import { deepStrictEqual } from "node:assert/strict";
import { replay } from "./batch.ts";
import { kindOf, NEED_ROOT } from "./kinds.ts";
import { huntAll, type Mutation, MUTATIONS } from "./mutations.ts";

/** Of its kind: far more than any of them needed. */
const SEEDS = 2_000;

Deno.test("simulation: deliberate bugs are found, and in none of the lives without them", async () => {
  const missed: Mutation[] = [];
  for (const mutation of MUTATIONS) {
    const { kind, seed } = mutation;
    if (seed === undefined) continue;
    if (Deno.uid() !== 0 && NEED_ROOT.includes(kindOf(kind))) continue;
    deepStrictEqual(replay(kind, seed).what, null, `${kind}:${seed}`);
    await huntAll([mutation], { from: seed, seeds: 1 }, (_, found) => {
      if (found === null) missed.push(mutation);
    });
  }
  const blind: string[] = [];
  await huntAll(missed, { from: 1, seeds: SEEDS }, ({ name }, found) => {
    if (found === null) blind.push(name);
  });
  deepStrictEqual(blind, []);
});
