import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { REMEDIES } from "../api/remedies.ts";
import type { AgentApi } from "./agent_api.ts";
import { moduleCommand } from "./module.ts";
import { outputTo } from "./output.ts";
import { run } from "./run.ts";

/** What `hakit module` with these words asks the agent to install, and how. */
async function installing(line: string) {
  const asked: unknown[] = [];
  const api = {
    install(module: string, _archive: Uint8Array, options: unknown) {
      asked.push([module, options]);
      const plan = { files: [], effects: [], how: "live" };
      return Promise.resolve({
        module,
        plan,
        revision: 2,
        installed: ["node1"],
        pending: ["node2"],
      });
    },
  } as unknown as AgentApi;
  let [said, wrong] = ["", ""];
  const code = await run(line.split(" "), {
    table: [moduleCommand(() => api, () => Promise.reject())],
    out: outputTo({
      terminal: false,
      colour: false,
      out: (text) => said += text,
      err: (text) => wrong += text,
      now: () => 0,
    }),
  });
  strictEqual(code, 0, wrong);
  return { asked, said };
}

Deno.test("module install does what the remedy of a silent node says: the same command with --alone", async () => {
  strictEqual(
    REMEDIES["peer-away"].includes("same command with --alone"),
    true,
  );
  const both = await installing("module install mirror");
  deepStrictEqual(both.asked, [["mirror", { alone: false }]]);
  const here = await installing("module install mirror --alone");
  deepStrictEqual(here.asked, [["mirror", { alone: true }]]);
  strictEqual(
    here.said,
    "Configuration 2 of mirror is in force on node1; node2 gets it when it answers.\n",
  );
});
