/** Which node is upgraded first, what moves before it, and what speaks against it. Pure. */
import type { ClusterState, ModuleState } from "../api/state.ts";

/** What stands between a cluster and an upgrade without an interruption, one line each. */
export function obstacles(state: ClusterState): string[] {
  const found: string[] = [];
  for (const node of state.nodes) {
    if (node.reachable) continue;
    found.push(`${node.name} does not answer`);
  }
  for (const name of moduleNames(state)) {
    if (mirrored(state, name) || stopped(state, name)) continue;
    const roles = state.nodes.map((node) => {
      const module = find(state, node.name, name);
      return `${
        module ? `${module.role} (${module.status})` : "not installed"
      } on ${node.name}`;
    });
    found.push(
      `${name} is ${
        roles.join(" and ")
      }, expected PRIM and SECOND, both Ready, or STOP on both`,
    );
  }
  return found;
}

/** First the node that serves least, so that the fewest services move twice; of equals, the one that is not asked. */
export function order(state: ClusterState): string[] {
  const count = (node: string) => primaries(state, node).length;
  return [...state.nodes].sort((a, b) =>
    count(a.name) - count(b.name) || Number(a.local) - Number(b.local)
  ).map(({ name }) => name);
}

/** What changes places before the agent of that node begins again. */
export function toSwap(state: ClusterState, node: string): string[] {
  return primaries(state, node).filter((module) => mirrored(state, module));
}

/** Both copies serve as they should. */
export function mirrored(state: ClusterState, module: string): boolean {
  const sides = state.nodes.map((node) => find(state, node.name, module));
  return sides.every((side) => side?.status === "Ready") &&
    sides.map((side) => side!.role).sort().join() === "PRIM,SECOND";
}

function stopped(state: ClusterState, module: string): boolean {
  return state.nodes.every((node) => {
    const side = find(state, node.name, module);
    return side === undefined ||
      (side.role === "STOP" && side.status !== "Transient");
  });
}

/** Nothing serves and nothing waits. */
export function allStopped(state: ClusterState): boolean {
  return moduleNames(state).every((module) => stopped(state, module));
}

export function moduleNames(state: ClusterState): string[] {
  const all = state.nodes.flatMap(({ modules }) =>
    modules.map(({ name }) => name)
  );
  return [...new Set(all)].sort();
}

function primaries(state: ClusterState, node: string): string[] {
  return moduleNames(state).filter((module) => {
    const role = find(state, node, module)?.role;
    return role === "PRIM" || role === "ALONE";
  });
}

function find(
  state: ClusterState,
  node: string,
  module: string,
): ModuleState | undefined {
  return state.nodes.find(({ name }) => name === node)?.modules
    .find(({ name }) => name === module);
}
