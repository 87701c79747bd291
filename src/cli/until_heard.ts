/** What a change of users or keys must add while the nodes are parted: there the old holds on, and whoever was removed comes in. */
import { clusterStateSchema } from "../api/state.ts";
import type { Ask } from "./ask.ts";

/** To be put behind the line that tells the change; empty while both nodes hear each other. */
export async function untilHeard(ask: Ask): Promise<string> {
  const { nodes } = await ask("/api/state", { answer: clusterStateSchema });
  const silent = nodes.find(({ local, reachable }) => !local && !reachable);
  return silent
    ? ` Not on ${silent.name}, which is not reachable: there what was before counts until it is heard again.`
    : "";
}
