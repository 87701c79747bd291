import assert from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import type { ClusterState } from "../api/state.ts";
import { outputTo } from "../cli/output.ts";
import { runSteps } from "../cluster/step.ts";
import { nodesIn } from "./kubernetes.ts";
import { versionIn } from "./release.ts";
import { besides } from "./staging.ts";
import {
  obstacle,
  rolesIn,
  upgradeSteps,
  type UpgradeWorld,
  versionProblem,
} from "./upgrade.ts";

const file = (sum: string) => ({
  name: "k3s",
  size: 1,
  sha256: sum.repeat(64),
});
const OLD = { version: "v1.33.5+k3s1", files: [file("a")] };
const NEW = { version: "v1.34.1+k3s1", files: [file("b")] };

interface Fault {
  readonly node: string;
  readonly what: "install fails" | "never ready";
}

/** A pair that behaves; `did` is what was done to it, in order. */
function pair({ fault }: { fault?: Fault } = {}) {
  const did: string[] = [];
  let primary = "node1";
  const at: {
    [node: string]: {
      staged: typeof OLD.files;
      runs: typeof OLD;
      ready: boolean;
    };
  } = {
    node1: { staged: [], runs: OLD, ready: true },
    node2: { staged: [], runs: OLD, ready: true },
  };
  let failing = fault;
  let wanted = NEW;
  const world: UpgradeWorld = {
    state: () => Promise.resolve(stateOf(primary)),
    files: (node) =>
      Promise.resolve({
        installed: at[node]!.runs.files,
        staged: at[node]!.staged,
      }),
    nodes: () =>
      Promise.resolve(
        Object.entries(at).map(([name, { runs, ready }]) => ({
          name,
          ready,
          version: runs.version,
        })),
      ),
    stage: () => {
      did.push("stage");
      at["node1"]!.staged = wanted.files;
      return Promise.resolve();
    },
    fetch: (node) => {
      did.push(`fetch ${node}`);
      // As the agent: what waits on the other node.
      assert.deepEqual(at["node1"]!.staged, wanted.files);
      at[node]!.staged = wanted.files;
      return Promise.resolve();
    },
    install: (node) => {
      did.push(`install ${node}`);
      // The one rule: never on the node that serves.
      assert.notEqual(node, primary);
      if (failing?.node === node && failing.what === "install fails") {
        return Promise.reject(new Error("disk full"));
      }
      at[node]!.staged = [];
      at[node]!.runs = wanted;
      at[node]!.ready = false;
      return Promise.resolve();
    },
    swap: () => {
      did.push("swap");
      primary = primary === "node1" ? "node2" : "node1";
      return Promise.resolve();
    },
    sleep: () => {
      for (const [name, node] of Object.entries(at)) {
        if (failing?.node !== name) node.ready = true;
      }
      return Promise.resolve();
    },
  };
  const steps = () => {
    const roles = rolesIn(stateOf(primary));
    if ("problem" in roles) throw new Error(roles.problem);
    return upgradeSteps({ world, wanted, me: "node1", roles });
  };
  return {
    did,
    at,
    mend: () => failing = undefined,
    want: (what: typeof OLD) => wanted = what,
    obstacle: () =>
      obstacle(world, wanted, {
        primary,
        secondary: primary === "node1" ? "node2" : "node1",
      }),
    run: () => runSteps(steps(), { out: silent }),
  };
}

const silent = outputTo({
  terminal: false,
  colour: false,
  out: () => {},
  err: () => {},
  now: () => 0,
});

function stateOf(primary: string): ClusterState {
  const sample = sampleState();
  return {
    ...sample,
    nodes: sample.nodes.map((node, index) => ({
      ...node,
      name: `node${index + 1}`,
      modules: [{
        ...sample.nodes[0]!.modules[0]!,
        name: "k3s",
        role: `node${index + 1}` === primary ? "PRIM" : "SECOND",
        status: "Ready",
        upToDate: true,
      }],
    })),
  };
}

Deno.test("upgradeSteps() takes the secondary first, swaps, then takes the other, each when the pair is whole", async () => {
  const { did, run, at } = pair();
  await run();
  assert.deepEqual(did, [
    "stage",
    "fetch node2",
    "install node2",
    "swap",
    "install node1",
  ]);
  assert(Object.values(at).every(({ runs }) => runs === NEW));
  did.length = 0;
  const again = await run();
  assert.deepEqual(did, []);
  assert(again.every(({ result }) => result === "already done"));
});

Deno.test("upgradeSteps() stops at the first failure, leaves the other node alone, and goes on from there", async () => {
  const first = pair({ fault: { node: "node2", what: "install fails" } });
  await assert.rejects(first.run(), /K3s on node2: disk full/);
  assert.deepEqual(first.did, ["stage", "fetch node2", "install node2"]);
  first.mend();
  first.did.length = 0;
  await first.run();
  assert.deepEqual(first.did, ["install node2", "swap", "install node1"]);

  // The second node fails after the swap: the new one serves, and a repeated run does not swap back.
  const second = pair({ fault: { node: "node1", what: "install fails" } });
  await assert.rejects(second.run(), /K3s on node1: disk full/);
  second.mend();
  second.did.length = 0;
  await second.run();
  assert.deepEqual(second.did, ["install node1"]);
});

Deno.test("upgradeSteps() does not touch the other node while one is not Ready", async () => {
  const { did, run } = pair({ fault: { node: "node2", what: "never ready" } });
  await assert.rejects(
    run(),
    /K3s on node2: not within 30 min: it is not Ready/,
  );
  assert.deepEqual(did, ["stage", "fetch node2", "install node2"]);
});

Deno.test("upgradeSteps() repeated after a node was not Ready in time only waits for it", async () => {
  const { did, run, mend, obstacle } = pair({
    fault: { node: "node2", what: "never ready" },
  });
  await assert.rejects(run(), /not Ready/);
  did.length = 0;
  mend();
  assert.equal(await obstacle(), null);
  await run();
  assert.deepEqual(did, ["swap", "install node1"]);
});

Deno.test("upgradeSteps() takes a failed node back to what the other one runs", async () => {
  const { did, run, mend, want, obstacle, at } = pair({
    fault: { node: "node2", what: "never ready" },
  });
  await assert.rejects(run(), /not Ready/);
  want(OLD);
  assert.equal(await obstacle(), null);
  did.length = 0;
  mend();
  await run();
  assert.deepEqual(did, ["stage", "fetch node2", "install node2"]);
  assert(Object.values(at).every(({ runs, ready }) => runs === OLD && ready));
});

Deno.test("obstacle() names a node that was broken before, and a version that cannot be", async () => {
  const { at, want, obstacle } = pair();
  assert.equal(await obstacle(), null);
  want({ version: "v1.32.0+k3s1", files: [file("c")] });
  assert.match((await obstacle())!, /older than v1\.33\.5/);
  want(NEW);
  at["node2"]!.ready = false;
  assert.match((await obstacle())!, /K3s on node2 is not Ready/);
  at["node2"]!.ready = true;
  at["node1"]!.ready = false;
  assert.match((await obstacle())!, /K3s on node1 is not Ready/);
});

Deno.test("versionIn() reads what k3s --version prints", () => {
  assert.equal(
    versionIn("k3s version v1.34.1+k3s1 (24fc436e)\ngo version go1.24.6\n"),
    "v1.34.1+k3s1",
  );
  assert.equal(versionIn("k3s version unknown"), null);
});

Deno.test("besides() removes K3s' own images that have a successor, and no others", () => {
  const named = (name: string) => ({ name, size: 1, sha256: "a".repeat(64) });
  const [k3s, zst, gz, own] = [
    "k3s",
    "images/k3s-airgap-images-amd64.tar.zst",
    "images/k3s-airgap-images-amd64.tar.gz",
    "images/provisioner.tar",
  ].map(named) as [ReturnType<typeof named>, ...ReturnType<typeof named>[]];
  assert.deepEqual(besides([k3s, zst!, own!], [k3s]), {
    old: [],
    stay: [zst, own],
  });
  assert.deepEqual(besides([k3s, zst!, own!], [k3s, gz!]), {
    old: [zst],
    stay: [own],
  });
});

Deno.test("rolesIn() wants PRIM and SECOND, Ready, with a complete copy", () => {
  const state = stateOf("node2");
  assert.deepEqual(rolesIn(state), { primary: "node2", secondary: "node1" });
  const spoiled = (more: object) => ({
    nodes: state.nodes.map((node, index) =>
      index === 0
        ? { ...node, modules: [{ ...node.modules[0]!, ...more }] }
        : node
    ),
  });
  const problem = (more: object) => {
    const found = rolesIn(spoiled(more));
    return "problem" in found ? found.problem : "";
  };
  assert.match(
    problem({ role: "STOP" }),
    /node1 STOP.*expected PRIM and SECOND/,
  );
  assert.match(problem({ status: "Transient" }), /node1 is SECOND, Transient/);
  assert.match(problem({ upToDate: false }), /no complete copy/);
});

Deno.test("versionProblem() allows one minor version forward, and nothing back", () => {
  assert.equal(versionProblem("v1.33.5+k3s1", "v1.34.0+k3s1"), null);
  assert.equal(versionProblem("v1.33.5+k3s1", "v1.33.5+k3s2"), null);
  assert.equal(versionProblem("v1.33.5+k3s1", "v1.33.5+k3s1"), null);
  assert.match(versionProblem("v1.33.5+k3s1", "v1.35.0+k3s1")!, /v1\.34 first/);
  assert.match(versionProblem("v1.33.5+k3s1", "v1.33.4+k3s9")!, /older/);
  assert.match(versionProblem("v1.33.5+k3s2", "v1.33.5+k3s1")!, /older/);
  assert.match(versionProblem("v2.0.0+k3s1", "v1.99.0+k3s1")!, /older/);
  // A stand-in's: nothing can be said.
  assert.equal(versionProblem("v0.0.0+standin", "v0.0.1+standin"), null);
});

Deno.test("nodesIn() reads names, readiness and versions, and nothing out of nonsense", () => {
  const json = JSON.stringify({
    items: [
      {
        metadata: { name: "node1" },
        status: {
          conditions: [{ type: "Ready", status: "True" }],
          nodeInfo: { kubeletVersion: "v1.33.5+k3s1" },
        },
      },
      { metadata: { name: "node2" } },
      {},
    ],
  });
  assert.deepEqual(nodesIn(json), [
    { name: "node1", ready: true, version: "v1.33.5+k3s1" },
    { name: "node2", ready: false, version: "" },
  ]);
  assert.deepEqual(nodesIn("Error from server"), []);
});
