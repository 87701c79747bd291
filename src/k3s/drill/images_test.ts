import assert from "node:assert/strict";
import { fullName, lackingNodes, missingImage } from "./images.ts";

Deno.test("fullName() writes an image as containerd does", () => {
  const names = {
    "mariadb": "docker.io/library/mariadb:latest",
    "mariadb:11.4": "docker.io/library/mariadb:11.4",
    "bitnami/mariadb:11": "docker.io/bitnami/mariadb:11",
    "docker.io/library/mariadb:11.4": "docker.io/library/mariadb:11.4",
    "registry.lan:5000/shop/web": "registry.lan:5000/shop/web:latest",
    "localhost/web:1": "localhost/web:1",
    "web@sha256:0a": "docker.io/library/web@sha256:0a",
    "docker.io/mariadb:11.4": "docker.io/library/mariadb:11.4",
    "index.docker.io/mariadb": "docker.io/library/mariadb:latest",
    "docker.io/bitnami/mariadb:11": "docker.io/bitnami/mariadb:11",
    "mariadb:11.4@sha256:0a": "docker.io/library/mariadb@sha256:0a",
    "registry.lan:5000/web:1@sha256:0a": "registry.lan:5000/web@sha256:0a",
    "registry.lan:5000/web": "registry.lan:5000/web:latest",
  };
  for (const [image, name] of Object.entries(names)) {
    assert.equal(fullName(image), name);
  }
});

function node(name: string, ...names: readonly string[]) {
  return {
    metadata: { name },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      images: names.map((one) => ({ names: [one] })),
    },
  };
}

const DATABASE = "docker.io/library/mariadb:11.4";
const WEB = "docker.io/library/wordpress:6-apache";

Deno.test("lackingNodes() names who surely lacks an image: a kubelet tells of fifty", () => {
  const full = node(
    "node2",
    ...Array.from({ length: 50 }, (_, n) => `docker.io/library/other:${n}`),
  );
  const away = { metadata: { name: "agent4" }, status: {} };
  const nodes = [node("node1", WEB), full, node("agent3"), away];
  assert.deepEqual(lackingNodes("mariadb:11.4", nodes), ["node1", "agent3"]);
  assert.deepEqual(lackingNodes(WEB, nodes), ["agent3"]);
});

Deno.test("lackingNodes() leaves out nodes that get no pods", () => {
  const taints = (effect: string) => ({ spec: { taints: [{ effect }] } });
  const nodes = [
    { ...node("cordoned"), spec: { unschedulable: true } },
    { ...node("tainted"), ...taints("NoSchedule") },
    { ...node("emptied"), ...taints("NoExecute") },
    { ...node("avoided"), ...taints("PreferNoSchedule") },
  ];
  assert.deepEqual(lackingNodes(WEB, nodes), ["avoided"]);
});

/** missingImage() of a cluster of these nodes; `reach`: what this node can fetch. */
async function missing(
  nodes: readonly unknown[],
  { reach = [], code = 0 }: {
    readonly reach?: readonly string[];
    readonly code?: number;
  } = {},
) {
  const told: string[] = [];
  const asked: string[] = [];
  const why = await missingImage([
    { image: WEB, flag: "--web-image" },
    { image: "mariadb:11.4", flag: "--database-image" },
  ], {
    tell: (text) => told.push(text),
    ask: (args) => {
      asked.push(args.join(" "));
      const stdout = code === 0 ? JSON.stringify({ items: nodes }) : "";
      return Promise.resolve({ code, stdout, stderr: "" });
    },
    pull: (image) =>
      Promise.resolve(reach.includes(image) ? null : "no such host"),
  });
  assert.deepEqual(asked, ["get nodes -o json"]);
  return { why, told };
}

Deno.test("missingImage() finds nothing to say where all nodes have both images, or can fetch them", async () => {
  const both = [node("node1", WEB, DATABASE), node("node2", DATABASE, WEB)];
  assert.deepEqual(await missing(both), { why: null, told: [] });
  const reached = await missing([node("node1"), node("node2", WEB)], {
    reach: [WEB, DATABASE],
  });
  assert.deepEqual(reached, {
    why: null,
    told: [
      `Fetching image ${WEB}, which is not on node1`,
      "Fetching image mariadb:11.4, which is not on node1 and node2",
    ],
  });
  assert.equal((await missing([], { code: 1 })).why, null);
});

Deno.test("missingImage() names in one line the image that is missing, where, why, and how to give another", async () => {
  const { why } = await missing([node("node1", WEB, DATABASE), node("node2")], {
    reach: [WEB],
  });
  assert.equal(
    why,
    'image mariadb:11.4 is not on node2 and cannot be fetched (no such host): bring an archive of it ("docker save -o image.tar mariadb:11.4" on a machine with internet, "k3s ctr images import image.tar" on node2), or name another image with --database-image',
  );
});
