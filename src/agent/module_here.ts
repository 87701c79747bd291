/** This node's part of a module's change: checked, compared with what is in force, put in force as a whole or not at all. */
import { ApiError } from "../api/error.ts";
import {
  type ArchiveFile,
  digestFiles,
  digestFolder,
  readFolder,
} from "../module/archive.ts";
import {
  installedModules,
  loadInstalled,
  moduleFolder,
  recoverFolders,
} from "../module/catalog.ts";
import { checkModule, installFiles } from "../module/install.ts";
import { withFreePort } from "../module/free_port.ts";
import { ConfigError } from "../module/load.ts";
import { type Plan, planChange, type Version } from "../module/plan.ts";
import type { Module } from "../module/schema.ts";
import type { Log } from "../system/log.ts";
import type { Cluster } from "./cluster.ts";
import { ConfigHistory, type Revision } from "./config_history.ts";
import type { Node } from "./node.ts";
import { messageOf } from "../system/message.ts";

export interface ModuleHereOptions {
  readonly node: Node;
  readonly cluster: Cluster;
  readonly log: Log;
}

export class ModuleHere {
  readonly #options: ModuleHereOptions;

  constructor(options: ModuleHereOptions) {
    this.#options = options;
  }

  history(name: string): ConfigHistory {
    return new ConfigHistory(this.#options.node.paths, name);
  }

  async newest(name: string): Promise<Revision | null> {
    return await this.history(name).newest();
  }

  /** Before any module begins: what a crash cut off is finished or undone, so that what is said to be in force is what will be. */
  async recover(): Promise<void> {
    const { node: { paths }, log } = this.#options;
    await recoverFolders(paths);
    for (const { name, folder } of await installedModules(paths)) {
      try {
        const undone = await this.history(name)
          .settle(await digestFolder(folder));
        for (const number of undone) {
          log.warning(
            `module "${name}": configuration ${number} was cut off before it was in force: undone here`,
          );
        }
      } catch (error) {
        // One broken folder must not keep the agent from its other modules.
        log.error(
          `module "${name}": its configurations cannot be read: ${
            messageOf(error)
          }`,
        );
      }
    }
  }

  /** A module that names no port keeps the one it has, or gets one that is free here; both nodes are given the same files. */
  async withPort(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<readonly ArchiveFile[]> {
    const installed = await installedModules(this.#options.node.paths);
    const all = installed.flatMap(({ module }) => module ?? []);
    return withFreePort(files, {
      others: all.filter((module) => module.name !== name),
      reserved: this.#ownPorts(),
      mine: all.find((module) => module.name === name)?.port,
    });
  }

  #ownPorts(): number[] {
    const { console, heartbeat } = this.#options.node.cluster;
    const own = [console.port, heartbeat.port];
    return console.http ? [...own, console.http.port] : own;
  }

  /** Throws what is wrong with the files; `before`: what is in force here, null: nothing is. */
  async check(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<{ plan: Plan; before: readonly ArchiveFile[] | null }> {
    const { paths } = this.#options.node;
    let module: Module;
    try {
      module = await checkModule(paths, name, files);
      this.#homeExists(module);
      this.#portIsFree(module);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ApiError(400, "bad-module", error.message, { cause: error });
    }
    const before = await this.#inForce(name);
    return {
      plan: planChange(before ?? { module: null, files: [] }, {
        module,
        files,
      }),
      before: before?.files ?? null,
    };
  }

  /** Why it cannot be put in force now, and what to do; null: it can. */
  refusal(name: string, { how }: Plan): string | null {
    const { cluster, node } = this.#options;
    const view = cluster.module(name)?.view();
    if (how === null || !view) return null;
    if (view.status === "Transient") {
      return `Module "${name}" is on its way (${view.role}) on ${node.me.name}: try again when it has come to its end`;
    }
    if (how !== "stop" || view.role === "STOP") return null;
    return `Module "${name}" cannot be changed so while it is ${view.role} on ${node.me.name}: say "hakit stop ${name} --node ${node.me.name}" first`;
  }

  async commit(
    name: string,
    files: readonly ArchiveFile[],
    { revision, plan }: { readonly revision: Revision; readonly plan: Plan },
  ): Promise<void> {
    const { node: { paths }, cluster, log } = this.#options;
    const history = this.history(name);
    const had = cluster.module(name)?.module;
    const stops = plan.how === "stop" || had === undefined;
    await this.#keepFirst(name, revision.number);
    if (stops) {
      // Somebody may have started it while the other node was asked: in one turn with drop(), which takes it away.
      mustAllow(this.refusal(name, plan));
      await cluster.drop(name);
    }
    try {
      await history.prepare(revision, files);
      await installFiles(paths, name, files);
    } catch (error) {
      await history.drop(revision.number).catch(() => {});
      if (stops && had) await this.#takeIn(name, had);
      throw error;
    }
    await history.confirm(revision.number);
    const module = await loadInstalled(paths, name);
    if (stops) await this.#takeIn(name, module);
    else await cluster.reconfigure(name, module);
    const line =
      `configuration ${revision.number} in force: ${revision.note} (by ${revision.by})`;
    (cluster.module(name)?.log ?? log).info(line);
  }

  async #takeIn(name: string, module: Module): Promise<void> {
    const { node: { paths }, cluster } = this.#options;
    const folder = moduleFolder(paths, name);
    const entry = { name, folder, module, problem: null };
    await cluster.add(entry, { freshBoot: false });
  }

  #portIsFree({ directories, name, port }: Module): void {
    if (directories.length === 0 || !this.#ownPorts().includes(port)) return;
    throw new ConfigError(
      `port: ${port} is hakit's own (cluster.yaml), expected another`,
      `${name}/module.yaml`,
    );
  }

  #homeExists({ default_primary, name }: Module): void {
    const { me, peer } = this.#options.node;
    const known = ["alone", "last", me.name, peer.name];
    if (known.includes(default_primary)) return;
    throw new ConfigError(
      `default_primary: "${default_primary}" is no node, expected one of ${
        known.join(", ")
      }`,
      `${name}/module.yaml`,
    );
  }

  /** The newest of the history rather than the folder: somebody may have edited that by hand, which is in force nowhere yet. */
  async #inForce(name: string): Promise<Version | null> {
    const { paths } = this.#options.node;
    const installed = (await installedModules(paths))
      .some((entry) => entry.name === name);
    const running = this.#options.cluster.module(name)?.module;
    if (!installed && !running) return null;
    const history = this.history(name);
    const newest = await history.newest();
    const kept = newest && await history.files(newest.number);
    return {
      module: running ?? null,
      files: kept ?? await readFolder(moduleFolder(paths, name)),
    };
  }

  /** A module of before there was a history: what it had is the way back. */
  async #keepFirst(name: string, before: number): Promise<void> {
    const history = this.history(name);
    if (await history.newest() !== null || before < 2) return;
    const { paths } = this.#options.node;
    const files = await readFolder(moduleFolder(paths, name)).catch(() => null);
    if (!files) return;
    const number = before - 1;
    await history.prepare({
      number,
      at: new Date().toISOString(),
      by: "hakit",
      digest: await digestFiles(files),
      note: "as it was found",
    }, files);
    await history.confirm(number);
  }
}

export function mustAllow(refusal: string | null): void {
  if (refusal !== null) throw new ApiError(409, "module-runs", refusal);
}
