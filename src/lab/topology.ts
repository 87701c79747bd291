/**
 * The lab's shape: four network namespaces on this machine, hakit-lab1 and hakit-lab2 for the nodes, hakit-lab0 for their client,
 * which also holds the bridges (the switches), and hakit-lab3 for the witness, to which each node has a third cable. Pure.
 */

export type LabNode = 1 | 2;
/** 0: the client, 3: the witness. */
export type Place = 0 | LabNode | 3;
export type Link = 1 | 2;

/** A lab of another name stands beside a person's, with everything its own: for tests that take long. */
const NAME = Deno.env.get("HAKIT_LAB") ?? "lab";
if (!/^[a-z]{1,8}$/.test(NAME)) {
  throw new Error(`HAKIT_LAB is "${NAME}", expected up to 8 of a-z`);
}
/** Only a person looks at the console from this machine. */
export const VISIBLE = NAME === "lab";

export const NODES: readonly LabNode[] = [1, 2];
export const LINKS: readonly Link[] = [1, 2];
/** Everything that the lab keeps. */
export const LAB = `/var/lib/hakit-${NAME}`;
/** Where each node sees its own storage: the same path on both, as on two servers. */
export const STORAGE = `${LAB}/storage`;
export const VIRTUAL_ADDRESS = "10.77.1.100";

const SUBNETS: { readonly [link in Link]: string } = {
  1: "10.77.1",
  2: "10.78.1",
};

export const PLACES: readonly Place[] = [0, ...NODES, 3];
/** Where the witness listens, and where each node comes from to it. */
export const WITNESS_ADDRESS = "10.76.1.3";

/** A node's cable to the witness. */
export function witnessPort(node: LabNode): string {
  return `node${node}witness`;
}

export function namespace(node: Place): string {
  return `hakit-${NAME}${node}`;
}

export function nodeName(node: LabNode): string {
  return NAME === "lab" ? `node${node}` : `${NAME}${node}`;
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
function clientAddress(link: Link): string {
  return `${SUBNETS[link]}.254`;
}

/** The end of a node's cable in the switch: taking it down is pulling the cable. */
export function port(node: LabNode, link: Link): string {
  return `node${node}link${link}`;
}

/** `ip` commands that build it all; each fails where its object exists. */
export function upCommands(): string[][] {
  const commands = PLACES.map((node) => ["netns", "add", namespace(node)]);
  for (const node of PLACES) {
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
  return [...commands, ...witnessCommands()];
}

/** A switch of its own: what parts the nodes from each other need not part them from the witness. */
function witnessCommands(): string[][] {
  const client = ["-n", namespace(0)];
  const commands = [
    [...client, "link", "add", "witness", "type", "bridge"],
    [...client, "link", "set", "witness", "up"],
  ];
  const ends = [
    [1, witnessPort(1), "10.76.1.1"],
    [2, witnessPort(2), "10.76.1.2"],
    [3, "witness3", WITNESS_ADDRESS],
  ] as const;
  for (const [place, outside, address] of ends) {
    const end = ["-n", namespace(place)];
    commands.push(
      [
        ...client,
        ...["link", "add", outside, "type", "veth"],
        ...["peer", "name", "eth2", "netns", namespace(place)],
      ],
      [...client, "link", "set", outside, "master", "witness", "up"],
      [...end, "addr", "add", `${address}/24`, "dev", "eth2"],
      [...end, "link", "set", "eth2", "up"],
    );
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
