/** Replays every transcript; HAKIT_UPDATE=1 writes them anew, to be reviewed as a diff. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Coverage } from "../simulation/coverage.ts";
import { replay } from "./transcript.ts";

const folder = new URL(".", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".txt"))
  .sort();

const coverage = new Coverage();

for (const name of names) {
  Deno.test(`scenario ${name.slice(0, -".txt".length)}`, async () => {
    const file = new URL(name, folder);
    const text = await Deno.readTextFile(file);
    const now = replay(text, coverage);
    if (Deno.env.get("HAKIT_UPDATE") === "1") {
      await Deno.writeTextFile(file, now);
    } else strictEqual(now, text);
  });
}

/** Of a moment that no command can hit: seeds reach them (`deno task simulate --coverage`). */
const MOMENTS = [
  "data: theirs went on from the same generation, and has marks",
  "start: the peer answers and has not spoken yet",
];

Deno.test("scenarios: every row of the decision tables, every change of role and every plan is in one of them", () => {
  deepStrictEqual(
    coverage.missing.filter((row) => !MOMENTS.includes(row)),
    [],
  );
});
