/** Agents that begin again one after the other: which first, what moves before it, and what speaks against it. Pure. */
import type { ClusterState, ModuleState } from "./state.ts";

type Nodes = Pick<ClusterState, "nodes">;

export type Obstacle =
  | { readonly kind: "silent"; readonly node: string }
  | {
    readonly kind: "module";
    readonly module: string;
    readonly sides: readonly {
      readonly node: string;
      /** Null: it is not installed there. */
      readonly is: Pick<ModuleState, "role" | "status"> | null;
    }[];
  };

/** What stands between a cluster and agents that begin again without an interruption. */
export function obstacles(state: Nodes): Obstacle[] {
  const silent = state.nodes.filter(({ reachable }) => !reachable)
    .map(({ name }): Obstacle => ({ kind: "silent", node: name }));
  const modules = moduleNames(state)
    .filter((name) => !mirrored(state, name) && !stopped(state, name))
    .map((name) => ofModule(state, name));
  return [...silent, ...modules];
}

function ofModule(state: Nodes, module: string): Obstacle {
  const sides = state.nodes.map(({ name: node }) => ({
    node,
    is: find(state, node, module) ?? null,
  }));
  return { kind: "module", module, sides };
}

export function obstacleText(obstacle: Obstacle): string {
  if (obstacle.kind === "silent") return `${obstacle.node} does not answer`;
  const roles = obstacle.sides.map(({ node, is }) =>
    `${is ? `${is.role} (${is.status})` : "not installed"} on ${node}`
  );
  return `${obstacle.module} is ${
    roles.join(" and ")
  }, expected PRIM and SECOND, both Ready, or STOP on both`;
}

/** Why the agent of a node must not begin again now; null: whatever runs is served by the other node, and is level. */
export function restartRefusal(state: Nodes, node: string): string | null {
  const runs = moduleNames(state).filter((module) => {
    const side = find(state, node, module);
    return side !== undefined && !rests(side);
  });
  if (runs.length === 0) return null;
  const [obstacle] = obstacles(state).filter((one) =>
    one.kind === "silent" || runs.includes(one.module)
  );
  if (obstacle) return obstacleText(obstacle);
  const [served] = toSwap(state, node);
  return served === undefined
    ? null
    : `${served} is PRIM on ${node}: say "hakit swap ${served}" first`;
}

/** First the node that serves least, so that the fewest services move twice; of equals, the one that is not asked. */
export function order(state: Nodes): string[] {
  const count = (node: string) => primaries(state, node).length;
  return [...state.nodes].sort((a, b) =>
    count(a.name) - count(b.name) || Number(a.local) - Number(b.local)
  ).map(({ name }) => name);
}

/** Of which both copies serve as they should. */
export function mirroredNames(state: Nodes): string[] {
  return moduleNames(state).filter((module) => mirrored(state, module));
}

/** What changes places before the agent of that node begins again. */
export function toSwap(state: Nodes, node: string): string[] {
  return primaries(state, node).filter((module) => mirrored(state, module));
}

/** Both copies serve as they should. */
export function mirrored(state: Nodes, module: string): boolean {
  const sides = state.nodes.map((node) => find(state, node.name, module));
  return sides.every((side) => side?.status === "Ready") &&
    sides.map((side) => side!.role).sort().join() === "PRIM,SECOND";
}

function stopped(state: Nodes, module: string): boolean {
  return state.nodes.every((node) => {
    const side = find(state, node.name, module);
    return side === undefined || rests(side);
  });
}

function rests({ role, status }: ModuleState): boolean {
  return role === "STOP" && status !== "Transient";
}

/** Nothing serves and nothing waits. */
export function allStopped(state: Nodes): boolean {
  return moduleNames(state).every((module) => stopped(state, module));
}

export function moduleNames(state: Nodes): string[] {
  const all = state.nodes.flatMap(({ modules }) =>
    modules.map(({ name }) => name)
  );
  return [...new Set(all)].sort();
}

function primaries(state: Nodes, node: string): string[] {
  return moduleNames(state).filter((module) => {
    const role = find(state, node, module)?.role;
    return role === "PRIM" || role === "ALONE";
  });
}

function find(
  state: Nodes,
  node: string,
  module: string,
): ModuleState | undefined {
  return state.nodes.find(({ name }) => name === node)?.modules
    .find(({ name }) => name === module);
}
