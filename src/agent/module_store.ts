/** Installs, lists and removes modules, on both nodes when both answer; what the peer missed is handed to it when it is back. */
import { join } from "node:path";
import type { Log } from "../system/log.ts";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import {
  type ArchiveFile,
  asModule,
  digestFiles,
  digestFolder,
  packFolder,
  readFolder,
  unpack,
} from "../module/archive.ts";
import { installedModules, moduleFolder } from "../module/catalog.ts";
import { removeModule } from "../module/install.ts";
import type { Module } from "../module/schema.ts";
import { sleep } from "../system/clock.ts";
import { readIfPresent, removeDurably, writeDurably } from "../system/files.ts";
import { Turns } from "../system/turns.ts";
import type { Cluster } from "./cluster.ts";
import type { Revision } from "./config_history.ts";
import {
  type Applied,
  type ApplyOptions,
  type Change,
  ModuleChanges,
} from "./module_changes.ts";
import { peerError, type Readiness } from "./module_peer.ts";
import type { Wish } from "./module_wish.ts";
import type { Node } from "./node.ts";
import { messageOf } from "../system/message.ts";

export interface ModuleInfo {
  readonly name: string;
  /** What module.yaml says with its defaults; null: it cannot be read, `problem` says why. */
  readonly module: Module | null;
  readonly problem: string | null;
  /** Equal on both nodes when the folders are. */
  readonly digest: string | null;
  /** Number of the configuration in force; null: none was kept yet. */
  readonly revision: number | null;
  /** The folder is not as that configuration: somebody changed files by hand. */
  readonly edited: boolean;
  /** The other node has not got this version yet. */
  readonly pending: boolean;
}

export interface ModuleFile {
  readonly path: string;
  readonly executable: boolean;
  readonly encoding: "text" | "base64";
  readonly content: string;
}

export interface ModuleFiles {
  readonly module: string;
  readonly digest: string;
  readonly files: readonly ModuleFile[];
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
  readonly changes: ModuleChanges;
  /** One change at a time. */
  readonly #turns = new Turns();

  constructor(options: ModuleStoreOptions) {
    this.#options = options;
    this.changes = new ModuleChanges({
      ...options,
      setPending: (name, pending) => this.#setPending(name, pending),
    });
  }

  /** Before any module begins: what a crash cut off is finished or undone. */
  recover(): Promise<void> {
    return this.changes.recover();
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
        ...await this.#signature(name, folder),
        pending: await this.#isPending(name),
      })),
    );
  }

  /** Names alone, which is quick. */
  async names(): Promise<string[]> {
    const all = await installedModules(this.#options.node.paths);
    return all.map(({ name }) => name);
  }

  async #signature(name: string, folder: string) {
    const digest = await digestFolder(folder).catch(() => null);
    const newest = await this.changes.history(name).newest();
    return {
      digest,
      revision: newest?.number ?? null,
      edited: newest !== null && newest.digest !== digest,
    };
  }

  /** The module's folder as an archive. */
  async archive(name: string): Promise<Uint8Array<ArrayBuffer>> {
    await this.#present(name);
    return await packFolder(moduleFolder(this.#options.node.paths, name));
  }

  /** Installs or replaces. `local`: this node only, because the other one or root asks so. */
  install(
    name: string,
    archive: Uint8Array,
    { local, by, alone = false }: {
      readonly local: boolean;
      readonly by: string;
      readonly alone?: boolean;
    },
  ): Promise<Applied> {
    return this.#turns.take(() => {
      const wish = { files: this.#read(archive) };
      return this.changes.apply(name, wish, { by, alone, local });
    });
  }

  /** What a change would do. Beside the turns: who looks at one node must not keep the other one's people from looking, or changing. */
  async plan(name: string, wish: Wish): Promise<Change> {
    await this.#turns.ended();
    return await this.changes.plan(name, wish);
  }

  /** A reviewed change, on both nodes or on neither. */
  apply(name: string, wish: Wish, options: ApplyOptions): Promise<Applied> {
    return this.#turns.take(() => this.changes.apply(name, wish, options));
  }

  /** The other node asks whether, and then says that, its change is ours. */
  ready(name: string, archive: Uint8Array): Promise<Readiness> {
    this.#mustBeIdle();
    return this.#turns.take(() =>
      this.changes.ready(name, this.#read(archive))
    );
  }

  adopt(
    name: string,
    archive: Uint8Array,
    revision: Omit<Revision, "digest">,
  ): Promise<void> {
    this.#mustBeIdle();
    return this.#turns.take(async () => {
      const files = this.#read(archive);
      const digest = await digestFiles(files);
      await this.changes.adopt(name, files, { ...revision, digest });
    });
  }

  /** Newest first. */
  async history(name: string): Promise<Revision[]> {
    await this.#present(name);
    return await this.changes.history(name).list();
  }

  /** All files of the folder, for an editor. */
  async files(name: string): Promise<ModuleFiles> {
    await this.#present(name);
    const folder = moduleFolder(this.#options.node.paths, name);
    const files = await readFolder(folder);
    return {
      module: name,
      digest: await digestFiles(files),
      files: files.map(fileEditOf),
    };
  }

  /** Takes configuration and scripts away; data, records and logs stay. */
  remove(
    name: string,
    { local }: { readonly local: boolean },
  ): Promise<{ readonly removed: readonly string[] }> {
    return this.#turns.take(async () => {
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
        else if (answer.status !== 404) {
          throw await peerError(answer, node.peer.name);
        }
        await answer.body?.cancel().catch(() => {});
      }
      // Somebody may have started it meanwhile: in one turn with drop(), which takes it away.
      this.#mustBeStopped(name, "removed");
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
        await this.compare();
      } catch (error) {
        // The peer has just gone, or its API is not up yet: heartbeats tell that better. Whatever else it is (an answer that was cut off,
        // a disk that takes nothing), no service is worth less for it.
        if (error instanceof ApiError) continue;
        const why = messageOf(error);
        this.#options.log.warning(`configurations cannot be compared: ${why}`);
      }
    }
  }

  /** Once: hands over what the peer missed, and says where configurations differ. */
  async compare(): Promise<void> {
    const { peer, cluster, node } = this.#options;
    const answer = await peer.request("/api/modules", { timeoutMs: PEER_MS });
    if (!answer.ok) throw await peerError(answer, node.peer.name);
    const theirs = (await answer.json() as { modules: ModuleInfo[] }).modules;
    const problems: string[] = [];
    for (const mine of await this.list()) {
      const other = theirs.find(({ name }) => name === mine.name) ?? null;
      const problem = await this.#level(mine, other);
      if (problem) problems.push(problem);
    }
    if (JSON.stringify(problems) !== JSON.stringify(cluster.problems)) {
      cluster.problems = problems;
      cluster.onChange();
    }
  }

  /** Hands over what the peer missed; what only a person can level, in words. */
  async #level(
    mine: ModuleInfo,
    other: ModuleInfo | null,
  ): Promise<string | null> {
    const { node: { me, peer } } = this.#options;
    const { name } = mine;
    if (mine.digest === other?.digest) {
      if (mine.pending) await this.#setPending(name, false);
      return null;
    }
    const [here, there] = [mine.revision ?? 0, other?.revision ?? 0];
    if (other !== null && here < there) {
      return `Module "${name}" has configuration ${here} on ${me.name}, ${peer.name} hands over its newer one (${there}).`;
    }
    const byHand = mine.edited ? me : other?.edited ? peer : null;
    if (byHand) {
      return `Files of module "${name}" were changed by hand on ${byHand.name}, which the other node knows nothing of: "hakit module config ${name} --plan" there shows what, --apply puts it in force on both nodes.`;
    }
    if (here > there && (other !== null || mine.pending)) {
      try {
        const done = await this.#turns.take(() => this.changes.handOver(name));
        if (done) await this.#setPending(name, false);
        return null;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return `Module "${name}" has an older configuration on ${peer.name} (${there}) than on ${me.name} (${here}). ${error.message}; then it takes the newer one by itself.`;
      }
    }
    return other === null
      ? `Module "${name}" is not installed on ${peer.name}: say "hakit module config ${name} --apply" on ${me.name} to install it on both.`
      : `Module "${name}" has another configuration on ${peer.name} than on ${me.name}: say "hakit module config ${name} --apply" on the node whose is right.`;
  }

  #read(archive: Uint8Array) {
    try {
      return asModule(unpack(archive));
    } catch (error) {
      const text = messageOf(error);
      throw new ApiError(400, "bad-archive", text, { cause: error });
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
    if (pending) await writeDurably(file, "");
    else if (await readIfPresent(file) !== null) await removeDurably(file);
  }

  /** Two nodes that change at once would wait for each other. */
  #mustBeIdle(): void {
    if (this.#turns.waiting === 0) return;
    throw new ApiError(
      409,
      "busy",
      `Modules are being changed from ${this.#options.node.me.name} now`,
    );
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function fileEditOf({ path, executable, content }: ArchiveFile): ModuleFile {
  try {
    return {
      path,
      executable,
      encoding: "text",
      content: UTF8.decode(content),
    };
  } catch {
    return {
      path,
      executable,
      encoding: "base64",
      content: content.toBase64(),
    };
  }
}
