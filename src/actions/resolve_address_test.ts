import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  resolveAddress,
  standBehind,
  standsFirst,
  takeAddress,
} from "./virtual_ip.ts";

const real = Deno.networkInterfaces;

/** "va 198.51.100.9/32": what this machine's interfaces have now. */
function has(...addresses: string[]): void {
  const networkInterfaces = () =>
    addresses.map((entry) => {
      const [name, cidr] = entry.split(" ") as [string, string];
      const address = cidr.split("/")[0]!;
      return { name, cidr, address, mac: "02:00:00:00:00:01" };
    });
  Object.assign(Deno, { networkInterfaces });
}

Deno.test("resolveAddress() finds the place of an address again when this node's own address is off the interface", async () => {
  const device = async (address: string) =>
    (await resolveAddress({ address }, "198.51.100.1")).device;
  try {
    // systemd-networkd takes its own off with the carrier, others stay or go.
    has("lo 127.0.0.1/8", "va 198.51.100.9/32");
    strictEqual(await device("198.51.100.9/24"), "va");
    // The address of another link's network is not put on the first link meanwhile.
    has("lo 198.51.100.1/24", "va 203.0.113.1/24");
    strictEqual(await device("203.0.113.9"), "va");
    has("lo 198.51.100.1/24", "va 192.0.2.1/32");
    strictEqual(await device("203.0.113.9"), "va");
    has("lo 127.0.0.1/8");
    await rejects(device("192.0.2.99"), /no interface has this node's address/);
  } finally {
    Object.assign(Deno, { networkInterfaces: real });
  }
});

Deno.test("standBehind() puts an address behind this node's own, where that one survives it", async () => {
  const target = { address: "198.51.100.9", prefix: 24, device: "va" };
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const did = async () =>
    (await Deno.readTextFile(join(folder, "did")).catch(() => "")).split("\n")
      .filter((line) => line.startsWith("addr"));
  try {
    has("va 198.51.100.9/24", "va 169.254.7.7/16", "va 198.51.100.1/24");
    await takeAddress(target);
    strictEqual(standsFirst(target), true);
    has("va 198.51.100.1/24", "va 198.51.100.9/24", "va 198.51.100.2/24");
    strictEqual(standsFirst(target), false);
    // Its own is away still, or on another interface.
    has("va 198.51.100.9/24", "vb 198.51.100.1/24");
    strictEqual(standsFirst(target), false);

    const addr = [{ local: target.address, prefixlen: 24 }];
    const shown = JSON.stringify([{ ifname: "va", addr_info: addr }]);
    await Deno.writeTextFile(
      join(folder, "ip"),
      `#!/bin/sh\necho "$*" >>${folder}/did\necho '${shown}'\n`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${folder}:${before}`);
    // Nobody says that the kernel keeps the others of a network when the first one goes.
    await standBehind(target, folder);
    deepStrictEqual(await did(), []);
    await Deno.mkdir(join(folder, "va"));
    await Deno.writeTextFile(join(folder, "va/promote_secondaries"), "0");
    await standBehind(target, folder);
    deepStrictEqual((await did()).map((line) => line.slice(0, 31)), [
      "addr del 198.51.100.9/24 dev va",
      "addr add 198.51.100.9/24 dev va",
    ]);
  } finally {
    Object.assign(Deno, { networkInterfaces: real });
    Deno.env.set("PATH", before);
    await Deno.remove(folder, { recursive: true });
  }
});
