import { match, strictEqual, throws } from "node:assert/strict";
import { ConfigError, parseCluster, parseModule } from "./load.ts";

function messageOf(text: string): string {
  try {
    parseModule(text, "module.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

Deno.test("parseModule() fills in defaults", () => {
  const module = parseModule("name: db\nmode: mirror\n", "module.yaml");
  strictEqual(module.port, 5600);
  strictEqual(module.boot, "on");
  strictEqual(module.scripts.start_timeout, 300_000);
});

Deno.test("parseCluster() takes no time-out that a witness would not", () => {
  const cluster = (timeout: string) =>
    `id: ${
      "c1".repeat(16)
    }\ncluster: c\nheartbeat:\n  timeout: ${timeout}\nnodes:\n` +
    "  - name: a\n    addresses: [10.0.0.1]\n  - name: b\n    addresses: [10.0.0.2]\n";
  strictEqual(
    parseCluster(cluster("60s"), "cluster.yaml").heartbeat.timeout,
    60_000,
  );
  for (const wrong of ["61s", "0ms"]) {
    throws(() => parseCluster(cluster(wrong), "cluster.yaml"), /timeout/);
  }
});

Deno.test("parseCluster() takes a period that fits the time-out, and shortens its own", () => {
  const cluster = (heartbeat: string) =>
    parseCluster(
      `id: ${"c1".repeat(16)}\ncluster: c\nheartbeat: ${heartbeat}\nnodes:\n` +
        "  - name: a\n    addresses: [10.0.0.1]\n  - name: b\n    addresses: [10.0.0.2]\n",
      "cluster.yaml",
    ).heartbeat.period;
  strictEqual(cluster("{}"), 300);
  strictEqual(cluster("{ timeout: 500ms }"), 166);
  strictEqual(cluster("{ period: 1.5s, timeout: 5s }"), 1500);
  strictEqual(cluster("{ period: 50ms }"), 50);
  throws(() => cluster("{ period: 701ms }"), {
    message:
      "cluster.yaml:3:14: heartbeat.period: 701ms does not fit timeout (2100ms), expected 50ms to a third of it, 700ms: make it so in cluster.yaml of both nodes",
  });
  throws(() => cluster("{ period: 0s }"), /heartbeat.period: 0ms/);
  throws(() => cluster("{ period: 49ms }"), /heartbeat.period: 49ms/);
  throws(
    () => cluster("{ perod: 1s }"),
    /expected one of period, timeout, port/,
  );
  throws(() => cluster("{ timeout: 499ms }"), /timeout: expected 500ms to 60s/);
});

Deno.test("parseCluster() believes proxies by address and in networks of one's own only", () => {
  const cluster = (proxy: string) =>
    parseCluster(
      `id: ${
        "c1".repeat(16)
      }\ncluster: c\nconsole: { trusted_proxies: ["${proxy}"] }\n` +
        "nodes:\n  - name: a\n    addresses: [10.0.0.1]\n  - name: b\n    addresses: [10.0.0.2]\n",
      "cluster.yaml",
    ).console.trusted_proxies;
  for (const right of ["127.0.0.1", "::1", "10.42.0.0/16", "fd00::/32"]) {
    strictEqual(cluster(right)[0], right);
  }
  for (const wrong of ["0.0.0.0/0", "10.0.0.0/7", "::/0", "proxy", ""]) {
    throws(() => cluster(wrong), /trusted_proxies.0: expected an address/);
  }
});

Deno.test("parseCluster() takes two names that differ, and one of them for the side that stays", () => {
  const cluster = (second: string, keep: string) =>
    parseCluster(
      `id: ${"c1".repeat(16)}\ncluster: c\nsplit_brain: { keep: ${keep} }\n` +
        `nodes:\n  - name: a\n    addresses: [10.0.0.1]\n  - name: ${second}\n    addresses: [10.0.0.2]\n`,
      "cluster.yaml",
    ).split_brain.keep;
  strictEqual(cluster("b", "b"), "b");
  throws(() => cluster("b", "c"), {
    message:
      'cluster.yaml:3:16: split_brain.keep: "c" is no node, expected a or b',
  });
  throws(() => cluster("a", "a"), /nodes.1.name: "a" is the first node's name/);
});

Deno.test("parseModule() names file, line, column and the known keys for an unknown key", () => {
  const message = messageOf("name: db\nmode: mirror\nfailovr: on\n");
  strictEqual(message.startsWith("module.yaml:3:1: failovr: "), true, message);
  strictEqual(message.includes("failover"), true, message);
});

Deno.test("parseModule() names an unknown key inside a list", () => {
  const message = messageOf(
    "name: db\nmode: mirror\ndirectories:\n  - path: /srv/db\n    flag: 1\n",
  );
  strictEqual(
    message,
    'module.yaml:5:5: directories.0.flag: unknown key "flag", expected one of path, tocheck, exclude, guarantee',
  );
});

Deno.test("parseModule() names an unknown key inside a section with defaults", () => {
  const message = messageOf(
    "name: db\nmode: mirror\nscripts:\n  start_timout: 5s\n",
  );
  strictEqual(
    message,
    'module.yaml:4:3: scripts.start_timout: unknown key "start_timout", expected one of start_timeout, stop_timeout',
  );
});

Deno.test("parseModule() names the misspelt key before the one that is missing for it", () => {
  const message = messageOf("nmae: db\nmode: mirror\n");
  strictEqual(message.startsWith("module.yaml:1:1: nmae: unknown key"), true);
});

Deno.test("parseModule() refuses a key that stands twice", () => {
  const message = messageOf("name: db\nmode: mirror\nname: other\n");
  strictEqual(message.startsWith("module.yaml:3:1: "), true, message);
});

Deno.test("parseModule() says where a wrong value stands", () => {
  const message = messageOf("name: db\nmode: mirror\nport: 99999\n");
  strictEqual(message.startsWith("module.yaml:3:1: port: "), true, message);
});

Deno.test("parseModule() says in words of its own what a value must be", () => {
  const said = (line: string) =>
    messageOf(`name: db\nmode: mirror\n${line}\n`).replace(/^[^ ]* /, "");
  strictEqual(
    said("boot_delay: 5"),
    "boot_delay: found number, expected string",
  );
  strictEqual(said("boot: yes"), "boot: expected one of on, off, auto");
  strictEqual(said("max_restarts: -1"), "max_restarts: expected at least 0");
  strictEqual(
    said("max_restarts: 1.5"),
    "max_restarts: expected a whole number",
  );
  strictEqual(said("port: 99999"), "port: expected at most 65535");
  strictEqual(
    said(`title: ${"x".repeat(121)}`),
    "title: expected at most 120 characters",
  );
});

Deno.test("parseModule() says that a key is missing", () => {
  const message = messageOf("mode: mirror\n");
  strictEqual(message.startsWith("module.yaml:1:1: name: "), true, message);
});

Deno.test("parseModule() refuses nested and foreign directories", () => {
  const one = messageOf(
    "name: db\nmode: mirror\ndirectories: [{path: /srv/a}, {path: /srv/a/b}]\n",
  );
  strictEqual(one.includes("/srv/a/b"), true, one);
  const two = messageOf(
    "name: db\nmode: mirror\ndirectories: [{path: /srv/../etc}]\n",
  );
  strictEqual(two.includes("directories.0.path"), true, two);
});

Deno.test("parseModule() says where an exclusion is wrong", () => {
  const head = "name: db\nmode: mirror\ndirectories:\n  - path: /srv/db\n";
  const wrong: [string, string][] = [
    [
      '    exclude: ["*.tmp", /tmp]\n',
      'module.yaml:5:24: directories.0.exclude.1: expected a name such as "*.tmp"',
    ],
    [
      "    exclude: [a/../b]\n",
      "module.yaml:5:15: directories.0.exclude.0: expected a name",
    ],
    [
      "    exclude:\n      - 'a/**'\n",
      'module.yaml:6:9: directories.0.exclude.0: "**" is not known',
    ],
    [
      "    exclude: ['*']\n",
      "module.yaml:5:15: directories.0.exclude.0: would exclude everything",
    ],
    [
      "    tocheck: db/mark\n    exclude: [log, d?]\n",
      'module.yaml:6:20: directories.0.exclude.1: "d?" excludes "db/mark" of tocheck',
    ],
    [
      `    exclude: [${Array(30).fill("x".repeat(200)).join(", ")}]\n`,
      "module.yaml:5:5: directories.0.exclude: brings all exclusions to 6000 bytes",
    ],
  ];
  for (const [text, expected] of wrong) {
    const message = messageOf(head + text);
    strictEqual(message.startsWith(expected), true, message);
  }
});

Deno.test("parseModule() refuses a virtual address that is none", () => {
  const message = messageOf(
    "name: db\nmode: mirror\nvirtual_addresses: [{address: 10.0.0.300/24}]\n",
  );
  strictEqual(message.includes("virtual_addresses.0.address"), true, message);
});

Deno.test("parseModule() quotes nothing of what it cannot read: it may be a password", () => {
  for (
    const password of [
      ...[
        "*s3cret",
        "!s3cret!x",
        "!s3cret!",
        "|s3cret",
        ">s3cret",
        "'a's3cret",
      ],
      ...['"x" s3cret', '"s3cret', "&s3cret *s3cret", "s3cret: x", "[s3cret"],
      ...["{s3cret", "x\ns3cret\n", "%s3cret", "@s3cret", "- s3cret"],
    ]
  ) {
    const message = messageOf(
      `name: db\nmode: mirror\nvariables:\n  PASSWORD: ${password}\n`,
    );
    strictEqual(/^module.yaml:\d+:\d+: /.test(message), true, message);
    strictEqual(/cret/.test(message), false, message);
  }
  match(
    messageOf("name: db\nmode: mirror\nvariables:\n  PASSWORD: *s3cret\n"),
    /^module.yaml:4:13: Unresolved alias/,
  );
});

Deno.test("parseModule() survives an alias bomb", () => {
  const bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" +
    "bcdefghij".split("").map((letter, index) =>
      `${letter}: &${letter} [${
        Array(9).fill(`*${"abcdefghij"[index]}`).join(",")
      }]`
    ).join("\n");
  throws(() => parseModule(bomb, "module.yaml"), ConfigError);
});

Deno.test("parseModule() lets no checker write into a copy that is not primary", () => {
  const module = (checker: string) =>
    `name: db\nmode: mirror\ndirectories:\n  - path: /srv/db\n    exclude: [tmp]\ncheckers:\n  mount:\n    - { name: m, ${checker} }\n`;
  for (const when of ["second", "both", "pre"]) {
    const message = messageOf(module(`when: ${when}`));
    strictEqual(
      message,
      `module.yaml:8:18: checkers.mount.0.when: is ${when}, but "/srv/db" is mirrored: expected prim, as it is written to only where the module is primary`,
    );
    messageOf(module(`when: ${when}, path: /srv/db/data`));
    for (const path of ["/srv/db/tmp/x", "/srv/dbs", "/var/spool/db"]) {
      parseModule(module(`when: ${when}, path: ${path}`), "module.yaml");
    }
  }
  parseModule(module("when: prim"), "module.yaml");
});

Deno.test("parseCluster() wants two nodes", () => {
  throws(
    () =>
      parseCluster(
        `cluster: c\nid: "${"0".repeat(32)}"\nnodes: []\n`,
        "cluster.yaml",
      ),
    /cluster.yaml:3:1: nodes: /,
  );
});

Deno.test("parseCluster() takes links as trusted only where that is said, and no more links than addresses", () => {
  const text = (links: string) =>
    `cluster: c
id: "${"1".repeat(32)}"
nodes:
  - { name: one, addresses: [10.0.0.1, 10.1.0.1] }
  - { name: two, addresses: [10.0.0.2, 10.1.0.2] }
${links}`;
  const trusted = (links: string) =>
    parseCluster(text(links), "cluster.yaml").links
      .map((link) => link.trusted).join();
  strictEqual(trusted(""), "");
  strictEqual(trusted("links: [{}, { trusted: true }]\n"), "false,true");
  throws(
    () => trusted("links: [{}, {}, { trusted: true }]\n"),
    /3 links, but the nodes have 2 addresses each/,
  );
  throws(() => trusted("links: [{ trusted: yes-please }]\n"), ConfigError);
});
