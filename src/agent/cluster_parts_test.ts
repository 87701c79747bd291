import { deepStrictEqual } from "node:assert/strict";
import { parseCluster } from "../module/load.ts";
import { clusterParts, differingParts } from "./cluster_parts.ts";

const parts = (more: string, address = "10.0.0.2") =>
  clusterParts(parseCluster(
    `id: ${
      "c1".repeat(16)
    }\ncluster: c\nnodes:\n  - name: a\n    addresses: [10.0.0.1]\n` +
      `  - name: b\n    addresses: [${address}]\n${more}`,
    "cluster.yaml",
  ));

Deno.test("differingParts() names what was changed on one node only, and not what is each node's own", () => {
  const mine = parts("heartbeat: { port: 4800, period: 300ms }\n");
  deepStrictEqual(
    differingParts(
      mine,
      parts("console: { http: { port: 8080 }, trusted_proxies: [::1] }\n"),
    ),
    [],
  );
  deepStrictEqual(
    differingParts(mine, parts("heartbeat: { period: 0.3s, port: 4800 }\n")),
    [],
  );
  deepStrictEqual(
    differingParts(
      mine,
      parts(
        "console: { port: 9011 }\nlinks: [{ trusted: true }]\n",
        "10.0.0.3",
      ),
    ),
    ["nodes", "links", "console"],
  );
  // What only one of them knows is a newer version's.
  const { notifications: _, ...older } = mine;
  deepStrictEqual(differingParts(mine, older), []);
});
