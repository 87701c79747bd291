/** Replays every transcript; HAKIT_UPDATE=1 writes them anew, to be reviewed as a diff. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Event } from "../../src/machine/event.ts";
import type { State } from "../../src/machine/turn.ts";
import { isSaid } from "../console/is_said.ts";
import { Coverage } from "../simulation/coverage.ts";
import { replay } from "./transcript.ts";

const folder = new URL(".", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".txt"))
  .sort();

/** And why a node waited, at any moment. */
class Reasons extends Coverage {
  readonly heard = new Set<string>();

  override stepped(before: State, event: Event, after: State): void {
    super.stepped(before, event, after);
    if (after.reason) this.heard.add(after.reason);
  }
}

const coverage = new Reasons();

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

Deno.test("scenarios: every reason has its phrase in every language of the console", () => {
  const unknown = [...coverage.heard].filter((reason) =>
    // What a disk is made to say here is nobody's sentence.
    reason !== FAULT && !isSaid(reason.replace(FAULT, "EIO"))
  );
  deepStrictEqual(unknown, []);
  ok(coverage.heard.size > 60, `${coverage.heard.size} reasons`);
});

const FAULT = "input/output error";
