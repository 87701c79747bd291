/** HAKIT_HISTORIES=5000 for more than CI's. What fails is printed with its timeline and the command that shows all of it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { replay } from "../batch.ts";
import { HISTORY, SMALL } from "../kinds.ts";
import { main } from "../simulate.ts";

const SEEDS = Number(Deno.env.get("HAKIT_HISTORIES") ?? 200);

function asRoot(name: string, fn: () => void | Promise<void>): void {
  const ignore = Deno.uid() !== 0;
  Deno.test({
    name: ignore ? `${name} (left out: needs root)` : name,
    ignore,
    fn,
  });
}

for (const { name } of [HISTORY, SMALL]) {
  asRoot(`histories: ${SEEDS} seeds of kind ${name}`, async () => {
    strictEqual(await main(["--kind", name, "--seeds", String(SEEDS)]), 0);
  });
}

asRoot(
  "histories: a seed lives the same history again, to the last line",
  () => {
    const once = replay(HISTORY.name, 7), again = replay(HISTORY.name, 7);
    strictEqual(once.what, null);
    deepStrictEqual(once.journal, again.journal);
  },
);
