import assert from "node:assert/strict";
import {
  judgeBack,
  judgeLeave,
  judgeLost,
  kubectlArguments,
  type KubeLease,
  type KubeNode,
  type KubePod,
  type LostFacts,
} from "./pods.ts";

function node(
  name: string,
  more: {
    readonly address?: string;
    readonly ready?: string;
    readonly taint?: readonly [string, string];
    readonly closed?: boolean;
    readonly marked?: boolean;
  } = {},
): KubeNode {
  return {
    metadata: {
      name,
      annotations: more.marked ? { "hakit/cordoned": "true" } : {},
    },
    spec: {
      ...more.closed ? { unschedulable: true } : {},
      taints: more.taint
        ? [{ key: more.taint[0], value: more.taint[1], effect: "NoExecute" }]
        : [],
    },
    status: {
      addresses: [{
        type: "InternalIP",
        address: more.address ?? `10.0.0.${name.at(-1)}`,
      }],
      conditions: [{ type: "Ready", status: more.ready ?? "True" }],
    },
  };
}

function pod(name: string, nodeName: string, kind = "ReplicaSet"): KubePod {
  return {
    metadata: { namespace: "shop", name, ownerReferences: [{ kind }] },
    spec: { nodeName },
  };
}

function lease(name: string, holderIdentity: string): KubeLease {
  return { metadata: { name }, spec: { holderIdentity } };
}

const FACTS: LostFacts = {
  policy: "fenced",
  fence: "witness",
  self: "node1",
  peer: { name: "node2", addresses: ["10.0.0.2", "10.1.0.2"] },
  role: "ALONE",
  heard: false,
  answers: [],
  nodes: [node("node1"), node("node2"), node("agent3")],
  pods: [
    pod("web", "node2"),
    pod("db-0", "node2", "StatefulSet"),
    pod("log", "node2", "DaemonSet"),
    { ...pod("static", "node2", "Node") },
    pod("other", "node1"),
    pod("third", "agent3"),
  ],
  host: "rack7",
  leases: [
    lease("kube-scheduler", "rack8_a"),
    lease("k3s", "rack8"),
    lease("kube-controller-manager", "rack7_b"),
    lease("k3s-cloud-controller-manager", "rack7"),
    lease("cloud-controller-manager", ""),
    // An API server's, and an operator's in a pod: theirs end with them.
    lease("apiserver-x", "apiserver-x_c"),
    lease("cert-manager-controller", "cert-manager-7f9_d"),
  ],
  lease: { renewedSince: false, stillMs: 0 },
};

Deno.test("judgeLost() taints the shut-out node, releases its leases and gives up its pods, in that order", () => {
  assert.deepEqual(judgeLost(FACTS), {
    kind: "act",
    work: [
      { do: "taint", node: "node2" },
      { do: "release-lease", name: "kube-scheduler" },
      { do: "release-lease", name: "k3s" },
      { do: "delete-pod", namespace: "shop", name: "web" },
      { do: "delete-pod", namespace: "shop", name: "db-0" },
    ],
  });
});

Deno.test("judgeLost() has nothing left to do when it is done", () => {
  const nodes = [
    node("node1"),
    node("node2", { taint: ["node.kubernetes.io/out-of-service", "hakit"] }),
  ];
  assert.deepEqual(
    judgeLost({ ...FACTS, nodes, pods: [], leases: [] }),
    { kind: "act", work: [] },
  );
});

Deno.test("judgeLost() knows the lost node by its address, however its IPv6 is written", () => {
  const peer = { name: "node2", addresses: ["FD00:0:0::2", "fd01::2"] };
  const verdict = (address: string) =>
    judgeLost({ ...FACTS, peer, nodes: [node("node2", { address })] }).kind;
  assert.equal(verdict("fd00::2"), "act");
  assert.equal(verdict("fd01:0::0002"), "act");
  assert.equal(verdict("fd00::22"), "leave");
});

Deno.test("judgeLost() leaves a node alone on suspicion, or when it is another one", () => {
  const cases: readonly [Partial<LostFacts>, RegExp][] = [
    [{ fence: "none" }, /without a witness/],
    [{ fence: "ping" }, /without a witness/],
    [{ fence: "person" }, /without a witness/],
    [{ policy: "never" }, /never/],
    [{ role: "PRIM" }, /is PRIM/],
    [{ role: "WAIT" }, /is WAIT/],
    [{ nodes: [node("node1")] }, /no node node2/],
    [
      { nodes: [node("node1"), node("node2", { address: "10.0.0.77" })] },
      /another machine/,
    ],
  ];
  for (const [change, reason] of cases) {
    const verdict = judgeLost({ ...FACTS, ...change });
    assert.equal(verdict.kind, "leave", JSON.stringify(change));
    assert(verdict.kind === "leave");
    assert.match(verdict.reason, reason);
  }
  assert.equal(
    judgeLost({ ...FACTS, policy: "always", fence: "none" }).kind,
    "act",
  );
});

Deno.test("judgeLost() waits for a node that is heard or answers: one that shuts down does so to its last moment", () => {
  const cases: readonly [Partial<LostFacts>, RegExp][] = [
    [{ policy: "always", fence: "none", heard: true }, /is heard/],
    [{ heard: true }, /is heard/],
    [{ answers: ["10.1.0.2"] }, /answers at 10\.1\.0\.2/],
  ];
  for (const [change, reason] of cases) {
    const verdict = judgeLost({ ...FACTS, ...change });
    assert.equal(verdict.kind, "wait", JSON.stringify(change));
    assert(verdict.kind === "wait");
    assert.match(verdict.reason, reason);
  }
});

Deno.test("judgeLost() waits for the API server, and for a lease that was renewed to stand still", () => {
  assert.equal(judgeLost({ ...FACTS, nodes: null }).kind, "wait");
  const lease = { renewedSince: true, stillMs: 5000 };
  assert.equal(judgeLost({ ...FACTS, lease }).kind, "wait");
  // The dead node's clock was ahead: it says nothing any more.
  assert.equal(
    judgeLost({ ...FACTS, lease: { ...lease, stillMs: 12_000 } }).kind,
    "act",
  );
});

Deno.test("judgeBack() takes its own taint and cordon away once the node is Ready, and nobody else's", () => {
  const tainted = node("node2", {
    taint: ["node.kubernetes.io/out-of-service", "hakit"],
    marked: true,
    closed: true,
  });
  assert.deepEqual(judgeBack([tainted], { self: "node2", dns: 1 }), {
    kind: "act",
    work: [
      { do: "untaint", node: "node2" },
      { do: "uncordon", node: "node2" },
      { do: "unmark", node: "node2" },
    ],
  });
  const foreign = node("node2", {
    taint: ["node.kubernetes.io/out-of-service", "nodeshutdown"],
    closed: true,
  });
  assert.deepEqual(judgeBack([foreign], { self: "node2", dns: null }), {
    kind: "act",
    work: [],
  });
  assert.equal(
    judgeBack([node("node2", { ready: "Unknown" })], { self: "node2", dns: 1 })
      .kind,
    "wait",
  );
  assert.equal(judgeBack([], { self: "node2", dns: 1 }).kind, "wait");
  assert.equal(judgeBack(null, { self: "node2", dns: null }).kind, "wait");
});

Deno.test("judgeBack() wants a second name server as soon as there is a second node", () => {
  const both = [node("node1"), node("node2")];
  const work = (nodes: readonly KubeNode[], dns: number | null) => {
    const verdict = judgeBack(nodes, { self: "node2", dns });
    return verdict.kind === "act" ? verdict.work : null;
  };
  assert.deepEqual(work(both, 1), [{ do: "spread-dns" }]);
  // A person may want more, or none.
  for (const dns of [0, 2, 3, null]) assert.deepEqual(work(both, dns), []);
  assert.deepEqual(
    work([node("node2"), node("node1", { ready: "False" })], 1),
    [],
  );
});

Deno.test("judgeLeave() drains only towards a node that can take the pods", () => {
  const limits = { self: "node1", seconds: 40, peer: null };
  assert.deepEqual(judgeLeave([node("node1"), node("node2")], limits), {
    kind: "act",
    work: [
      { do: "mark", node: "node1" },
      { do: "cordon", node: "node1" },
      { do: "drain", node: "node1", seconds: 40 },
    ],
  });
  assert.deepEqual(
    judgeLeave([node("node1", { closed: true }), node("node2")], limits),
    { kind: "act", work: [{ do: "drain", node: "node1", seconds: 40 }] },
  );
  for (
    const nodes of [
      null,
      [node("node2")],
      [node("node1")],
      [node("node1"), node("node2", { ready: "False" })],
      [node("node1"), node("node2", { closed: true })],
      [node("node1"), node("node2", { taint: ["a", "b"] })],
    ]
  ) assert.equal(judgeLeave(nodes, limits).kind, "leave");
  assert.equal(
    judgeLeave([node("node1"), node("node2")], { ...limits, seconds: 0 }).kind,
    "leave",
  );
});

Deno.test("judgeLeave() waits for a node that opens in a moment, and for none that a person has closed", () => {
  const limits = { self: "node1", seconds: 40, peer: "node2" };
  const kind = (other: KubeNode, more = {}) =>
    judgeLeave([node("node1"), other], { ...limits, ...more }).kind;
  const taint = ["node.kubernetes.io/out-of-service", "hakit"] as const;
  assert.equal(kind(node("node2", { closed: true, marked: true })), "wait");
  assert.equal(kind(node("node2", { ready: "False" })), "wait");
  assert.equal(kind(node("node2", { taint })), "wait");
  assert.equal(kind(node("node2")), "act");
  assert.equal(kind(node("node2", { closed: true })), "leave");
  assert.equal(kind(node("node3", { ready: "Unknown" })), "leave");
  assert.equal(
    kind(node("node2", { ready: "False" }), { seconds: 0 }),
    "leave",
  );
});

Deno.test("kubectlArguments() asks disruption budgets when draining and nobody when the node is dead", () => {
  const text = (...args: Parameters<typeof kubectlArguments>) =>
    kubectlArguments(...args).join(" ");
  assert.match(
    text({ do: "drain", node: "node1", seconds: 40 }),
    /^drain node1 (?!.*disable-eviction).*--timeout=40s/,
  );
  assert.match(
    text({ do: "delete-pod", namespace: "shop", name: "web" }),
    /^delete pod web --namespace=shop --force --grace-period=0 --wait=false/,
  );
  assert.equal(
    text({ do: "taint", node: "node2" }),
    "taint node node2 node.kubernetes.io/out-of-service=hakit:NoExecute --overwrite",
  );
  assert.equal(
    text({ do: "untaint", node: "node2" }),
    "taint node node2 node.kubernetes.io/out-of-service:NoExecute-",
  );
});
