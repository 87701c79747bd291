/** What must pass between the machines of a cluster, and the commands that let it pass, by kind of firewall. Pure. */
import { isIP } from "node:net";
import { K3S_NETWORKS } from "../cluster/network.ts";

export interface Need {
  /** tcp, udp, or all for the pods' networks. */
  readonly protocol: "tcp" | "udp" | "all";
  readonly port: number;
  /** Last of a range; equal to `port` for one. */
  readonly last: number;
  /** An address or a network. */
  readonly from: string;
  /** What this server only passes on, of pods or to pods: "to" makes `from` the network that it goes to. Absent: what it gets itself. */
  readonly through?: "from" | "to";
}

/** Every rule that hakit makes carries it: so they are found again and taken away. */
export const COMMENT = "hakit";

const BETWEEN_NODES: readonly (readonly ["tcp" | "udp", number, number])[] = [
  ["udp", 4800, 4800], // heartbeats
  ["tcp", 5600, 5631], // replication, a port a module
  ["tcp", 9010, 9010], // API
  ["tcp", 3306, 3306], // the datastore, at the virtual address
];
/** From nodes and from agents. */
const FOR_K3S: readonly (readonly ["tcp" | "udp", number, number])[] = [
  ["tcp", 2049, 2049], // volumes, at the virtual address
  ["tcp", 6443, 6443], // K3s' API
  ["udp", 8472, 8472], // flannel
  ["tcp", 10250, 10250], // kubelet
];

export function clusterNeeds(
  { peers, agents = [], networks = K3S_NETWORKS }: {
    readonly peers: readonly string[];
    readonly agents?: readonly string[];
    /** Of pods, then of services. */
    readonly networks?: readonly string[];
  },
): Need[] {
  const of = (
    ports: typeof FOR_K3S,
    from: string,
  ): Need[] =>
    ports.map(([protocol, port, last]) => ({ protocol, port, last, from }));
  const whole = (from: string) =>
    ({ protocol: "all", port: 0, last: 65535, from }) as const;
  // A service's address is a pod's by the time that a packet is passed on.
  const passed = networks.slice(0, 1).flatMap((pods): Need[] => [
    { ...whole(pods), through: "from" },
    { ...whole(pods), through: "to" },
  ]);
  const pods = peers.length > 0 ? [...networks.map(whole), ...passed] : [];
  return [
    ...peers.flatMap((from) => of([...BETWEEN_NODES, ...FOR_K3S], from)),
    ...agents.flatMap((from) => of(FOR_K3S, from)),
    ...pods,
  ];
}

/** "5600-5631/tcp from 10.0.0.2". */
export function needText(need: Need): string {
  if (need.through !== undefined) {
    return `everything through this server ${need.through} pods (${need.from})`;
  }
  return need.protocol === "all"
    ? `everything from ${need.from}`
    : `${range(need, "-")}/${need.protocol} from ${need.from}`;
}

export function ufwCommand(need: Need): string[] {
  const what = need.protocol === "all" ? ["from", need.from] : [
    "proto",
    need.protocol,
    "from",
    need.from,
    "to",
    "any",
    "port",
    range(need, ":"),
  ];
  return ["ufw", "allow", ...what, "comment", COMMENT];
}

export function firewalldRule(need: Need): string {
  const family = isIP(need.from.split("/")[0]!) === 6 ? "ipv6" : "ipv4";
  return `rule family="${family}" source address="${need.from}" port port="${
    range(need, "-")
  }" protocol="${need.protocol}" accept`;
}

/** Pods' networks are to be trusted as K3s' documentation says: a rich rule lets nothing through this server to elsewhere. */
export function firewalldWords(need: Need, zone?: string): string[] {
  if (need.protocol === "all") {
    return ["--zone=trusted", `--add-source=${need.from}`];
  }
  const where = zone === undefined ? [] : [`--zone=${zone}`];
  return [...where, `--add-rich-rule=${firewalldRule(need)}`];
}

/** Into the chain that drops: an accept of another chain would not keep this one from dropping. */
export function nftRule(
  need: Need,
  chain: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
  },
): string {
  const ip = isIP(need.from.split("/")[0]!) === 6 ? "ip6" : "ip";
  const port = need.protocol === "all"
    ? ""
    : `${need.protocol} dport ${range(need, "-")} `;
  const end = need.through === "to" ? "daddr" : "saddr";
  return `insert rule ${chain.family} ${chain.table} ${chain.chain} ${ip} ${end} ${need.from} ${port}accept comment "${COMMENT}"`;
}

export function iptablesCommand(
  need: Need,
  action: "-I" | "-C" | "-D",
): string[] {
  const six = isIP(need.from.split("/")[0]!) === 6;
  const port = need.protocol === "all"
    ? []
    : ["-p", need.protocol, "--dport", range(need, ":")];
  return [
    six ? "ip6tables" : "iptables",
    "-w",
    "5",
    action,
    need.through === undefined ? "INPUT" : "FORWARD",
    need.through === "to" ? "-d" : "-s",
    need.from,
    ...port,
    "-m",
    "comment",
    "--comment",
    COMMENT,
    "-j",
    "ACCEPT",
  ];
}

function range({ port, last }: Need, between: string): string {
  return port === last ? String(port) : `${port}${between}${last}`;
}
