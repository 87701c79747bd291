/** Ports that a node's programs listen on, and whose they may be before the cluster is made. Pure. */
import type { Facts } from "./facts.ts";

/** The last: what may listen there already, because the module takes it over or stops it, or another rule says it better. "": the kernel itself. */
const NODE_PORTS: readonly (readonly [
  protocol: "tcp" | "udp",
  port: number,
  what: string,
  known?: RegExp,
])[] = [
  ["udp", 4800, "heartbeats"],
  ["tcp", 5600, "replication"],
  ["tcp", 9010, "console and API"],
  ["tcp", 6443, "K3s' API"],
  // Of the distribution's package, which "prereq" takes out of boot.
  ["tcp", 3306, "K3s' datastore", /^(mariadbd|mysqld)$/],
  ["tcp", 2049, "the volumes (NFS)", /^$/],
  ["tcp", 10250, "K3s' kubelet", /^k3s/],
  ["udp", 8472, "the network of the pods", /^$/],
];

export interface TakenPort {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly what: string;
  readonly user: string;
}

/** Those that a stranger has: what starts there later fails when everything else is made. */
export function takenPorts(listening: Facts["listening"]): TakenPort[] {
  return NODE_PORTS.flatMap(([protocol, port, what, known]) => {
    const stranger = listening.find((entry) =>
      entry.protocol === protocol && entry.port === port &&
      !known?.test(entry.program)
    );
    const user = stranger?.program || "another program";
    return stranger ? [{ protocol, port, what, user }] : [];
  });
}
