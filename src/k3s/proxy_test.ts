import assert from "node:assert/strict";
import { inheritedProxy, proxyVariables, withoutProxy } from "./proxy.ts";

const KEPT = {
  node1: ["10.0.0.1", "10.1.0.1"],
  node2: ["10.0.0.2", "10.1.0.2"],
  vip: "10.0.0.100/24",
  network: undefined,
  pods: "10.42.0.0/16",
  services: "10.43.0.0/16",
  proxy: undefined,
};

Deno.test("withoutProxy() names the cluster's networks and names, and each address once", () => {
  const direct = withoutProxy(KEPT);
  for (
    const part of [
      "localhost",
      "127.0.0.0/8",
      "10.42.0.0/16",
      "10.43.0.0/16",
      ".svc",
      ".cluster.local",
      "10.0.0.100/24",
      // The second link is outside the virtual address' network.
      "10.1.0.1",
      "10.1.0.2",
    ]
  ) assert(direct.includes(part), part);
  assert(!direct.includes("10.0.0.1"), "is in the network already");
  const elsewhere = withoutProxy({ ...KEPT, network: "10.0.0.0/8" });
  assert(elsewhere.includes("10.0.0.0/8") && !elsewhere.includes("10.1.0.1"));
  // A network that the virtual address is not in: then it stands for itself.
  assert(
    withoutProxy({ ...KEPT, network: "10.9.0.0/16" }).includes("10.0.0.100"),
  );
});

Deno.test("proxyVariables() are for K3s and for its containerd, or there are none", () => {
  assert.deepEqual(proxyVariables(KEPT), []);
  const found = proxyVariables({ ...KEPT, proxy: "http://proxy:3128" });
  assert.deepEqual(found.map(([name]) => name), [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "CONTAINERD_HTTP_PROXY",
    "CONTAINERD_HTTPS_PROXY",
    "CONTAINERD_NO_PROXY",
  ]);
});

Deno.test("inheritedProxy() finds a proxy that systemd gives to every service", () => {
  const lines = (...more: readonly string[]) =>
    ["LANG=en_US.UTF-8", "PATH=/usr/sbin:/usr/bin", ...more].join("\n");
  assert.equal(inheritedProxy(lines("HTTPS_PROXY=http://p:1")), "HTTPS_PROXY");
  assert.equal(inheritedProxy(lines("http_proxy=$'http://p'")), "http_proxy");
  for (const none of ["NO_PROXY=localhost", "https_proxy=", "X_HTTP_PROXY=1"]) {
    assert.equal(inheritedProxy(lines(none)), null, none);
  }
});
