/** Replays every transcript; HAKIT_UPDATE=1 writes them anew, to be reviewed as a diff. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { momentsOf } from "../../src/console/client/story.ts";
import type { Level } from "../../src/console/client/lines.ts";
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

/** Lines of the module's log that the console's timeline shows. */
const told = new Set<string>();
const LINE = /^node\d {2}(?:(warning|error): )?(.*)$/gm;

function remember(transcript: string): void {
  for (const [, level = "info", text = ""] of transcript.matchAll(LINE)) {
    const line = { at: "2026-11-23", level: level as Level, text };
    for (const { text } of momentsOf("node1", [line], 0)) told.add(text);
  }
}

for (const name of names) {
  Deno.test(`scenario ${name.slice(0, -".txt".length)}`, async () => {
    const file = new URL(name, folder);
    const text = await Deno.readTextFile(file);
    const now = replay(text, coverage);
    remember(now);
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

Deno.test("scenarios: a reason that proposes to choose a copy is as true when it is read on the other node", () => {
  const choices = [...coverage.heard].filter((reason) =>
    // Only where it is said which node's data is good can it say where.
    !reason.startsWith("first start: ") &&
    /"hakit (prim|primforce|second)\b/.test(reason)
  );
  deepStrictEqual(
    choices.filter((reason) =>
      /\b(this (copy|node|one)|here|there)\b(?! is (none|stopped first))/.test(
        reason,
      ) ||
      /"hakit \w+ app(?![^"]* --node node[12])[^"]*"/.test(reason)
    ),
    [],
  );
  ok(choices.length > 20, `${choices.length} reasons`);
});

Deno.test("scenarios: every line of the timeline has its phrase in every language of the console", () => {
  const unknown = [...told].filter((line) =>
    !isSaid(line.replace(FAULT, "EIO").replace("the simulation", "root"))
  );
  deepStrictEqual(unknown, []);
  ok(told.size > 120, `${told.size} lines`);
});

const FAULT = "input/output error";
