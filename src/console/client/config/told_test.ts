import { strictEqual } from "node:assert/strict";
import { en } from "../../text/en.ts";
import { wordsOf } from "./told.ts";

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
