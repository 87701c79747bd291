import assert from "node:assert/strict";
import { parseModule } from "../module/load.ts";
import { keptText, readKept } from "./kept.ts";
import { fillModule } from "./module_config.ts";
import { settingsSchema } from "./settings.ts";

Deno.test("fillModule() makes the built-in k3s module a valid one of this cluster", async () => {
  const kept = readKept(
    keptText({
      ...settingsSchema.parse({
        node1: "10.0.0.1",
        node2: "10.0.0.2",
        vip: "10.0.0.9/24",
        interface: "eth1",
        storage: "/data/s",
        export: "/data/e",
      }),
      name1: "node1",
    }),
    "k3s.yaml",
  );
  const file = new URL("../../modules/k3s/module.yaml", import.meta.url);
  const text = fillModule(await Deno.readTextFile(file), kept);
  const module = parseModule(text, "module.yaml");
  assert.deepEqual(module.virtual_addresses, [
    { address: "10.0.0.9/24", interface: "eth1" },
  ]);
  assert.deepEqual(module.directories.map(({ path }) => path), [
    "/var/lib/mysql",
    "/data/s",
  ]);
  assert.equal(module.variables.CLIENTS, "10.0.0.1 10.0.0.2 10.0.0.9");
  assert.equal(module.variables.EXPORT, "/data/e");
  assert.match(text, /# The second folder above/);
});
