import assert from "node:assert/strict";
import { contains, parseNetwork } from "../system/address.ts";
import {
  flagSource,
  nodeName,
  resolveSettings,
  SettingError,
  settingsSchema,
  type Sources,
} from "./settings.ts";

const FLAGS = {
  node1: ["10.0.0.1", "10.1.0.1"],
  node2: ["10.0.0.2", "10.1.0.2"],
  vip: "10.0.0.100/24",
};

function resolve(sources: Partial<Sources>) {
  return resolveSettings(settingsSchema, {
    flags: FLAGS,
    environment: {},
    ...sources,
  });
}

Deno.test("resolveSettings() prefers flag, environment, file, kept, default in this order", () => {
  const kept = { size: "1G", storage: "/kept", export: "/kept-export" };
  const file = { name: "a.yaml", text: "size: 2G\nstorage: /file\n" };
  const environment = { HAKIT_SIZE: "3G" };
  const all = { environment, file, saved: kept };
  assert.equal(resolve({ ...all, flags: { ...FLAGS, size: "4G" } }).size, "4G");
  const settings = resolve(all);
  assert.equal(settings.size, "3G");
  assert.equal(settings.storage, "/file");
  assert.equal(settings.export, "/kept-export");
  assert.equal(settings.cluster, "k3s");
});

Deno.test("resolveSettings() reads several addresses from an environment variable", () => {
  const { node1, node2 } = resolve({
    flags: { vip: FLAGS.vip },
    environment: {
      HAKIT_NODE1: "10.0.0.1,10.1.0.1",
      HAKIT_NODE2: "10.0.0.2 10.1.0.2",
    },
  });
  assert.deepEqual(node1, FLAGS.node1);
  assert.deepEqual(node2, FLAGS.node2);
});

Deno.test.each([
  ["vip without prefix", { vip: "10.0.0.100" }, /^--vip: .*with prefix/],
  ["vip of a node", { vip: "10.0.0.2/24" }, /^--vip: 10.0.0.2 is a node's own/],
  ["vip elsewhere", { vip: "10.9.0.2/24" }, /in no network/],
  ["pods no network", { pods: "foo" }, /^--pods: .*with prefix/],
  [
    "services too narrow",
    { services: "10.43.0.0/99" },
    /^--services: .*prefix/,
  ],
  ["vip no number", { vip: "10.0.0.256/24" }, /^--vip/],
  ["links unlike", { node2: ["10.0.0.2"] }, /has 1 addresses and node1 has 2/],
  ["an address twice", { node2: ["10.0.0.1", "10.1.0.2"] }, /given twice/],
  ["size without unit", { size: "100" }, /^--size: "100" cannot be used/],
  [
    "more than a mirrored file takes",
    { size: "17T" },
    /^--size: .*16T at most/,
  ],
  ["less than an XFS takes", { size: "10M" }, /^--size: .*300M at least/],
  ["path upwards", { storage: "/a/../etc" }, /separate|cannot be used/],
  ["path with a blank", { storage: "/a b" }, /^--storage/],
  ["export in storage", { export: "/var/lib/hakit-k3s/storage/x" }, /separate/],
  [
    "a password that is too easy for SQL",
    { password: "a'; DROP--" },
    /not shown/,
  ],
  ["an odd k3s", { k3s: "latest" }, /^--k3s/],
  ["a name twice", { name1: "x", name2: "x" }, /first node's name/],
  ["a name that is none to Kubernetes", { name2: "db-" }, /ends with -/],
  [
    "pods that one node uses up",
    { pods: "172.28.0.0/24" },
    /^--pods: K3s cannot take 172.28.0.0\/24 for pods, of which each node gets a \/24: expected a prefix of \/1 to \/23$/,
  ],
  [
    "services without a tenth address",
    { services: "172.29.0.0/29" },
    /^--services: K3s cannot take 172.29.0.0\/29 for services: expected .* \/12 to \/28$/,
  ],
  ["services without end", { services: "172.0.0.0/11" }, /\/12 to \/28$/],
  ["nodes of two families", {
    node1: ["10.0.0.1", "10.1.0.1"],
    node2: ["fd00::2", "10.0.0.2"],
  }, /node2: .*IP version/],
])(
  "settingsSchema refuses %s in one line that names the source",
  (_name, change, expected) => {
    assert.throws(
      () => resolve({ flags: { ...FLAGS, ...change } }),
      (error: Error) => {
        assert(error instanceof SettingError);
        assert.match(error.message, expected);
        assert(!error.message.includes("\n"));
        assert(!error.message.includes("DROP"));
        return true;
      },
    );
  },
);

Deno.test("resolveSettings() says how to give what is missing", () => {
  assert.throws(
    () => resolve({ flags: {} }),
    /node1 is missing: give --node1, HAKIT_NODE1/,
  );
});

Deno.test("resolveSettings() refuses unknown settings and no YAML in the file", () => {
  const file = (text: string) => ({ file: { name: "a.yaml", text } });
  assert.throws(() => resolve(file("virtual: 1")), /unknown setting "virtual"/);
  assert.throws(() => resolve(file("- 1")), /a.yaml: expected lines/);
  assert.throws(() => resolve(file("a: [")), /^ConfigError: a.yaml: /);
  assert.equal(resolve(file("")).size, "100G");
});

Deno.test("flagSource() takes what was given only", () => {
  const call = {
    text: (name: string) => name === "size" ? "5G" : undefined,
    list: (name: string) => name === "node1" ? ["10.0.0.1,10.1.0.1"] : [],
  };
  assert.deepEqual(flagSource(call), {
    size: "5G",
    node1: ["10.0.0.1", "10.1.0.1"],
  });
});

Deno.test("contains() compares by prefix in both families", () => {
  assert(contains("10.0.0.9/24", "10.0.0.200"));
  assert(!contains("10.0.0.9/24", "10.0.1.9"));
  assert(contains("fd00::9/64", "fd00::1:2"));
  assert(!contains("fd00::9/64", "10.0.0.9"));
  assert.equal(parseNetwork("10.0.0.9/33"), null);
  assert.equal(parseNetwork("node1"), null);
});

Deno.test("resolveSettings() refuses nodes inside K3s' own networks, and takes others for K3s", () => {
  const inside = { ...FLAGS, pods: "10.0.0.0/8" };
  assert.throws(
    () => resolve({ flags: inside }),
    /--pods: .*lies in 10\.0\.0\.0\/8, which K3s gives to pods/,
  );
  const apart = { ...FLAGS, pods: "172.28.0.0/16", services: "172.28.9.0/24" };
  assert.throws(() => resolve({ flags: apart }), /overlaps/);
  const { pods, services } = resolve({ flags: FLAGS });
  assert.deepEqual([pods, services], ["10.42.0.0/16", "10.43.0.0/16"]);
});

Deno.test("nodeName() makes a host name fit", () => {
  assert.equal(nodeName("Node-1.example.org"), "node-1");
  assert.equal(nodeName("srv_a"), "srv-a");
  assert.equal(nodeName("srv_"), "srv");
  assert.equal(nodeName("1st"), null);
});

Deno.test("resolveSettings() writes addresses of version 6 in one way, and knows one that is given in two", () => {
  const six = {
    ...{ node1: ["FD00:0::1", "10.1.0.1"], node2: ["fd00::0002", "10.1.0.2"] },
    ...{ vip: "FD00::0:9/64", pods: "FD00:42::/56", services: "fd00:43::/112" },
  };
  const { node1, node2, vip, pods } = resolve({ flags: six });
  assert.deepEqual([node1, node2, vip, pods], [
    ...[["fd00::1", "10.1.0.1"], ["fd00::2", "10.1.0.2"]],
    ...["fd00::9/64", "fd00:42::/56"],
  ]);
  assert.throws(
    () => resolve({ flags: { ...six, node2: ["fd00::1", "10.1.0.2"] } }),
    /fd00::1 is given twice/,
  );
  // An interface's own name means nothing on the other node.
  assert.throws(
    () => resolve({ flags: { ...six, node2: ["fe80::2%eth0", "10.1.0.2"] } }),
    /--node2: .*expected an IP address/,
  );
  assert.throws(
    () => resolve({ flags: { ...six, vip: "fe80::9%eth0/64" } }),
    /--vip: .*expected an address with prefix/,
  );
  assert.throws(
    () => resolve({ flags: { ...six, vip: "fd00:0:0::2/64" } }),
    /--vip: fd00::2 is a node's own address/,
  );
});

Deno.test("resolveSettings() wants networks of the nodes' own family, as K3s does", () => {
  const six = { node1: ["fd00::1"], node2: ["fd00::2"], vip: "fd00::9/64" };
  assert.throws(
    () => resolve({ flags: six }),
    /pods: 10\.42\.0\.0\/16 .*give --pods fd00:42::\/56 --services fd00:43::\/112/,
  );
  const networks = { pods: "fd00:42::/56", services: "fd00:43::/112" };
  assert.equal(resolve({ flags: { ...six, ...networks } }).pods, networks.pods);
  for (const pods of ["fd00:42::/40", "fd00:42::/64"]) {
    assert.throws(
      () => resolve({ flags: { ...six, ...networks, pods } }),
      /--pods: .*each node gets a \/64: expected a prefix of \/48 to \/63/,
    );
  }
  assert.throws(
    () => resolve({ flags: { ...FLAGS, services: networks.services } }),
    /--services: .*--services 10\.43\.0\.0\/16/,
  );
});
