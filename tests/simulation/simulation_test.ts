/** HAKIT_SEEDS=1000 for fewer than CI's ten thousand. A violation prints its seed: deno task simulate KIND:SEED shows it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { jobsOf, replay } from "./batch.ts";
import { Crew } from "./crew.ts";
import { KINDS } from "./kinds.ts";

const SEEDS = Number(Deno.env.get("HAKIT_SEEDS") ?? 10_000);

for (const kind of KINDS) {
  const seeds = Math.ceil(SEEDS * kind.share);
  Deno.test(`simulation ${kind.name}: seeds 1 to ${seeds}`, async () => {
    await using crew = new Crew(navigator.hardwareConcurrency);
    const findings: string[] = [];
    await crew.work(jobsOf({ seeds, from: 1, kind: kind.name }), (result) => {
      for (const { seed, what } of result.findings) {
        findings.push(`${kind.name}:${seed}: ${what}`);
      }
      return findings.length === 0;
    });
    deepStrictEqual(findings, []);
  });
}

Deno.test("simulation: a seed lives the same life again, to the last line", () => {
  for (const kind of KINDS) {
    const { what, journal } = replay(kind, 7);
    const again = replay(kind, 7);
    strictEqual(what, again.what);
    deepStrictEqual(journal, again.journal);
  }
});
