import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Turns } from "./turns.ts";

Deno.test("Turns does one after the other, also after one that failed, and knows how many have not ended", async () => {
  const turns = new Turns();
  const said: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.take(async () => {
    said.push("begins");
    await gate.promise;
    said.push("fails");
    throw new Error("full");
  });
  const second = turns.take(() => said.push("second"));
  strictEqual(turns.waiting, 2);
  gate.resolve();
  await rejects(first, /full/);
  strictEqual(await second, 3);
  strictEqual(turns.waiting, 0);
  deepStrictEqual(said, ["begins", "fails", "second"]);
});

Deno.test("Turns.ended() waits for all that were asked for, and minds no failure", async () => {
  const turns = new Turns();
  let done = false;
  turns.take(() => Promise.reject(new Error("full"))).catch(() => {});
  turns.take(() => done = true);
  await turns.ended();
  strictEqual(done, true);
});
