import { deepStrictEqual } from "node:assert/strict";
import { poll } from "./poll.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("poll() never has two looks under way, however slow they are, and ends", async () => {
  let underWay = 0;
  const seen: number[] = [];
  const enough = Promise.withResolvers<void>();
  const end = poll(async () => {
    seen.push(++underWay);
    await pause(20);
    underWay--;
    if (seen.length === 3) enough.resolve();
  }, 1);
  await enough.promise;
  end();
  await pause(40);
  deepStrictEqual(seen, [1, 1, 1]);
});
