/** A client that a public generator makes of the OpenAPI document: its types are what a real agent answers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../../src/system/command.ts";
import { canIsolate } from "../can_isolate.ts";
import { twoAgents } from "../../console/agents.ts";

/** Written by somebody who has read nothing but the document. */
const PROGRAM = `
import createClient from "openapi-fetch";
import type { paths } from "./hakit.d.ts";

const [baseUrl, key, ca] = Deno.args as [string, string, string];
const http = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(ca)] });
const api = createClient<paths>({
  baseUrl,
  headers: { authorization: \`Bearer \${key}\` },
  fetch: (request: Request) => fetch(request, { client: http } as RequestInit),
});

const state = await api.GET("/api/state");
if (!state.data) throw new Error(JSON.stringify(state.error));
const roles: string[] = state.data.nodes.flatMap(({ name, modules }) =>
  modules.map(({ role }) => \`\${name} \${role}\`)
);
// @ts-expect-error: no such field of a node
state.data.nodes[0]?.colour;
// @ts-expect-error: no such route
api.GET("/api/nothing");

const resources = await api.GET("/api/modules/{module}/resources", {
  params: { path: { module: "plain" } },
});
const started = await api.POST("/api/modules/{module}/{command}", {
  params: { path: { module: "plain", command: "start" } },
  body: { wait: true },
});
const added = await api.POST("/api/users", {
  body: { name: "gen", role: "viewer", password: "a long password 1" },
});
const refused = await api.GET("/api/modules/{module}/log", {
  params: { path: { module: "gone" } },
});
// Errors have their one shape, too.
const code: string | undefined = refused.error?.error.code;
console.log(JSON.stringify({
  roles,
  resources: resources.data?.resources.length,
  started: started.data?.nodes[0]?.modules[0]?.role,
  added: [added.response.status, added.data?.users.map(({ name }) => name)],
  refused: [refused.response.status, code, refused.error?.error.remedy],
}));
http.close();
`;

Deno.test({
  name: "a client that was generated from the document talks to a real agent",
  ignore: !await canIsolate(),
  sanitizeOps: false,
  async fn() {
    await using agents = await twoAgents();
    agents.start(1);
    const made = async () =>
      await agents.hakit(1, "key", "create", "gen", "--role", "administrator")
        .then(({ code, text }) =>
          code === 0 ? /hakit_[\w-]+/.exec(text)![0] : null
        );
    let key: string | null = null;
    for (let tries = 0; key === null; tries++) {
      assert.ok(tries < 60, "node1's agent answers");
      await new Promise((resolve) => setTimeout(resolve, 500));
      key = await made();
    }
    const inside = (...argv: string[]) =>
      command(["ip", "netns", "exec", agents.namespace, ...argv], {
        timeoutMs: 120_000,
      });
    const { stdout: document } = await inside(
      ...["curl", "-sk", "--retry", "20", "--retry-connrefused"],
      `${agents.url(1)}/api/openapi.json`,
    );
    const root = join(import.meta.dirname!, "../../..");
    await Deno.mkdir(join(root, "dist"), { recursive: true });
    const folder = await Deno.makeTempDir({
      dir: join(root, "dist"),
      prefix: "generated-",
    });
    try {
      const file = join(folder, "openapi.json");
      await Deno.writeTextFile(file, document);
      const deno = Deno.execPath();
      await command([
        ...[deno, "run", "-A", "--quiet", "--config", join(root, "deno.json")],
        ...["npm:openapi-typescript@^7.13", file],
        ...["--output", join(folder, "hakit.d.ts")],
      ], { timeoutMs: 120_000 });
      const program = join(folder, "program.ts");
      await Deno.writeTextFile(program, PROGRAM);
      const { stdout } = await inside(
        ...[deno, "run", "--check", "-A", "--quiet"],
        ...["--config", join(root, "deno.json"), program],
        ...[agents.url(1), key, join(agents.home(1), "etc/ca.pem")],
      );
      assert.deepEqual(JSON.parse(stdout), {
        roles: ["node1 STOP"],
        resources: 2,
        started: "ALONE",
        added: [201, ["admin", "eve", "gen", "otto"]],
        refused: [404, "no-such-module", 'See "hakit module list"'],
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
