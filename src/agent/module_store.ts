/** Installs, lists and removes modules, on both nodes when both answer; what the peer missed is handed to it when it is back. */
import { join } from "node:path";
import type { Log } from "../system/log.ts";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { digestFolder, pack, packFolder, unpack } from "../module/archive.ts";
import {
  installedModules,
  loadInstalled,
  moduleFolder,
} from "../module/catalog.ts";
import { checkModule, installFiles, removeModule } from "../module/install.ts";
import { ConfigError } from "../module/load.ts";
import type { Module } from "../module/schema.ts";
import { sleep } from "../system/clock.ts";
import type { Cluster } from "./cluster.ts";
import type { Node } from "./node.ts";

export interface ModuleInfo {
  readonly name: string;
  /** What module.yaml says with its defaults; null: it cannot be read, `problem` says why. */
  readonly module: Module | null;
  readonly problem: string | null;
  /** Equal on both nodes when the folders are. */
  readonly digest: string | null;
  /** The other node has not got this version yet. */
  readonly pending: boolean;
}

export interface Installation {
  readonly module: string;
  /** Nodes that have it now. */
  readonly installed: readonly string[];
  /** Nodes that get it when they answer again. */
  readonly pending: readonly string[];
}

const COMPARE_MS = 15_000;
const PEER_MS = 30_000;

export interface ModuleStoreOptions {
  readonly node: Node;
  readonly cluster: Cluster;
  readonly peer: PeerApi;
  readonly log: Log;
}

export class ModuleStore {
  readonly #options: ModuleStoreOptions;
  /** One change at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ModuleStoreOptions) {
    this.#options = options;
  }

  async list(): Promise<ModuleInfo[]> {
    const { paths } = this.#options.node;
    return await Promise.all(
      (await installedModules(paths)).map(async (
        { name, folder, module, problem },
      ) => ({
        name,
        module,
        problem,
        digest: await digestFolder(folder).catch(() => null),
        pending: await this.#isPending(name),
      })),
    );
  }

  /** The module's folder as an archive. */
  async archive(name: string): Promise<Uint8Array<ArrayBuffer>> {
    await this.#present(name);
    return await packFolder(moduleFolder(this.#options.node.paths, name));
  }

  /** Installs or replaces. `local`: this node only, because the other one asks. */
  install(
    name: string,
    archive: Uint8Array,
    { local }: { readonly local: boolean },
  ): Promise<Installation> {
    return this.#inTurn(async () => {
      const { node, cluster } = this.#options;
      const files = this.#read(archive);
      await this.#checked(() => checkModule(node.paths, name, files));
      this.#mustBeStopped(name, "changed");
      let there = false;
      if (!local) {
        // The other node first: if it says no, nothing has changed anywhere.
        there = await this.#push(name, pack(files));
      }
      await cluster.drop(name);
      await installFiles(node.paths, name, files);
      const folder = moduleFolder(node.paths, name);
      const module = await loadInstalled(node.paths, name);
      await cluster.add({ name, folder, module, problem: null }, {
        freshBoot: false,
      });
      await this.#setPending(name, !local && !there);
      this.#options.log.info(`module "${name}" installed`);
      return {
        module: name,
        installed: there ? [node.me.name, node.peer.name] : [node.me.name],
        pending: local || there ? [] : [node.peer.name],
      };
    });
  }

  /** Takes configuration and scripts away; data, records and logs stay. */
  remove(
    name: string,
    { local }: { readonly local: boolean },
  ): Promise<{ readonly removed: readonly string[] }> {
    return this.#inTurn(async () => {
      const { node, cluster, peer } = this.#options;
      await this.#present(name);
      this.#mustBeStopped(name, "removed");
      const removed = [node.me.name];
      if (!local && cluster.verdict === "alive") {
        const answer = await peer.request(`/api/modules/${name}?local=1`, {
          method: "DELETE",
          timeoutMs: PEER_MS,
        });
        if (answer.ok) removed.push(node.peer.name);
        else if (answer.status !== 404) throw await peerError(answer);
        await answer.body?.cancel().catch(() => {});
      }
      await cluster.drop(name);
      await removeModule(node.paths, name);
      await this.#setPending(name, false);
      this.#options.log.info(`module "${name}" removed`);
      return { removed };
    });
  }

  /** While the peer answers: hands over what it missed, and says when configurations differ. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(COMPARE_MS, signal);
      if (signal.aborted || this.#options.cluster.verdict !== "alive") continue;
      try {
        await this.#handOver();
        await this.#compare();
      } catch (error) {
        // The peer has just gone, or its API is not up yet: heartbeats tell that better.
        if (!(error instanceof ApiError)) throw error;
      }
    }
  }

  async #handOver(): Promise<void> {
    const { cluster, log } = this.#options;
    for (const { name, pending } of await this.list()) {
      if (!pending || !cluster.module(name)) continue;
      const archive = await this.archive(name);
      try {
        if (await this.#push(name, archive)) {
          await this.#setPending(name, false);
        }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        log.warning(`module "${name}" not handed over: ${error.message}`);
      }
    }
  }

  async #compare(): Promise<void> {
    const { peer, cluster, node } = this.#options;
    const answer = await peer.request("/api/modules", { timeoutMs: PEER_MS });
    if (!answer.ok) throw await peerError(answer);
    const theirs = (await answer.json() as { modules: ModuleInfo[] }).modules;
    const mine = await this.list();
    const problems = mine.flatMap(({ name, digest }) => {
      const other = theirs.find((entry) => entry.name === name);
      if (!other) {
        return `Module "${name}" is not installed on ${node.peer.name}: say "hakit module install" there, or here again.`;
      }
      if (other.digest === digest) return [];
      return `Module "${name}" has another configuration on ${node.peer.name} than on ${node.me.name}: stop it there and say "hakit module install" again.`;
    });
    if (JSON.stringify(problems) !== JSON.stringify(cluster.problems)) {
      cluster.problems = problems;
      cluster.onChange();
    }
  }

  /** True when the peer has it now, false when it does not answer; throws what it refuses. */
  async #push(
    name: string,
    archive: Uint8Array<ArrayBuffer>,
  ): Promise<boolean> {
    const { peer, cluster } = this.#options;
    if (cluster.verdict !== "alive" && cluster.verdict !== "late") return false;
    let answer: Response;
    try {
      answer = await peer.request(`/api/modules/${name}?local=1`, {
        method: "PUT",
        body: archive,
        type: "application/x-tar",
        timeoutMs: PEER_MS,
      });
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
    if (!answer.ok) throw await peerError(answer);
    await answer.body?.cancel();
    return true;
  }

  #read(archive: Uint8Array) {
    try {
      return unpack(archive);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ApiError(400, "bad-archive", text, { cause: error });
    }
  }

  async #checked<T>(check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ApiError(400, "bad-module", error.message, { cause: error });
    }
  }

  #mustBeStopped(name: string, what: string): void {
    const { cluster, node } = this.#options;
    const view = cluster.module(name)?.view();
    if (!view || (view.role === "STOP" && view.status !== "Transient")) return;
    throw new ApiError(
      409,
      "module-runs",
      `Module "${name}" cannot be ${what} while it is ${view.role} on ${node.me.name}: say "hakit stop ${name} --node ${node.me.name}" first`,
    );
  }

  async #present(name: string): Promise<void> {
    const all = await installedModules(this.#options.node.paths);
    if (all.some((entry) => entry.name === name)) return;
    throw new ApiError(
      404,
      "no-such-module",
      `Module "${name}" is not installed on ${this.#options.node.me.name}`,
    );
  }

  #pendingFile(name: string): string {
    return join(this.#options.node.paths.state, name, "pending");
  }

  async #isPending(name: string): Promise<boolean> {
    return await Deno.stat(this.#pendingFile(name)).then(
      () => true,
      () => false,
    );
  }

  async #setPending(name: string, pending: boolean): Promise<void> {
    const file = this.#pendingFile(name);
    if (pending) await Deno.writeTextFile(file, "");
    else await Deno.remove(file).catch(() => {});
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return await turn;
  }
}

async function peerError(answer: Response): Promise<ApiError> {
  const body = await answer.json().catch(() => ({})) as {
    error?: { code?: string; message?: string };
  };
  const status = answer.status === 409 || answer.status === 400
    ? answer.status
    : 502;
  return new ApiError(
    status,
    body.error?.code ?? "peer-failed",
    body.error?.message ?? `the other node answered ${answer.status}`,
  );
}
