import assert from "node:assert/strict";
import { createCluster } from "../cluster/create.ts";
import { keptText, readKept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { settingsSchema } from "../cluster/settings.ts";
import { paths } from "../system/paths.ts";
import { type FirstOptions, firstSteps } from "./first.ts";

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
    await createCluster(where, before);
    const cluster = await Deno.readTextFile(at.cluster);
    const settings = { ...before, proxy: "http://proxy:3128" };
    const step = firstSteps({
      ...{ paths: where, at, settings, kept: readKept(keptText(settings), "") },
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
