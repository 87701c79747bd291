import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import { restartQuestion } from "./restart_question.ts";
import { en } from "./text/en.ts";

const words = en.clusterConfig.restart;

Deno.test("restartQuestion() says for each node in turn what moves, also what moved to it a turn before", () => {
  // node1 is asked, and serves k3s.
  const both = restartQuestion(sampleState(), ["node1", "node2"], words);
  strictEqual(both.refusal, null);
  deepStrictEqual(both.nodes, ["node2", "node1"]);
  deepStrictEqual(both.lines.slice(0, 2), [
    words.quiet("node2"),
    words.moves("k3s", "node1", "node2"),
  ]);
  const swapped = restartQuestion(
    sampleState({ role: "SECOND" }, { role: "PRIM" }),
    ["node2"],
    words,
  );
  strictEqual(swapped.refusal, null);
  deepStrictEqual(swapped.nodes, ["node2"]);
  strictEqual(swapped.lines[0], words.moves("k3s", "node2", "node1"));
});

Deno.test("restartQuestion() refuses, with the reason, when the pair is not whole", () => {
  const alone = restartQuestion(
    sampleState({ role: "ALONE" }, { role: "STOP", status: "NotReady" }),
    ["node1"],
    words,
  );
  match(alone.refusal!.join(), /k3s.*ALONE.*node1.*STOP.*node2/);
});

Deno.test("restartQuestion() of a pair at rest promises no service, and warns of the console's own address", () => {
  const rest = { role: "STOP", status: "NotReady" } as const;
  const idle = restartQuestion(
    sampleState(rest, rest),
    ["node1", "node2"],
    words,
  );
  strictEqual(idle.refusal, null);
  deepStrictEqual(idle.lines, [words.idle, words.address]);
});
