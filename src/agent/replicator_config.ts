/** What a module's replicator is told when it is started. */
import { join } from "node:path";
import type { Module } from "../module/schema.ts";
import type { ReplicatorConfig } from "../replication/control.ts";
import { parseSize } from "../system/units.ts";
import { hakitProgram, type Node } from "./node.ts";

export function replicatorConfig(
  node: Node,
  module: Module,
): ReplicatorConfig {
  return {
    module: module.name,
    cluster: node.cluster.id,
    node: node.me.name,
    peer: node.peer.name,
    nodeIndex: node.index,
    key: node.key,
    socket: join(node.paths.run, `${module.name}.sock`),
    stateDir: join(node.paths.state, module.name),
    // The replicator adds the name of the module and the date.
    salvageDir: join(node.paths.state, "salvage"),
    port: module.port,
    listen: node.me.addresses,
    dial: node.peer.addresses,
    trusted: node.me.addresses.map((_, link) =>
      node.cluster.links[link]?.trusted ?? false
    ),
    directories: module.directories,
    resyncLimit: parseSize(module.resync.limit),
    verifyRate: parseSize(module.verify.rate),
  };
}

/** Program and first arguments of a replicator; the configuration file follows. */
export function replicatorProgram(): string[] {
  return [...hakitProgram(), "replicator"];
}
