/** What a module's scripts and custom checkers find in their environment. */
import type { Arbiter } from "../machine/arbiter.ts";
import type { Module } from "../module/schema.ts";
import type { Node } from "./node.ts";

export interface ScriptSurroundings {
  readonly node: Node;
  readonly module: Module;
  readonly folder: string;
  readonly arbiter: () => Arbiter;
}

/** The contract with scripts; HAKIT_ROLE is added for each run. */
export function scriptEnvironment(
  { node, module, folder, arbiter }: ScriptSurroundings,
  log: { readonly path: string },
): Readonly<{ [name: string]: string }> {
  return {
    ...module.variables,
    HAKIT_MODULE: module.name,
    HAKIT_MODULE_DIR: folder,
    HAKIT_NODE: node.me.name,
    HAKIT_PEER: node.peer.name,
    HAKIT_VIP: module.virtual_addresses[0]?.address.split("/")[0] ?? "",
    HAKIT_NODE_ADDRESS: node.me.addresses[0]!,
    HAKIT_PEER_ADDRESS: node.peer.addresses[0]!,
    // Who excludes that a lost peer goes on: one that is being removed excludes nothing.
    HAKIT_ARBITER: arbiterWord(arbiter()),
    HAKIT_LOG: log.path,
    HAKIT: node.executable,
    // A service must find its tools also when the agent was started with an empty environment.
    PATH: Deno.env.get("PATH") ??
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  };
}

function arbiterWord(arbiter: Arbiter): Arbiter["kind"] {
  return arbiter.kind === "witness" && arbiter.retired ? "none" : arbiter.kind;
}
