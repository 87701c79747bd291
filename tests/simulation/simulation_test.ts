/** HAKIT_SEEDS=1000 for fewer than CI's ten thousand. A violation prints its seed: deno task simulate KIND:SEED shows it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { jobsOf, replay } from "./batch.ts";
import { Crew } from "./crew.ts";
import { DATA, KINDS, NAMED } from "./kinds.ts";

/** What the others find must not change with what these add; so they are few here. */
const NAMED_SEEDS = 120;
const SEEDS = Number(Deno.env.get("HAKIT_SEEDS") ?? 10_000);

Deno.test(`simulation: ${SEEDS} seeds of all kinds`, async () => {
  await using crew = new Crew(navigator.hardwareConcurrency);
  const findings: string[] = [];
  await crew.work(jobsOf({ seeds: SEEDS, from: 1 }), (result) => {
    for (const { kind, seed, what } of result.findings) {
      findings.push(`${kind}:${seed}: ${what}`);
    }
    return findings.length === 0;
  });
  deepStrictEqual(findings, []);
});

Deno.test(`simulation: ${NAMED_SEEDS} seeds of each kind that is run by name`, async () => {
  await using crew = new Crew(navigator.hardwareConcurrency);
  const findings: string[] = [];
  for (const { name: kind } of NAMED) {
    await crew.work(jobsOf({ seeds: NAMED_SEEDS, from: 1, kind }), (result) => {
      for (const { kind, seed, what } of result.findings) {
        findings.push(`${kind}:${seed}: ${what}`);
      }
      return findings.length === 0;
    });
  }
  deepStrictEqual(findings, []);
});

Deno.test("simulation: a seed lives the same life again, to the last line", () => {
  for (const kind of [...KINDS, ...NAMED, DATA].map(({ name }) => name)) {
    const { what, journal } = replay(kind, 7);
    const again = replay(kind, 7);
    strictEqual(what, again.what);
    deepStrictEqual(journal, again.journal);
  }
});
