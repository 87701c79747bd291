import assert from "node:assert/strict";
import { Tools } from "./tools.ts";

Deno.test("Tools tell an answer, a failure and a missing tool from one that does not answer in time", async () => {
  const tools = new Tools();
  assert.deepEqual(await tools.ask(["echo", "well"]), {
    ok: true,
    text: "well",
  });
  assert.deepEqual(await tools.ask(["sh", "-c", "echo no; exit 124"]), {
    ok: false,
    text: "no",
  });
  assert.deepEqual(await tools.ask(["/no/such/tool"]), { ok: false, text: "" });
  assert.deepEqual(tools.late, []);
  assert.equal(await tools.ask(["sleep", "60"], 1), null);
  assert.equal(await tools.said(["sleep", "60"], 1), "");
  assert.deepEqual(tools.late, ["sleep"]);
});
