import assert from "node:assert/strict";
import { addedTo, changed, keptText, readKept } from "./kept.ts";
import { settingsSchema } from "./settings.ts";

const SETTINGS = {
  ...settingsSchema.parse({
    node1: "10.0.0.1",
    node2: "10.0.0.2",
    vip: "10.0.0.9/24",
    password: "not-for-here",
    k3s: "/media/stick",
    packages: "/media/debs",
  }),
  name1: "node1",
};

Deno.test("keptText() keeps settings without secrets and folders of one machine", () => {
  const text = keptText(SETTINGS);
  assert(!/not-for-here|\/media/.test(text));
  const kept = readKept(text, "k3s.yaml");
  assert.deepEqual(kept.node1, ["10.0.0.1"]);
  assert.equal(kept.size, "100G");
});

Deno.test("changed() names the first setting that would differ", () => {
  const kept = readKept(keptText(SETTINGS), "k3s.yaml");
  assert.equal(changed(kept, { ...SETTINGS }), null);
  assert.equal(changed(kept, { size: "100G", node1: ["10.0.0.1"] }), null);
  assert.equal(
    changed(kept, { vip: "10.0.0.8/24" }),
    'vip is 10.0.0.9/24 here and 10.0.0.8/24 was given; leave it out, or "hakit uninstall" first',
  );
});

Deno.test("changed() says where a setting is changed that only the first run could give", () => {
  const kept = readKept(keptText(SETTINGS), "k3s.yaml");
  assert.match(
    changed(kept, { ...SETTINGS, detection: "5s" })!,
    /^detection is not set here and 5s was given; .*cluster.yaml/,
  );
  assert.match(
    changed({ ...kept, detection: "3s" }, { detection: "5s" })!,
    /^detection is 3s here and 5s was given; .*cluster.yaml/,
  );
  assert.match(
    changed(kept, { interface: "eth1" })!,
    /^interface is not set here .*hakit module config k3s --set virtual_addresses.0.interface=eth1/,
  );
  assert.match(
    changed(kept, { size: "200G" })!,
    /^size is 100G here and 200G was given; "hakit volume grow 200G" on the node that is primary/,
  );
  assert.equal(changed(kept, { detection: "5s" }, { made: false }), null);
  // These a later run writes.
  const more = { ...kept, proxy: "http://proxy:3128", network: "10.0.0.0/16" };
  assert.equal(changed(kept, more), null);
  assert.deepEqual(addedTo(kept, more), ["proxy", "network"]);
  assert.deepEqual(addedTo(more, more), []);
});

Deno.test("readKept() refuses a damaged file by its name", () => {
  assert.throws(
    () => readKept("vip: 1\n", "k3s.yaml"),
    /^ConfigError: k3s.yaml: /,
  );
});
