import assert from "node:assert/strict";
import { join } from "node:path";
import type { AgentApi } from "../../cli/agent_api.ts";
import { exists } from "../../system/files.ts";
import type { Fault } from "./outcome.ts";
import { drill } from "./run.ts";

/** A primary beside its secondary, the example's application, and a cable that is cut as long as the file "cut" is there. */
async function withPair(
  work: (world: {
    readonly folder: string;
    readonly asked: readonly string[];
    readonly told: readonly string[];
    drill(
      fault: Fault,
      by: string,
      more?: {
        readonly arbitrated?: boolean;
        readonly database?: string;
        readonly prepare?: () => Promise<void>;
      },
    ): ReturnType<typeof drill>;
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const cut = () => exists(join(folder, "cut"));
  const numbers: string[] = [];
  let wasCut = false;
  const application = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ method, url }) => {
      if (method === "POST") {
        const number = new URL(url).searchParams.get("number")!;
        numbers.push(number);
        return new Response(`ok ${number}\n`);
      }
      // Once, when the cable is in again: the pod that was asked has just gone.
      if (wasCut && !await cut()) {
        wasCut = false;
        return new Response("moving", { status: 503 });
      }
      return new Response(
        numbers.map((n) => `row ${n}\nline ${n}\n`).join("") + "end\n",
      );
    },
  );
  const proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("no such host", { status: 502 }),
  );
  const state = async () => {
    const away = await cut();
    wasCut ||= away;
    const module = (role: string) => ({
      name: "k3s",
      ...{ role, status: "Ready", upToDate: true },
    });
    return {
      cluster: "k3s",
      nodes: [
        {
          ...{ name: "node1", local: true, reachable: true },
          modules: [module(away ? "ALONE" : "PRIM")],
        },
        {
          ...{ name: "node2", local: false, reachable: !away },
          modules: [module("SECOND")],
        },
      ],
    };
  };
  const asked: string[] = [];
  const told: string[] = [];
  Deno.env.set("HTTP_PROXY", `http://127.0.0.1:${proxy.addr.port}`);
  try {
    await work({
      folder,
      asked,
      told,
      drill: (
        fault,
        by,
        { arbitrated = true, database = "node1", prepare } = {},
      ) =>
        drill({
          ...prepare ? { prepare } : {},
          api: { state } as unknown as AgentApi,
          module: "k3s",
          fault,
          url: `http://127.0.0.1:${application.addr.port}`,
          application: { items: [] },
          released: false,
          arbitrated,
          by,
          undo: `rm -f ${folder}/cut; touch ${folder}/undone`,
          comeBack: true,
          keep: false,
          tell: (text) => told.push(text),
          ask: ([what = "", kind = ""]) => {
            asked.push(`${what} ${kind}`);
            // The application of the drill before.
            const going = asked.length === 1 ? "Terminating" : "";
            const pods = JSON.stringify({
              items: [{
                metadata: { name: "database-0" },
                spec: { nodeName: database },
                status: { phase: "Running" },
              }],
            });
            const stdout = kind === "pods" ? pods : going;
            return Promise.resolve({ code: 0, stdout, stderr: "" });
          },
        }),
    });
  } finally {
    Deno.env.delete("HTTP_PROXY");
    await application.shutdown();
    await proxy.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("drill() waits for an earlier one's application to go, passes by a proxy, and looks again where its last look is refused", async () => {
  await withPair(async ({ drill, folder, asked }) => {
    const report = await drill("cut", `touch ${folder}/cut`);
    assert.deepEqual(report.lost, []);
    assert(report.acknowledged > 40, `${report.acknowledged}`);
    assert.deepEqual([report.from, report.to], ["node2", "node1"]);
    const what = report.timeline.map((moment) => moment.what);
    for (
      const moment of [
        "node2 is not heard any more",
        "node1 is ALONE Ready",
        "all pods of the application run",
        "node1 is PRIM Ready",
      ]
    ) assert(what.includes(moment), `${moment}: ${what}`);
    assert.deepEqual(asked.slice(0, 4), [
      ...["get namespace", "get namespace", "get secret", "apply -f"],
    ]);
  });
});

Deno.test("drill() that fails gives a server its links back", async () => {
  await withPair(async ({ drill, folder }) => {
    const half = `touch ${folder}/cut; false`;
    await assert.rejects(drill("cut", half), /" failed: exit code 1/);
    assert.equal(await exists(join(folder, "cut")), false);
  });
});

Deno.test("drill() cuts no node off whose database nobody would take over, and none without an arbiter", async () => {
  await withPair(async ({ drill, folder }) => {
    const cut = `touch ${folder}/cut`;
    await assert.rejects(
      drill("cut", cut, { database: "node2" }),
      /runs on node2, .*hakit witness add/,
    );
    await assert.rejects(
      drill("cut", cut, { arbitrated: false }),
      /set aside: "hakit witness add" first/,
    );
    assert.equal(await exists(join(folder, "undone")), false);
  });
});

Deno.test("drill() asks and makes nothing where the application could not start", async () => {
  await withPair(async ({ drill, asked, folder, told }) => {
    const prepare = () => Promise.reject(new Error("image is missing"));
    await assert.rejects(
      drill("cut", `touch ${folder}/cut`, { prepare }),
      /^Error: image is missing$/,
    );
    assert.deepEqual([asked, told], [[], []]);
    assert.equal(await exists(join(folder, "cut")), false);
  });
});
