/** What the automaton must know of a module's and the cluster's configuration. */
import type { Config } from "../machine/step.ts";
import type { Module } from "../module/schema.ts";
import type { Node } from "./node.ts";

export function machineConfig(
  node: Node,
  module: Module,
  { failover, mirrored }: {
    /** The maintenance switch outranks the configuration. */
    readonly failover: boolean;
    readonly mirrored: boolean;
  },
): Config {
  const { keep } = node.cluster.split_brain;
  return {
    module: module.name,
    node: node.me.name,
    peer: node.peer.name,
    nodeIndex: node.index,
    failover,
    mirrored,
    restarts: restartsOf(module),
    home: homeOf(node, module),
    timeoutMs: node.cluster.heartbeat.timeout,
    ...(keep === undefined ? {} : { keeps: keep }),
  };
}

export function restartsOf(module: Module): Config["restarts"] {
  return {
    maximum: module.max_restarts,
    periodMs: module.restart_period,
  };
}

/** Where the primary belongs, as this node sees it; throws for a name that is no node. */
export function homeOf(node: Node, module: Module): Config["home"] {
  switch (module.default_primary) {
    case "alone":
      return "anywhere";
    case "last":
      return "last";
    case node.me.name:
      return "here";
    case node.peer.name:
      return "there";
    default:
      throw new Error(
        `module "${module.name}": default_primary "${module.default_primary}" is no node, expected alone, last, ${node.me.name} or ${node.peer.name}`,
      );
  }
}
