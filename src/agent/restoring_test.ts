import { ok } from "node:assert/strict";
import { isSaid } from "../../tests/console/is_said.ts";
import { restoring } from "./running_module.ts";

Deno.test("restoring() says what is lost, on which node, and in every language of the console", () => {
  const said = restoring("app", "2026-11-23T02-30-00-000Z", {
    node: "node2",
    peer: "node1",
  });
  ok(said.startsWith("only if node1 is gone for good: "));
  ok(said.endsWith('"hakit prim app --node node2"'));
  ok(isSaid(`node1 is still stopping; ${said}`), said);
});
