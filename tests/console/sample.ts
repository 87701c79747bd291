/** Cluster states for the tests of the console. */
import type {
  ClusterState,
  ModuleState,
  NodeState,
} from "../../src/api/state.ts";
import { EMPTY } from "../../src/replication/identity.ts";

export function sampleModule(change: Partial<ModuleState> = {}): ModuleState {
  return {
    name: "k3s",
    role: "PRIM",
    status: "Ready",
    upToDate: true,
    reason: null,
    identity: { ...EMPTY, current: "a1", upToDate: true },
    session: "mirrored",
    resync: null,
    lastResync: null,
    dirtyBytes: 0,
    salvage: null,
    proven: null,
    differences: 0,
    failover: true,
    addresses: [{ address: "10.0.0.9/24", held: true }],
    resources: [],
    maintenance: [],
    ...change,
  };
}

export function sampleNode(
  name: string,
  modules: readonly ModuleState[],
  change: Partial<NodeState> = {},
): NodeState {
  return {
    name,
    local: name === "node1",
    reachable: true,
    version: "0.1.0",
    addresses: [`10.0.0.${name.slice(-1)}`],
    modules,
    ...change,
  };
}

/** PRIM on node1, SECOND on node2, with changes to either. */
export function sampleState(
  first: Partial<ModuleState> = {},
  second: Partial<ModuleState> = {},
  change: Partial<ClusterState> = {},
): ClusterState {
  return {
    cluster: "office",
    nodes: [
      sampleNode("node1", [sampleModule(first)]),
      sampleNode("node2", [sampleModule({
        role: "SECOND",
        addresses: [{ address: "10.0.0.9/24", held: false }],
        ...second,
      })]),
    ],
    links: [
      {
        local: "10.0.0.1",
        remote: "10.0.0.2",
        state: "up",
        roundTripMs: 0.31,
      },
    ],
    arbiter:
      "The witness 10.0.0.3 decides: two primaries are excluded; should it and a node fail together, the service stops.",
    sentence:
      "k3s runs on node1; node2 holds an identical copy and begins to take over about 3 s after node1 dies.",
    sentences: { k3s: "k3s runs on node1, identical on node2." },
    warnings: [],
    ...change,
  };
}
