import { deepStrictEqual } from "node:assert/strict";
import { Seldom } from "./seldom.ts";

Deno.test("Seldom tells the same trouble once in five minutes, with the count of the rest, and another one at once", () => {
  const lines: string[] = [];
  let now = 0;
  const seldom = new Seldom((line) => lines.push(line), () => now);
  for (; now < 10 * 60_000; now += 60_000) seldom.say("away");
  seldom.say("wrong");
  seldom.say("no URL: abc", "no request");
  seldom.say("no URL: def", "no request");
  deepStrictEqual(lines, [
    "away",
    "away (4 more like the one before it are not told)",
    "wrong (4 more like the one before it are not told)",
    "no URL: abc",
  ]);
});
