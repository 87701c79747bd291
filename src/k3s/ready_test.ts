import assert from "node:assert/strict";
import { join } from "node:path";
import type { ClusterState } from "../api/state.ts";
import { type FirstOptions, firstSteps } from "./first.ts";
import { k3sReadyStep, onDiskStep, otherNode } from "./ready.ts";
import { type SecondOptions, secondSteps } from "./second.ts";
import { reasonIn } from "./services.ts";

const member = { name: "node2" };

/** A K3s whose nodes become Ready one look after the other. */
function k3s(...looks: readonly (readonly string[])[]) {
  let look = 0;
  return {
    ready: () => Promise.resolve(looks[Math.min(look, looks.length - 1)]!),
    wait: () => Promise.resolve(void look++),
    restarts: () => Promise.resolve(0),
  };
}

Deno.test("second ends when both nodes are Ready, not when its own is", async () => {
  const others = () => Promise.resolve(["node1"]);
  const world = k3s([], ["node2"], ["node2"], ["node1", "node2"]);
  const said: string[] = [];
  const step = k3sReadyStep(member, { ...world, others });
  assert.equal(await step.done(), null);
  await step.do((text) => said.push(text));
  assert.match(said.join(), /^node2 and node1, after \d+ s$/);
  assert.equal(await step.done(), "node2 and node1");
});

Deno.test("images are on the disk before first and second end, also where K3s was Ready at the first look", async () => {
  const home = await Deno.makeTempDir();
  try {
    const kubeconfig = join(home, "kubeconfig.yaml");
    let settled = 0;
    const step = onDiskStep({ kubeconfig }, () => Promise.resolve(settled++));
    assert.equal(await step.done(), null);
    await step.do(() => {});
    assert.equal(settled, 1);
    await Deno.writeTextFile(kubeconfig, "");
    assert.notEqual(await step.done(), null);
    const paths = { etc: home };
    const options = {
      ...{ at: { kubeconfig }, paths, settings: {}, kept: {}, member },
    } as unknown as FirstOptions & SecondOptions;
    for (const steps of [firstSteps(options), secondSteps(options)]) {
      assert.deepEqual(steps.slice(-3).map(({ name }) => name), [
        ...["K3s is Ready", "Images on the disk", "kubeconfig"],
      ]);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("first looks at its own node only", async () => {
  assert.equal(await k3sReadyStep(member, k3s(["node2"])).done(), "node2");
});

Deno.test("a K3s that ends again and again is not waited for", async () => {
  let restarts = 0;
  const step = k3sReadyStep(member, {
    ...k3s(["node1"]),
    restarts: () => Promise.resolve(restarts += 30),
  });
  await assert.rejects(step.do(() => {}), /ends again and again/);
});

Deno.test("reasonIn() finds why K3s ended among what it says at its next start", () => {
  const journal = [
    'time="2026-11-26T21:40:03Z" level=info msg="Acquiring lock file /var/lib/rancher/k3s/data/.lock"',
    "Starting k3s.service - K3s, started and stopped by hakit's module k3s...",
    "k3s.service: Scheduled restart job, restart counter is at 21.",
    "k3s.service: Main process exited, code=exited, status=1/FAILURE",
  ];
  const fatal =
    'time="2026-11-26T21:40:01Z" level=fatal msg="starting kubernetes: bootstrap data already found and encrypted with different token"';
  assert.equal(
    reasonIn([...journal, fatal, 'level=info msg="Starting"'], "k3s"),
    "starting kubernetes: bootstrap data already found and encrypted with different token",
  );
  assert.match(reasonIn(journal, "k3s"), /^Acquiring lock file/);
  assert.equal(reasonIn(["", journal[2]!], "k3s"), "it says nothing");
});

Deno.test("otherNode() is none where nobody answers: a complete member needs no other one", async () => {
  const state = (reachable: boolean) =>
    Promise.resolve(
      {
        nodes: [
          { name: "node2", local: true, reachable: true },
          { name: "node1", local: false, reachable },
        ],
      } as unknown as ClusterState,
    );
  assert.deepEqual(await otherNode({ state: () => state(true) }), ["node1"]);
  assert.deepEqual(await otherNode({ state: () => state(false) }), []);
});

Deno.test("a late agent is no reason to leave the other node out", async () => {
  const answers = [
    () => Promise.reject(new Error("late")),
    () => Promise.reject(new Error("late")),
    () => Promise.resolve(["node1"]),
  ];
  const world = k3s(["node1", "node2"]);
  const step = k3sReadyStep(member, {
    ...world,
    others: () => answers.shift()!(),
  });
  assert.equal(await step.done(), null);
  const said: string[] = [];
  await step.do((text) => said.push(text));
  assert.match(said.join(), /^node2 and node1/);
});
