import assert from "node:assert/strict";
import { anonymise } from "./anonymous.ts";

const FILES: Readonly<Record<string, string>> = {
  "paris-a/etc/cluster.yaml": `cluster: acme
nodes:
  - { name: paris-a, addresses: [10.20.30.1, "fd12:3456::1"] }
  - { name: paris-b, addresses: [10.20.30.2, "fd12:3456::2"] }
notifications:
  email:
    - to: [jane.doe@acme-bank.com]
      server: mail.acme-bank.com
`,
  "paris-a/etc/modules/payroll/module.yaml": `# payroll of ACME Bank
name: payroll
mode: mirror
title: Pay of Acme Bank
variables:
  OWNER: Jane Doe
checkers:
  http: [{ name: web, url: "http://pay.acme-bank.com/x" }]
`,
  "paris-a/etc/modules/k3s/module.yaml": "name: k3s\nmode: mirror\n",
  "paris-a/log/agent.log":
    `2026-11-25T02:18:00.000Z info login: user "jdoe" from 10.20.31.77
2026-11-25T02:18:00.500Z info login: user "oidc:mary.major" from 10.20.31.77: as viewer, subject 8f3a-77
2026-11-25T02:18:01.000Z warning paris-b is lost after 2.05 s
2026-11-25T02:18:01.000Z info payroll: SECOND becomes ALONE, see payroll.log and k3s.log
2026-11-25T02:18:01.000Z info Link 10.20.30.1 to 10.20.30.2 is down; 127.0.0.1:9010, 255.255.255.0, version 1.2.3
`,
  "paris-a/system/kernel.txt": "Linux srv-0815.acme.lan 5.10.0 #1 SMP\n",
  "paris-a/system/mounts.txt": "nas7:/vol /mnt nfs rw 0 0\n",
  "paris-a/system/ip-address.txt":
    "link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\ninet6 fe80::5054:ff:fe12:3456/64\ninet 10.20.30.100/24\n",
  "paris-b/log/agent.log":
    "2026-11-25T02:18:00.000Z info srv-0815 answers at 10.20.30.1, by user jdoe; admins and jdoes stay\n",
};

async function result() {
  const files = Object.entries(FILES).map(([path, text]) => ({
    path,
    executable: false,
    content: new TextEncoder().encode(text),
  }));
  const { files: clean, names } = await anonymise(files, {
    people: ["jdoe"],
    open: ["k3s"],
  });
  const texts = new Map(
    clean.map(({ path, content }) => [path, new TextDecoder().decode(content)]),
  );
  return { texts, names };
}

Deno.test("anonymise() leaves no name, address or word of a person", async () => {
  const { texts } = await result();
  const all = [...texts].flat().join("\n");
  for (
    const secret of [
      ...["acme", "paris", "jane", "jdoe ", "payroll", "srv-0815", "nas7"],
      ...["10.20.3", "fd12", "5054:ff", "52:54:00", "mail.", "Pay of"],
      ...["mary", "major", "8f3a"],
    ]
  ) {
    assert.equal(
      all.toLowerCase().includes(secret.toLowerCase()),
      false,
      `${secret} in ${all}`,
    );
  }
});

Deno.test("anonymise() keeps who talks to whom, times, and what is everybody's", async () => {
  const { texts, names } = await result();
  const log = texts.get("node-1/log/agent.log")!;
  assert.match(log, /^2026-11-25T02:18:00.000Z info login: user "person-1"/);
  assert.match(log, /node-2 is lost after 2\.05 s/);
  assert.match(log, /module-1: SECOND.* see module-1\.log and k3s\.log/);
  assert.match(log, /127\.0\.0\.1:9010, 255\.255\.255\.0, version 1\.2\.3/);
  const [, one, two] = /Link (\S+) to (\S+) is down/.exec(log)!;
  assert.match(one!, /^198\.18\.\d+\.1$/);
  assert.equal(two, one!.replace(/\.1$/, ".2"));
  // The same on the other node, and another network is another.
  const other = texts.get("node-2/log/agent.log")!;
  assert.ok(other.includes(`answers at ${one},`));
  assert.match(other, /by user person-1; admins and jdoes stay/);
  assert.ok(!log.includes(`from ${one!.slice(0, -1)}`));
  assert.match(
    texts.get("node-1/etc/modules/module-1/module.yaml")!,
    /\[value\]/,
  );
  assert.equal(names["node-2"], "paris-b");
  assert.equal(names["person-1"], "jdoe");
});
