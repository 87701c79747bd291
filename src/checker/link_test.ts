import { match, strictEqual } from "node:assert/strict";
import { noteVirtual } from "../actions/virtual_ip.ts";
import { type Kernel, linkFault, lookAtLink } from "./link.ts";

const UP = 0x1043, NO_CARRIER = 0x1003, OFF = 0x1002;

function kernel(
  flags: { readonly [name: string]: number },
  lower: { readonly [name: string]: readonly string[] } = {},
): Kernel {
  return {
    flags: (name) => flags[name] ?? 0,
    lower: (name) => lower[name] ?? [],
    hardware: (name) => name.startsWith("eth"),
  };
}

Deno.test("linkFault() knows a cable that is out, also below a VLAN, a bond and a bridge that guests keep up", () => {
  const fault = (
    name: string,
    flags: { readonly [name: string]: number },
    lower: { readonly [name: string]: readonly string[] } = {},
  ) => linkFault(name, kernel(flags, lower));
  strictEqual(fault("eth0", { eth0: UP }), null);
  strictEqual(fault("eth0", { eth0: NO_CARRIER }), "eth0 has no carrier");
  strictEqual(fault("eth0", { eth0: OFF }), "eth0 is switched off");
  strictEqual(fault("eth0", {}), "there is no eth0");
  // A cloud hangs a faster way below it, and takes that away for a while.
  const cloud = { eth0: UP, eth9: OFF };
  strictEqual(fault("eth0", cloud, { eth0: ["eth9"] }), null);

  const bridge = { br0: ["eth0", "tap0"] };
  const guests = { br0: UP, tap0: UP };
  strictEqual(fault("br0", { ...guests, eth0: UP }, bridge), null);
  strictEqual(
    fault("br0", { ...guests, eth0: NO_CARRIER }, bridge),
    "eth0 has no carrier",
  );
  // Its address is the guests' router: no cable belongs to it.
  strictEqual(fault("br0", guests, { br0: ["tap0"] }), null);

  const stack = {
    "br0.7": ["br0"],
    br0: ["bond0", "tap0"],
    bond0: ["eth0", "eth1"],
  };
  const ports = { "br0.7": UP, ...guests, bond0: UP };
  strictEqual(
    fault("br0.7", { ...ports, eth0: NO_CARRIER, eth1: UP }, stack),
    null,
  );
  strictEqual(
    fault(
      "br0.7",
      { ...ports, bond0: NO_CARRIER, eth0: NO_CARRIER, eth1: NO_CARRIER },
      stack,
    ),
    "bond0 has no carrier",
  );
});

Deno.test("lookAtLink() says that an own address is gone which was there, and asks for none where none was", async () => {
  const never = new AbortController().signal;
  const real = Deno.networkInterfaces;
  let addresses: string[] = [];
  const networkInterfaces = () =>
    addresses.map((address) => ({
      name: "lo",
      address,
      cidr: `${address}/24`,
    }));
  Object.assign(Deno, { networkInterfaces });
  try {
    const look = lookAtLink({ address: "198.51.100.9/24" }, "198.51.100.1");
    match((await look(never)).detail!, /no interface has this node's address/);
    addresses = ["198.51.100.1"];
    strictEqual((await look(never)).state, "up");
    // As systemd-networkd does it when the cable is out, with the virtual address still there and without.
    for (addresses of [["198.51.100.9"], []]) {
      strictEqual(
        (await look(never)).detail,
        "lo has lost this node's own address 198.51.100.1",
      );
    }
    addresses = ["198.51.100.1", "198.51.100.9"];
    strictEqual((await look(never)).state, "up");
    const alone = lookAtLink(
      { address: "203.0.113.9", interface: "lo" },
      "198.51.100.1",
    );
    addresses = [];
    strictEqual((await alone(never)).state, "up");
    // Left there by an agent that died; its module begins a moment later, and moves away.
    addresses = ["203.0.113.8"];
    strictEqual((await alone(never)).state, "up");
    noteVirtual("203.0.113.8");
    strictEqual((await alone(never)).state, "up");
    addresses = [];
    strictEqual((await alone(never)).state, "up");
  } finally {
    Object.assign(Deno, { networkInterfaces: real });
  }
});
