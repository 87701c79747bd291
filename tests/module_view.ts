/** What a node says of its module, for tests to change: stopped, with a copy that is up to date. */
import type { ModuleView } from "../src/machine/state.ts";
import { EMPTY } from "../src/replication/identity.ts";

export const DATA = { ...EMPTY, current: "a1", upToDate: true };

export function moduleView(change: Partial<ModuleView>): ModuleView {
  return {
    module: "k3s",
    role: "STOP",
    status: "NotReady",
    goal: "stop",
    lastRole: null,
    cameFrom: null,
    identity: DATA,
    phase: "idle",
    session: "none",
    shutOut: null,
    outdated: null,
    swap: null,
    reason: null,
    resync: null,
    lastResync: null,
    dirtyBytes: 0,
    addresses: false,
    ...change,
  };
}
