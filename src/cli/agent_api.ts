/** What the commands need of the agent: a narrow door, so that their tests need no agent. */
import type { Applied } from "../agent/module_changes.ts";
import type { ModuleInfo } from "../agent/module_store.ts";
import type { Resource } from "../checker/board.ts";
import type { UserCommand } from "../machine/event.ts";
import type { Switch, SwitchValue } from "../module/switch.ts";
import type { ResourceState } from "../rules/rule.ts";
import type { Verification } from "../agent/door.ts";
import type { ClusterState } from "../api/state.ts";

export interface RoleRequest {
  readonly module: string;
  readonly command: UserCommand;
  /** Default: the node that is asked. */
  readonly node?: string | undefined;
  /** prim and second: everything is copied again. */
  readonly full?: boolean;
  /** primforce: also what stands in another folder than the mirrored one. */
  readonly otherFolder?: boolean;
  /** Answered when the role is reached or the attempt has failed. */
  readonly wait: boolean;
}

export interface LogRequest {
  readonly module: string;
  /** Default: the node that is asked. */
  readonly node?: string | undefined;
}

export interface SwitchRequest {
  readonly module: string;
  readonly name: Switch;
  readonly value: SwitchValue;
  /** Default: the node that is asked. */
  readonly node?: string | undefined;
}

export interface AgentApi {
  state(): Promise<ClusterState>;
  role(request: RoleRequest): Promise<ClusterState>;
  log(request: LogRequest & { lines: number }): Promise<readonly string[]>;
  /** File names of script runs, newest first. */
  scripts(request: LogRequest): Promise<readonly string[]>;
  script(request: LogRequest & { file: string }): Promise<string>;
  /** What checkers found on a node. */
  resources(request: LogRequest): Promise<readonly Resource[]>;
  setResource(
    request: LogRequest & {
      readonly resource: string;
      readonly state: ResourceState;
    },
  ): Promise<readonly Resource[]>;
  /** A maintenance switch. */
  switch(request: SwitchRequest): Promise<void>;
  /** How the copies compare, as the asked node's replicator last said. */
  verification(request: LogRequest): Promise<Verification>;
  verify(
    request: LogRequest & {
      readonly repair?: boolean;
      /** Bytes per second; 0: as fast as it goes. */
      readonly rate?: number;
      readonly stop?: boolean;
    },
  ): Promise<Verification>;
  resync(
    request: LogRequest & {
      /** Bytes per second; 0: no cap. */
      readonly limit?: number;
      readonly paused?: boolean;
      /** What stands in the stopped node's directories was restored there. */
      readonly external?: true;
    },
  ): Promise<void>;
  modules(): Promise<readonly ModuleInfo[]>;
  /** Installs or replaces, on both nodes when both answer; `alone`: here, and there when it does. */
  install(
    module: string,
    archive: Uint8Array<ArrayBuffer>,
    options: { readonly alone: boolean },
  ): Promise<Applied>;
  /** The installed folder. */
  archive(module: string): Promise<Uint8Array>;
  remove(module: string): Promise<readonly string[]>;
  /** Another arbiter, on both nodes; what the witness must be told, or null. */
  setArbiter(
    wish:
      | {
        readonly kind: "witness";
        /** Absent: the present one again, for a node that lost it. */
        readonly address?: string;
        readonly port?: number;
      }
      | { readonly kind: "ping"; readonly addresses: readonly string[] },
  ): Promise<string | null>;
  removeArbiter(): Promise<void>;
}
