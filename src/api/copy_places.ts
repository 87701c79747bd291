/** Where a module's point-in-time copies are seen, taken and restored, as the cluster's state has it: for the command and the console. Pure. */
import type { ClusterState } from "./state.ts";

type Nodes = Pick<ClusterState, "nodes">;

/** What lies beneath a mount that is in use is not seen. */
export function servesOn(state: Nodes, node: string, module: string): boolean {
  const role = roleOn(state, node, module);
  return role === "PRIM" || role === "ALONE";
}

/**
 * The node that takes a copy, where applications do not write: the secondary that answers, or this one while the module is stopped;
 * null: neither.
 */
export function takesOn(state: Nodes, module: string): string | null {
  const has = (node: string, role: string) =>
    roleOn(state, node, module) === role;
  const heard = state.nodes.filter(answers);
  const beside = heard.find(({ name }) => has(name, "SECOND")) ??
    heard.find(({ name, local }) => local && has(name, "STOP"));
  return beside?.name ?? null;
}

/**
 * What is in the way of restoring a copy; null: nothing. The other node may serve what is newer: two histories, and one of them kept
 * aside at their next meeting. `role` null: that node does not answer and may serve, whatever it said last; who knows better may restore.
 */
export function runsOn(
  state: Nodes,
  module: string,
): { readonly node: string; readonly role: string | null } | null {
  for (const { name: node } of state.nodes.filter(answers)) {
    const role = roleOn(state, node, module);
    if (role !== undefined && role !== "STOP") return { node, role };
  }
  const silent = state.nodes.find((node) => !answers(node));
  return silent ? { node: silent.name, role: null } : null;
}

function answers({ local, reachable }: Nodes["nodes"][number]): boolean {
  return local || reachable;
}

function roleOn({ nodes }: Nodes, node: string, module: string) {
  return nodes.find(({ name }) => name === node)?.modules
    .find(({ name }) => name === module)?.role;
}
