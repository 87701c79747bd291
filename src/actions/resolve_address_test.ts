import { rejects, strictEqual } from "node:assert/strict";
import { resolveAddress } from "./virtual_ip.ts";

Deno.test("resolveAddress() finds the place of an address again when this node's own address is off the interface", async () => {
  const real = Deno.networkInterfaces;
  const has = (...addresses: string[]) => {
    const networkInterfaces = () =>
      addresses.map((entry) => {
        const [name, cidr] = entry.split(" ") as [string, string];
        const address = cidr.split("/")[0]!;
        return { name, cidr, address, mac: "02:00:00:00:00:01" };
      });
    Object.assign(Deno, { networkInterfaces });
  };
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
