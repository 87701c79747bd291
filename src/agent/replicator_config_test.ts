import { deepStrictEqual } from "node:assert/strict";
import { parseCluster, parseModule } from "../module/load.ts";
import { paths } from "../system/paths.ts";
import type { Node } from "./node.ts";
import { replicatorConfig } from "./replicator_config.ts";

Deno.test("replicatorConfig() gives each node its own side", () => {
  const cluster = parseCluster(
    `cluster: c
id: "${"1".repeat(32)}"
nodes:
  - { name: one, addresses: [10.0.0.1, 10.1.0.1] }
  - { name: two, addresses: [10.0.0.2, 10.1.0.2] }
links:
  - {}
  - { trusted: true }
`,
    "cluster.yaml",
  );
  const module = parseModule(
    "name: db\nmode: mirror\ndirectories: [{path: /srv/db}]\nresync: {limit: 50M}\n",
    "module.yaml",
  );
  const node: Node = {
    paths: paths("/home"),
    cluster,
    me: cluster.nodes[1]!,
    peer: cluster.nodes[0]!,
    index: 1,
    key: "ab".repeat(32),
    executable: "/usr/local/bin/hakit",
  };
  deepStrictEqual(replicatorConfig(node, module), {
    module: "db",
    cluster: "1".repeat(32),
    node: "two",
    peer: "one",
    nodeIndex: 1,
    key: "ab".repeat(32),
    socket: "/home/run/db.sock",
    stateDir: "/home/state/db",
    salvageDir: "/home/state/salvage",
    port: 5600,
    listen: ["10.0.0.2", "10.1.0.2"],
    dial: ["10.0.0.1", "10.1.0.1"],
    trusted: [false, true],
    directories: [{ path: "/srv/db" }],
    resyncLimit: 50 * 1024 * 1024,
    verifyRate: 0,
  });
});
