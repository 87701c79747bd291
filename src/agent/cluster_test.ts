import { deepStrictEqual } from "node:assert/strict";
import { parseCluster, parseModule } from "../module/load.ts";
import { createLog } from "../system/log.ts";
import { paths } from "../system/paths.ts";
import { Cluster } from "./cluster.ts";

Deno.test("Cluster: modules take nothing over once the server shuts down, also those that begin after it was said", async () => {
  const home = await Deno.makeTempDir({ dir: "/dev/shm" });
  const cluster = parseCluster(
    `cluster: office
id: ${"c1".repeat(16)}
nodes: [{ name: one, addresses: [10.0.0.1] }, { name: two, addresses: [10.0.0.2] }]
`,
    "cluster.yaml",
  );
  const stops = new AbortController();
  const log = createLog(`${home}/agent.log`);
  const here = new Cluster({
    node: {
      // Nowhere that control groups could be mounted.
      paths: { ...paths(home), run: "/dev/null/run" },
      ...{ cluster, index: 0, key: "0".repeat(64) },
      ...{ me: cluster.nodes[0]!, peer: cluster.nodes[1]!, executable: "" },
    },
    log,
    onLine: () => {},
    arbiter: null,
    serverStops: stops.signal,
    broken: (error) => log.error(String(error)),
  });
  const begin = async (name: string) =>
    await here.add({
      name,
      folder: `${home}/${name}`,
      module: parseModule(`name: ${name}\nmode: mirror\n`, "module.yaml"),
      problem: null,
    }, { freshBoot: false });
  const takesOver = (name: string) => here.module(name)?.view()?.failover;
  try {
    await begin("before");
    deepStrictEqual(takesOver("before"), true);
    stops.abort();
    await here.module("before")?.settled();
    await begin("after");
    deepStrictEqual([takesOver("before"), takesOver("after")], [false, false]);
  } finally {
    await here.end();
    await Deno.remove(home, { recursive: true });
  }
});
