/** What the pages about modules need of the agent. */
import type { Auth } from "../api/auth.ts";
import type { ClusterState } from "../api/state.ts";

export interface ModulePagesOptions {
  readonly auth: Auth;
  readonly state: () => ClusterState | Promise<ClusterState>;
  /** Names of the installed ones, also of those that cannot be read. */
  readonly modules: () => Promise<readonly string[]>;
}
