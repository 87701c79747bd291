/**
 * What one node's copy is worth beside the other's. Its own word, `upToDate`, is not enough: a secondary that was stopped in order keeps
 * saying so, whatever the other node writes alone since. Pure.
 */
import { compare } from "../replication/identity.ts";
import type { ModuleState } from "./state.ts";

export type Standing =
  /** It serves, or acknowledges every write; or nothing is mirrored. */
  | "newest"
  /** Neither lacks what the other one has. */
  | "equal"
  | "newer"
  | "behind"
  /** Each has what the other lacks. */
  | "apart"
  /** By its own word it lacks something, or is half made. */
  | "doubtful"
  /** The other copy is not known now. */
  | "unknown";

/** `other`: the same module on the other node, as it says now; undefined: it says nothing. */
export function standing(
  module: ModuleState,
  other: ModuleState | undefined,
): Standing {
  const { role, status, identity } = module;
  if (serves(module)) return "newest";
  if (role === "SECOND" && status === "Ready") return "newest";
  const good = module.upToDate && identity.consistent;
  // Without mirrored folders there is nothing to be behind with.
  if (identity.current === null) return good ? "newest" : "doubtful";
  // A node whose replicator has not reported yet says that it has nothing.
  const known = other !== undefined && other.identity.current !== null;
  const kind = known ? compare(identity, other.identity).kind : null;
  if (kind === "theirs-newer") return "behind";
  if (kind === "diverged") return "apart";
  if (!good) return known && serves(other) ? "behind" : "doubtful";
  if (kind === null) return "unknown";
  return kind === "mine-newer" ? "newer" : "equal";
}

export function serves({ role }: ModuleState): boolean {
  return role === "PRIM" || role === "ALONE";
}
