import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Turnstile } from "./turnstile.ts";

Deno.test("Turnstile: answers leave in their order, a gap apart, and all at once when there is none any more", () => {
  let now = 1000, gap = 10;
  const turnstile = new Turnstile(() => gap, () => now);
  const out: number[] = [];
  strictEqual(turnstile.closed, true);
  const first = () => {
    turnstile.turn();
    return out.splice(0);
  };
  // A loop that was away may make up for 50 ms, no more.
  for (let i = 0; i < 20; i++) turnstile.pass(() => out.push(i));
  deepStrictEqual(first(), [0, 1, 2, 3, 4, 5]);
  now += 9;
  deepStrictEqual(first(), []);
  now += 1;
  deepStrictEqual(first(), [6]);
  now += 25;
  deepStrictEqual(first(), [7, 8]);
  gap = 0;
  deepStrictEqual(first(), [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  strictEqual(turnstile.closed, false);
});
