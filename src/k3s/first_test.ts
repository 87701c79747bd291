import assert from "node:assert/strict";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { createCluster } from "../cluster/create.ts";
import { keptText, readKept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { join } from "node:path";
import type { Facts } from "../cluster/facts.ts";
import { prereqSchema, settingsSchema } from "../cluster/settings.ts";
import { prereqSteps, type Unpacked } from "./prereq.ts";
import { paths } from "../system/paths.ts";
import { type FirstOptions, firstSteps, primaryStep } from "./first.ts";

Deno.test("a proxy that a later first is given is written to k3s.yaml, and nothing else of the cluster changes", async () => {
  const home = await Deno.makeTempDir();
  try {
    const where = paths(home);
    const at = places(where);
    const before = {
      ...settingsSchema.parse({
        node1: "10.0.0.1",
        node2: "10.0.0.2",
        vip: "10.0.0.9/24",
      }),
      name1: "node1",
    };
    await createCluster(where, before, () => {});
    const cluster = await Deno.readTextFile(at.cluster);
    const settings = { ...before, proxy: "http://proxy:3128" };
    const step = firstSteps({
      ...{ paths: where, at, settings, kept: readKept(keptText(settings), "") },
      member: { name: "node1" },
      onPassword: () => assert.fail("a user was made"),
    } as unknown as FirstOptions).find(({ name }) => name === "Cluster")!;
    assert.equal(await step.done(), null);
    await step.do(() => {});
    assert.match(await step.done() ?? "", /node1 and node2/);
    const kept = readKept(await Deno.readTextFile(at.settings), at.settings);
    assert.equal(kept.proxy, "http://proxy:3128");
    assert.equal(await Deno.readTextFile(at.cluster), cluster);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

/** An agent whose module goes from `before` to a primary when it is told to. */
function agent(before: Partial<ModuleState>, peer?: Partial<ModuleState>) {
  const asked: string[] = [];
  let looks = 0;
  const state = () => {
    const served = asked.length > 0 || ++looks > 3;
    const module = served ? { role: "PRIM", status: "Ready" } : before;
    return Promise.resolve(
      {
        nodes: [
          { name: "node1", local: true, modules: [{ name: "k3s", ...module }] },
          {
            name: "node2",
            local: false,
            modules: peer ? [{ name: "k3s", ...peer }] : [],
          },
        ],
      } as unknown as ClusterState,
    );
  };
  return {
    asked,
    api: {
      state,
      role: ({ command }: { readonly command: string }) => {
        asked.push(command);
        return state();
      },
    },
  };
}

/** What an agent shows of any copy until its replicator has reported. */
const UNREPORTED = {
  role: "WAIT",
  status: "Transient",
  identity: { current: null },
} as ModuleState;

async function primary(
  { api, asked }: ReturnType<typeof agent>,
  identity: string | null,
): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/identity.json`;
    if (identity !== null) await Deno.writeTextFile(file, identity);
    const wait = () => Promise.resolve();
    await primaryStep(api, { identity: file }, { wait }).do(() => {});
    return asked;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("first declares no copy the good one that this node's disk says is an old one, although the agent shows none yet", async () => {
  const old = JSON.stringify({ current: "0123456789abcdef" });
  assert.deepEqual(await primary(agent(UNREPORTED), old), []);
  assert.deepEqual(await primary(agent(UNREPORTED), '{"curr'), []);
  assert.deepEqual(
    await primary(agent({ ...UNREPORTED, role: "STOP" }), old),
    ["start"],
  );
  // The other node holds one: this server's state folder was lost.
  const peer = { identity: { current: "0123456789abcdef" } } as ModuleState;
  assert.deepEqual(await primary(agent(UNREPORTED, peer), null), []);
});

Deno.test("first declares this node's data the good one where none has ever served, also after a run that was cut off", async () => {
  assert.deepEqual(await primary(agent(UNREPORTED), null), ["prim"]);
  const begun = JSON.stringify({ current: null, epoch: 1 });
  assert.deepEqual(await primary(agent(UNREPORTED), begun), ["prim"]);
});

Deno.test("neither first nor prereq starts MariaDB to look at it in a dry run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const home = paths(folder), at = places(home);
    const options = { paths: home, at, kept: {}, settings: {}, member: {} };
    const steps = [
      ...firstSteps(options as unknown as FirstOptions),
      ...prereqSteps(prereqSchema.parse({}), {
        ...{ at, facts: { mysql: null } as Facts },
        unpacked: {} as Unpacked,
        out: { progress: () => assert.fail("nothing is installed") },
      }),
    ];
    for (const name of ["Database k3s", "MariaDB secured"]) {
      const step = steps.find((one) => one.name === name)!;
      assert.equal(await step.glance!(), null);
    }
    // Once it is the cluster's, nothing has to be started to know that.
    await Deno.mkdir(join(at.identity, ".."), { recursive: true });
    await Deno.writeTextFile(at.identity, "{}");
    for (const name of ["Database k3s", "MariaDB secured"]) {
      const step = steps.find((one) => one.name === name)!;
      assert.notEqual(await step.glance!(), null);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
