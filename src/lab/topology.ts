/**
 * The lab's shape: three network namespaces on this machine, hakit-lab1 and hakit-lab2 for the nodes and hakit-lab0 for their client,
 * which also holds the two bridges (the switches). Pure.
 */

export type LabNode = 1 | 2;
export type Link = 1 | 2;

export const NODES: readonly LabNode[] = [1, 2];
export const LINKS: readonly Link[] = [1, 2];
/** Everything that the lab keeps. */
export const LAB = "/var/lib/hakit-lab";
/** Where each node sees its own storage: the same path on both, as on two servers. */
export const STORAGE = `${LAB}/storage`;
export const VIRTUAL_ADDRESS = "10.77.1.100";

const SUBNETS: { readonly [link in Link]: string } = {
  1: "10.77.1",
  2: "10.78.1",
};

/** 0 is the client's place. */
export function namespace(node: 0 | LabNode): string {
  return `hakit-lab${node}`;
}

export function nodeName(node: LabNode): string {
  return `node${node}`;
}

export function other(node: LabNode): LabNode {
  return node === 1 ? 2 : 1;
}

export function home(node: LabNode): string {
  return `${LAB}/node${node}`;
}

export function addressOf(node: LabNode, link: Link): string {
  return `${SUBNETS[link]}.${node}`;
}

/** The client's address; the nodes' way to nowhere else. */
export function clientAddress(link: Link): string {
  return `${SUBNETS[link]}.254`;
}

/** The end of a node's cable in the switch: taking it down is pulling the cable. */
export function port(node: LabNode, link: Link): string {
  return `node${node}link${link}`;
}

/** `ip` commands that build it all; each fails where its object exists. */
export function upCommands(): string[][] {
  const commands = [[0, ...NODES] as const].flat().map((node) => [
    "netns",
    "add",
    namespace(node),
  ]);
  for (const node of [0, ...NODES] as const) {
    commands.push(["-n", namespace(node), "link", "set", "lo", "up"]);
  }
  const client = ["-n", namespace(0)];
  for (const link of LINKS) {
    const bridge = `link${link}`;
    commands.push(
      [...client, "link", "add", bridge, "type", "bridge"],
      [...client, "addr", "add", `${clientAddress(link)}/24`, "dev", bridge],
      [...client, "link", "set", bridge, "up"],
    );
    for (const node of NODES) {
      const end = ["-n", namespace(node)];
      const inside = `eth${link - 1}`;
      commands.push(
        [
          ...client,
          ...["link", "add", port(node, link), "type", "veth"],
          ...["peer", "name", inside, "netns", namespace(node)],
        ],
        [...client, "link", "set", port(node, link), "master", bridge, "up"],
        [...end, "addr", "add", `${addressOf(node, link)}/24`, "dev", inside],
        [...end, "link", "set", inside, "up"],
      );
    }
  }
  return commands;
}

/**
 * A way from this machine into the lab, so that a browser can open the console. Its address may collide with the machine's own
 * networks: a failure here harms nothing.
 */
export function hostCommands(): string[][] {
  const client = ["-n", namespace(0)];
  return [
    [
      ...["link", "add", "hakit-lab", "type", "veth"],
      ...["peer", "name", "host", "netns", namespace(0)],
    ],
    ["addr", "add", "10.79.1.1/30", "dev", "hakit-lab"],
    ["link", "set", "hakit-lab", "up"],
    [...client, "addr", "add", "10.79.1.2/30", "dev", "host"],
    [...client, "link", "set", "host", "up"],
    ["route", "add", `${SUBNETS[1]}.0/24`, "via", "10.79.1.2"],
    ...NODES.map((node) => [
      ...["-n", namespace(node), "route", "add", "default"],
      ...["via", clientAddress(1)],
    ]),
    [
      ...["netns", "exec", namespace(0)],
      ...["sysctl", "-qw", "net.ipv4.ip_forward=1"],
    ],
  ];
}
