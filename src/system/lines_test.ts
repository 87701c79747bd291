import { deepStrictEqual, rejects } from "node:assert/strict";
import { lines } from "./lines.ts";

async function* pieces(...texts: string[]) {
  // Cut between bytes, as a socket does.
  const bytes = new TextEncoder().encode(texts.join(""));
  for (let at = 0; at < bytes.length; at += 2) yield bytes.subarray(at, at + 2);
}

Deno.test("lines() puts pieces together, keeps empty lines, and leaves out what has no end", async () => {
  deepStrictEqual(
    await Array.fromAsync(lines(pieces("é日本\n", "\n", "two\n", "cut"), 10)),
    ["é日本", "", "two"],
  );
});

Deno.test("lines() refuses a line without end, after those before it", async () => {
  const found = lines(pieces("ok\n", "x".repeat(100)), 10);
  deepStrictEqual(await found.next(), { value: "ok", done: false });
  await rejects(found.next(), /longer than 10 characters/);
});
