/** What the copies of both nodes are worth, each by itself and for each other. Pure. */
import { compare, type Identity } from "../replication/identity.ts";
import type { ModuleView } from "./state.ts";
import type { State } from "./turn.ts";

export function good(identity: Identity): boolean {
  return identity.current !== null && identity.upToDate && identity.consistent;
}

/** Whose copy is newer, where both can be seen and one is. */
export function whoIsNewer(
  state: State,
  peer: ModuleView,
): "mine" | "theirs" | null {
  if (state.identity === null || peer.phase === "absent") return null;
  switch (compare(state.identity, peer.identity).kind) {
    case "mine-newer":
      return "mine";
    case "theirs-newer":
      return "theirs";
    default:
      return null;
  }
}

/** It has acknowledged nothing since this node went on: it stands back when it hears that. */
export function newerHere(state: State, theirs: ModuleView): boolean {
  const { config, identity } = state;
  return config.mirrored && identity !== null && good(identity) &&
    whoIsNewer(state, theirs) === "mine";
}
