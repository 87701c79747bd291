import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { otherCluster, planCluster } from "./cluster_plan.ts";
import { parseCluster } from "./load.ts";

const YAML = `cluster: office
id: 00112233445566778899aabbccddeeff
nodes:
  - { name: node1, addresses: [10.0.0.1] }
  - { name: node2, addresses: [10.0.0.2] }
`;

function side(text: string) {
  const content = new TextEncoder().encode(text);
  return {
    cluster: parseCluster(text, "cluster.yaml"),
    files: [{ path: "cluster.yaml", executable: false, content }],
  };
}

function plan(after: string, disk = YAML) {
  const { effects, how } = planCluster(
    { running: side(YAML).cluster, files: side(disk).files },
    side(after),
  );
  return [how, ...effects.map(({ part, how }) => `${part} ${how}`)];
}

Deno.test("planCluster() lets agents that run disagree only on what they may", () => {
  deepStrictEqual(plan(YAML + "heartbeat: { timeout: 3s }\n"), [
    "next",
    "heartbeat next",
  ]);
  deepStrictEqual(
    plan(YAML + "heartbeat: { timeout: 3s, port: 4801 }\n").slice(1),
    ["heartbeat next", "heartbeat.port stop"],
  );
  for (
    const more of [
      "split_brain: { keep: node1 }",
      "watchdog: {}",
      "console: { http: { port: 8080 } }",
      "console: { trusted_proxies: [127.0.0.1] }",
      "notifications: { syslog: [{}] }",
    ]
  ) strictEqual(plan(YAML + more)[0], "next", more);
  for (
    const more of ["console: { port: 9011 }", "links: [{ trusted: true }]"]
  ) strictEqual(plan(YAML + more)[0], "stop", more);
  strictEqual(plan(YAML.replace("10.0.0.2", "10.0.0.3"))[0], "stop");
});

Deno.test("planCluster() compares the text with the disk and its meaning with what runs", () => {
  deepStrictEqual(plan(YAML), [null]);
  deepStrictEqual(plan("# office\n" + YAML), ["live"]);
  const later = YAML + "split_brain: { keep: node1 }\n";
  // It lies there already, and waits for the agents.
  deepStrictEqual(plan(later, later), [null]);
  // Taken back before anybody has read it.
  deepStrictEqual(plan(YAML, later), ["live"]);
});

Deno.test("otherCluster() refuses what keys and records are bound to", () => {
  const { cluster } = side(YAML);
  const to = (text: string) => otherCluster(cluster, side(text).cluster);
  strictEqual(to(YAML.replace("10.0.0.2", "10.0.0.3")), null);
  match(to(YAML.replace("office", "home"))!, /^cluster: is "home"/);
  match(to(YAML.replace("id: 00", "id: 11"))!, /^id: /);
  match(to(YAML.replace("node2", "node3"))!, /^nodes: is "node1, node3"/);
});
