import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import { sampleState } from "../../tests/console/sample.ts";
import { ApiError, errorBody } from "../api/error.ts";
import { parseCluster } from "../module/load.ts";
import { paths } from "../system/paths.ts";
import { ClusterConfig } from "./cluster_config.ts";

const YAML = `# ours
cluster: office
id: 00112233445566778899aabbccddeeff
nodes:
  - { name: node1, addresses: [10.0.0.1] }
  - { name: node2, addresses: [10.0.0.2] }
`;
const LATER = YAML + "heartbeat: { timeout: 3s }\n";
const BY = { by: "user admin" };

const write = (text: string) => ({
  edits: [{ path: "cluster.yaml", content: text }],
});

/** Two agents that began with YAML; `link.up`: they reach each other; `link.loses`: the next answer to a change. */
async function pair() {
  const home = await Deno.makeTempDir({ prefix: "hakit-cluster-" });
  const link = { up: true, loses: false };
  const sides: ClusterConfig[] = [];
  const states = [sampleState(), sampleState()];
  const files: string[] = [];
  for (const index of [0, 1]) {
    const at = paths(join(home, `node${index + 1}`));
    for (const folder of [at.etc, at.state]) {
      await Deno.mkdir(folder, { recursive: true });
    }
    files.push(join(at.etc, "cluster.yaml"));
    await Deno.writeTextFile(files[index]!, YAML);
    const cluster = parseCluster(YAML, "cluster.yaml");
    sides.push(
      new ClusterConfig({
        node: {
          paths: at,
          cluster,
          me: cluster.nodes[index]!,
          peer: cluster.nodes[1 - index]!,
        },
        cluster: { state: () => states[index]! },
        peer: {
          async request(_path, { body }) {
            if (!link.up) {
              throw new ApiError(502, "peer-not-reachable", "node2 is away");
            }
            const { content, revision } = JSON.parse(String(body));
            const other = sides[1 - index]!;
            try {
              if (!revision) return Response.json(await other.ready(content));
              await other.adopt(content, revision);
              if (link.loses) {
                link.loses = false;
                throw new ApiError(502, "peer-not-reachable", "no answer");
              }
              return Response.json({ ok: true });
            } catch (error) {
              if (!(error instanceof ApiError)) throw error;
              if (error.code === "peer-not-reachable") throw error;
              const { code, message, status } = error;
              return Response.json(errorBody(code, message), { status });
            }
          },
        },
        log: { info: () => {}, error: () => {} },
      }),
    );
    await sides[index]!.record();
  }
  return {
    one: sides[0]!,
    two: sides[1]!,
    link,
    states,
    files,
    texts: () => Promise.all(files.map((file) => Deno.readTextFile(file))),
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

Deno.test("cluster.yaml changes on both nodes, is in force nowhere before the agents begin again, and goes back", async () => {
  await using world = await pair();
  const { one, two, texts } = world;
  const { digest: base, inForce } = await one.files();
  strictEqual(inForce, true);
  const { plan, refusal } = await one.plan({ ...write(LATER), base });
  strictEqual(plan.how, "next");
  strictEqual(refusal, null);
  deepStrictEqual(await texts(), [YAML, YAML]);

  const applied = await one.apply({ ...write(LATER), base }, BY);
  deepStrictEqual(applied.installed, ["node1", "node2"]);
  strictEqual(applied.revision, 2);
  deepStrictEqual(await texts(), [LATER, LATER]);
  strictEqual((await two.files()).inForce, false);
  deepStrictEqual(
    (await two.history()).map(({ number, by, note }) =>
      `${number} ${by} ${note}`
    ),
    ["2 user admin heartbeat", "1 root as it was"],
  );
  await rejects(
    one.apply({ ...write(YAML), base }, BY),
    /changed by somebody else/,
  );

  const back = await two.apply({ revision: 1 }, BY);
  strictEqual(back.revision, 3);
  deepStrictEqual(await texts(), [YAML, YAML]);
  strictEqual((await two.apply({ revision: 1 }, BY)).revision, null);
});

Deno.test("cluster.yaml changes on neither node where the other one is away, refuses, or is another cluster's", async () => {
  await using world = await pair();
  const { one, link, states, texts } = world;
  link.up = false;
  match((await one.plan(write(LATER))).refusal!, /node2 is away/);
  await rejects(one.apply(write(LATER), BY), /node2 is away/);
  link.up = true;
  const moved = YAML.replace("10.0.0.2", "10.0.0.3");
  const refused = /node1.*hakit stop k3s --node node1/;
  match((await one.plan(write(moved))).refusal!, refused);
  await rejects(one.apply(write(moved), BY), refused);
  // Stopped here; the other node says its own.
  states[0] = sampleState({ role: "STOP" });
  states[1] = sampleState({}, {}, {
    nodes: sampleState().nodes.map((node) => ({ ...node, local: !node.local })),
  });
  await rejects(one.apply(write(moved), BY), /k3s is SECOND on node2/);
  for (
    const [text, why] of [
      [YAML.replace("office", "home"), /^cluster: is "home"/],
      [YAML + "hartbeat: {}\n", /cluster\.yaml:7:1: hartbeat: unknown key/],
    ] as const
  ) {
    await rejects(one.plan(write(text)), { code: "bad-cluster", message: why });
  }
  await rejects(
    one.plan({ edits: [{ path: "../users.yaml", content: "" }] }),
    { code: "bad-cluster" },
  );
  await rejects(one.plan({ revision: 7 }), { code: "no-such-revision" });
  deepStrictEqual(await texts(), [YAML, YAML]);
});

Deno.test("a node whose cluster.yaml was edited by hand is levelled, and what it had is kept", async () => {
  await using world = await pair();
  const { one, two, files, texts } = world;
  await Deno.writeTextFile(files[1]!, LATER);
  // Nothing changes here, and all the same there is something to do.
  const { plan } = await one.plan(write(YAML));
  strictEqual(plan.how, null);
  strictEqual((await one.apply(write(YAML), BY)).revision, 3);
  deepStrictEqual(await texts(), [YAML, YAML]);
  deepStrictEqual((await two.history()).map(({ note }) => note), [
    "as on this node",
    "edited by hand",
    "as it was",
  ]);
  strictEqual((await two.apply({ revision: 2 }, BY)).revision, 4);
  deepStrictEqual(await texts(), [LATER, LATER]);
});

Deno.test("a node that cannot write takes the other one back", async () => {
  await using world = await pair();
  const { one, files } = world;
  // Its own place is taken: the file cannot be exchanged.
  await Deno.mkdir(join(files[0]!, "..", ".cluster.yaml.new"));
  await rejects(one.apply(write(LATER), BY));
  strictEqual(await Deno.readTextFile(files[1]!), YAML);
  deepStrictEqual((await one.history()).map(({ number }) => number), [1]);
});

Deno.test("beginRefusal() keeps an agent that runs from a cluster.yaml that it could not begin with, or that would part the two", async () => {
  const { one, files, states } = await pair();
  strictEqual(await one.beginRefusal(), null);
  await Deno.writeTextFile(files[0]!, LATER);
  strictEqual(await one.beginRefusal(), null);
  // Edited by hand, past the plan that would have refused it.
  const apart = YAML + "heartbeat: { port: 4900 }\n";
  await Deno.writeTextFile(files[0]!, apart);
  match((await one.beginRefusal())!, /heartbeat\.port.*stop every module/);
  const rest = { role: "STOP", status: "NotReady" } as const;
  states[0] = sampleState(rest, rest);
  strictEqual(await one.beginRefusal(), null);
  await Deno.writeTextFile(files[0]!, YAML + "no: such key\n");
  match((await one.beginRefusal())!, /unknown key "no"/);
  await Deno.writeTextFile(files[0]!, YAML.replace("office", "other"));
  match((await one.beginRefusal())!, /expected "office"/);
});

Deno.test("startRefusal() keeps modules stopped until the agents run by what was changed while all were", async () => {
  await using world = await pair();
  const { one, two, states, files } = world;
  const rest = { role: "STOP", status: "NotReady" } as const;
  states[0] = states[1] = sampleState(rest, rest);
  const moved = YAML + "heartbeat: { port: 4900 }\n";
  await one.apply(write(LATER), BY);
  strictEqual(await one.startRefusal(), null, "one by one");
  await one.apply(write(moved), BY);
  for (const side of [one, two]) {
    match((await side.startRefusal())!, /heartbeat\.port.*begin again/);
  }
  await one.apply(write(YAML), BY);
  strictEqual(await two.startRefusal(), null, "taken back");
  // Edited by hand: beside what runs, and so that no agent could begin.
  await Deno.writeTextFile(files[0]!, moved);
  states[0] = sampleState(rest);
  strictEqual(await one.startRefusal(), null);
  states[0] = sampleState(rest, rest);
  for (const text of ["no: such key\n", YAML.replace("office", "other")]) {
    await Deno.writeTextFile(files[0]!, text);
    strictEqual(await one.startRefusal(), null);
  }
});

Deno.test("cluster.yaml goes back on the other node where its answer is lost, and stays closed to others where it was", async () => {
  await using world = await pair();
  const { one, two, link, files, texts } = world;
  link.loses = true;
  await rejects(one.apply(write(LATER), BY), /no answer/);
  deepStrictEqual(await texts(), [YAML, YAML]);
  strictEqual((await two.history())[0]!.number, 3);
  await Deno.chmod(files[1]!, 0o640);
  strictEqual((await one.apply(write(LATER), BY)).revision, 4);
  deepStrictEqual(await texts(), [LATER, LATER]);
  deepStrictEqual(
    files.map((file) => Deno.statSync(file).mode! & 0o777),
    [0o644, 0o640],
  );
});
