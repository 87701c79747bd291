import assert from "node:assert/strict";
import { join } from "node:path";
import { leftFiles, networkStep, withoutK3s } from "./left_network.ts";

const OTHERS = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 192.168.7.0/24 -o eth0 -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
-A INPUT -s 10.0.0.2/32 -p tcp -m tcp --dport 6443 -m comment --comment "hakit, kube-apiserver" -j ACCEPT
-A FORWARD -i cni-podman0 -j ACCEPT
COMMIT
`;
const K3S = [
  ":KUBE-SERVICES - [0:0]",
  ":CNI-HOSTPORT-DNAT - [0:0]",
  ":FLANNEL-POSTRTG - [0:0]",
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
  '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
];

Deno.test("withoutK3s() takes K3s' chains and rules out, and nobody else's", () => {
  const saved = OTHERS.replace("\n-A", `\n${K3S.join("\n")}\n-A`);
  assert.equal(withoutK3s(saved), OTHERS);
  assert.equal(withoutK3s(OTHERS), null);
  assert.equal(withoutK3s(OTHERS + ":CNI-5d1c - [0:0]\n"), null);
});

Deno.test("networkStep() leaves the network of somebody else's K3s alone", async () => {
  assert.equal(
    await networkStep({ k3s: false }).done(),
    "not installed by hakit",
  );
});

Deno.test("leftFiles() finds what K3s' network left beside other engines' files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = ["cbr0-4711-eth0", "podman-12-eth0"];
    for (const name of names) await Deno.writeTextFile(join(folder, name), "");
    const places = [folder, join(folder, "absent")].map((folder) => ({
      ...{ folder, own: /^cbr0-/ },
    }));
    assert.deepEqual(await leftFiles(places), [join(folder, names[0]!)]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
