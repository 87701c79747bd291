import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import type { ClusterState } from "../api/state.ts";
import type { AgentApi } from "./agent_api.ts";
import type { Ask } from "./ask.ts";
import { type Call, UsageError } from "./command.ts";
import { copyCommand } from "./copy.ts";
import type { Output } from "./output.ts";

type Role = "PRIM" | "SECOND" | "STOP";

/** `hakit copy WORDS` beside a cluster with these roles; node2 keeps one copy. What was asked of the agents, and said. */
async function copy(
  roles: readonly [Role, Role],
  args: readonly string[],
  flags: { readonly [name: string]: string | true } = {},
  silent?: "node1",
) {
  const state = {
    nodes: roles.map((role, i) => ({
      name: `node${i + 1}`,
      local: i === (silent ? 1 : 0),
      reachable: `node${i + 1}` !== silent,
      modules: [{ name: "app", role }],
    })),
  } as unknown as ClusterState;
  const asked: string[] = [];
  const said: string[] = [];
  const ask = ((path, { method = "GET", body }) => {
    asked.push(`${method} ${path} ${JSON.stringify(body ?? "")}`);
    return Promise.resolve(
      path.includes("?node=")
        ? { copies: path.endsWith("node2") ? [{ name: "one" }] : [] }
        : { name: "before-one" },
    );
  }) as Ask;
  const api = () =>
    ({ state: () => Promise.resolve(state) }) as unknown as AgentApi;
  const say = (text: string) => void said.push(text);
  const call: Call = {
    args,
    rest: [],
    out: {
      line: say,
      error: say,
      table: (rows: readonly string[][]) =>
        rows.forEach((row) => say(row.join(" "))),
    } as unknown as Output,
    text: (flag) => flags[flag] === true ? undefined : flags[flag] as string,
    on: (flag) => flags[flag] === true,
    list: () => [],
  };
  const code = await copyCommand(ask, api).run(call);
  return { code, asked, said: said.join("\n") };
}

Deno.test("hakit copy take goes to the node that does not serve, list says where nothing can be seen", async () => {
  const taken = await copy(["PRIM", "SECOND"], ["take"], { keep: "7" });
  deepStrictEqual(taken.asked, [
    'POST /api/modules/app/copies {"node":"node2","keep":7}',
  ]);
  const listed = await copy(["PRIM", "SECOND"], ["list", "app"]);
  match(
    listed.said,
    /node2 one not counted yet\nSIZE .*\napp serves on node1: what it keeps is shown when/,
  );
});

Deno.test("hakit copy restore is refused while the module runs anywhere, and tells what comes next", async () => {
  const yes = { yes: true } as const;
  await rejects(
    copy(["STOP", "SECOND"], ["restore", "one"], yes),
    /app is SECOND on node2\. Say "hakit stop app" on both nodes first/,
  );
  await rejects(copy(["STOP", "STOP"], ["restore", "other"], yes), UsageError);
  await rejects(copy(["STOP", "STOP"], ["restore"], yes), UsageError);
  const { code, said } = await copy(
    ["STOP", "STOP"],
    ["restore", "app", "one"],
    yes,
  );
  strictEqual(code, 0);
  match(said, /kept as before-one\.\nNow: hakit prim app --node node2;/);
});

Deno.test("hakit copy restore says that a node which does not answer may serve, and restores for who knows better", async () => {
  const may = /node1 does not answer: it may serve app now/;
  for (const last of ["PRIM", "STOP"] as const) {
    const restore = (flags: { yes?: true }) =>
      copy([last, "STOP"], ["restore", "one"], flags, "node1");
    if (!Deno.stdin.isTerminal()) await rejects(restore({}), may);
    const { code, said } = await restore({ yes: true });
    strictEqual(code, 0);
    match(said, may);
  }
});
