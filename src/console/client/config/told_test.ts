import { strictEqual } from "node:assert/strict";
import { sampleState } from "../../../../tests/console/sample.ts";
import { en } from "../../text/en.ts";
import { leftOn, wordsOf } from "./told.ts";

Deno.test("wordsOf() names the node that takes a change later", () => {
  const both = { revision: 3, installed: ["node1", "node2"], pending: [] };
  strictEqual(
    wordsOf(both, en),
    "Configuration 3 is in force on node1, node2.",
  );
  const one = { revision: 1, installed: ["node1"], pending: ["node2"] };
  strictEqual(
    wordsOf(one, en),
    "Configuration 1 is in force on node1. node2 takes it when it answers.",
  );
  strictEqual(
    wordsOf({ ...both, revision: null }, en),
    "Nothing is changed yet.",
  );
});

Deno.test("leftOn() names the node that keeps an uninstalled module, and none that never had it", () => {
  const state = sampleState();
  const [one, two] = state.nodes;
  const left = (node2: typeof two, removed: string[]) =>
    leftOn("k3s", { ...state, nodes: [one!, node2!] }, removed);
  strictEqual(left(two, ["node1", "node2"]), null);
  strictEqual(left(two, ["node1"]), "node2");
  strictEqual(left({ ...two!, modules: [] }, ["node1"]), null);
  // What a silent node has is not known.
  const silent = { ...two!, modules: [], reachable: false };
  strictEqual(left(silent, ["node1"]), "node2");
});
