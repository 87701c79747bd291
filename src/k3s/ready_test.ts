import assert from "node:assert/strict";
import type { ClusterState } from "../api/state.ts";
import { k3sReadyStep, otherNode } from "./ready.ts";
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
  const settle = () => Promise.resolve(said.push("on the disk"));
  const step = k3sReadyStep(member, { ...world, others, settle });
  assert.equal(await step.done(), null);
  await step.do((text) => said.push(text));
  assert.match(said.join(), /^on the disk,node2 and node1, after \d+ s$/);
  assert.equal(await step.done(), "node2 and node1");
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
