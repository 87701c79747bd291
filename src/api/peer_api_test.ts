import { deepEqual, equal, rejects } from "node:assert/strict";
import { firstThatAnswers } from "./peer_api.ts";

/** Asks that end when told: each choice's outcome, and who was asked. */
function asking(outcomes: { readonly [choice: string]: string | null }) {
  const asked: string[] = [];
  const ask = (choice: string) => {
    asked.push(choice);
    const outcome = outcomes[choice];
    if (outcome === undefined) return new Promise<void>(() => {});
    return outcome === null
      ? Promise.resolve()
      : Promise.reject(new Error(outcome));
  };
  return { asked, ask };
}

Deno.test("firstThatAnswers() asks nobody else while the first one answers in time", async () => {
  const { asked, ask } = asking({ a: null, b: null });
  equal(await firstThatAnswers(["a", "b"], { ask, headStartMs: 60_000 }), "a");
  deepEqual(asked, ["a"]);
});

Deno.test("firstThatAnswers() goes to the next one at once after a refusal, and beside one that is silent", async () => {
  const refused = asking({ a: "refused", b: null });
  const { ask } = refused;
  equal(await firstThatAnswers(["a", "b"], { ask, headStartMs: 60_000 }), "b");
  const silent = asking({ b: null });
  equal(
    await firstThatAnswers(["a", "b"], { ask: silent.ask, headStartMs: 1 }),
    "b",
  );
});

Deno.test("firstThatAnswers() fails with the last one's error when all have failed", async () => {
  const { ask } = asking({ a: "refused", b: "no route" });
  await rejects(
    firstThatAnswers(["a", "b"], { ask, headStartMs: 1 }),
    /no route/,
  );
});
