/**
 * A module's configuration as a reviewed change: planned, put in force on both nodes or on neither, kept with its number, taken back.
 * Whoever is asked checks here and at the other node first; then the other node changes, then this one. What is cut off in the middle is
 * levelled later: the higher number is the newer configuration.
 */
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import {
  type ArchiveFile,
  digestFiles,
  pack,
  readFolder,
} from "../module/archive.ts";
import {
  installedModules,
  loadInstalled,
  moduleFolder,
} from "../module/catalog.ts";
import { edited, type FileEdit } from "../module/edit.ts";
import { checkModule, installFiles } from "../module/install.ts";
import { ConfigError } from "../module/load.ts";
import { type Plan, planChange, type Version } from "../module/plan.ts";
import type { Module } from "../module/schema.ts";
import type { Log } from "../system/log.ts";
import type { Cluster } from "./cluster.ts";
import { ConfigHistory, type Revision } from "./config_history.ts";
import type { Node } from "./node.ts";

/** What the configuration is to become. */
export type Wish =
  /** All files, as of an archive. */
  | { readonly files: readonly ArchiveFile[] }
  /** The folder as it lies here, with these edits; `base`: the digest that the editor began with. */
  | { readonly edits: readonly FileEdit[]; readonly base?: string | undefined }
  /** As it was; default: as before the last change. */
  | { readonly revision: number | undefined };

export interface ApplyOptions {
  readonly by: string;
  readonly note?: string | undefined;
  /** The other node takes it when it answers again. */
  readonly alone?: boolean;
  /** Not asked about at the other node at all: that one installs by itself. */
  readonly local?: boolean;
}

export interface Change {
  readonly module: string;
  readonly plan: Plan;
  /** Digest of what is wanted. */
  readonly digest: string;
  /** Why it cannot be applied now, and what to do; null: it can. */
  readonly refusal: string | null;
}

export interface Applied {
  readonly module: string;
  /** Null: nothing changed. */
  readonly revision: number | null;
  readonly plan: Plan;
  /** Nodes that have it now. */
  readonly installed: readonly string[];
  /** Nodes that get it when they answer again. */
  readonly pending: readonly string[];
}

/** What a node says of its part before anything is changed. */
export interface Readiness {
  readonly newest: number;
  /** It has these very files in force. */
  readonly level: boolean;
  readonly refusal: string | null;
}

export interface ModuleChangesOptions {
  readonly node: Node;
  readonly cluster: Cluster;
  readonly peer: PeerApi;
  readonly log: Log;
  readonly setPending: (name: string, pending: boolean) => Promise<void>;
}

const PEER_MS = 30_000;

export class ModuleChanges {
  readonly #options: ModuleChangesOptions;

  constructor(options: ModuleChangesOptions) {
    this.#options = options;
  }

  history(name: string): ConfigHistory {
    return new ConfigHistory(this.#options.node.paths, name);
  }

  /** Nothing is changed. */
  async plan(name: string, wish: Wish): Promise<Change> {
    const wanted = await this.#wanted(name, wish);
    const { plan } = await this.#check(name, wanted);
    const refusal = this.#refusal(name, plan) ??
      (await this.#theirs(name, wanted))?.refusal ?? null;
    return {
      module: name,
      plan,
      digest: await digestFiles(wanted),
      refusal: plan.how === null ? null : refusal,
    };
  }

  /** On both nodes, or (`alone`) here first. */
  async apply(
    name: string,
    wish: Wish,
    { by, note, alone = false, local = false }: ApplyOptions,
  ): Promise<Applied> {
    const { node } = this.#options;
    const wanted = await this.#wanted(name, wish);
    const { plan, before } = await this.#check(name, wanted);
    const theirs = local ? null : await this.#theirs(name, wanted);
    const fresh = before === null;
    if (plan.how === null && (theirs === null || theirs.level)) {
      return { module: name, revision: null, plan, installed: [], pending: [] };
    }
    if (theirs === null && !fresh && !alone && !local) {
      throw new ApiError(
        409,
        "peer-away",
        `Module "${name}" is not changed: ${node.peer.name} does not answer, and a configuration changes on both nodes or on neither`,
      );
    }
    this.#mustAllow(this.#refusal(name, plan));
    this.#mustAllow(theirs?.refusal ?? null);
    const mine = (await this.history(name).newest())?.number ?? 0;
    const newest = Math.max(mine, theirs?.newest ?? 0);
    const revision: Revision = {
      // A module of before there was a history: 1 is what it had.
      number: newest === 0 && !fresh ? 2 : newest + 1,
      at: new Date().toISOString(),
      by,
      digest: await digestFiles(wanted),
      note: (note || (fresh ? "installed" : summary(plan))).slice(0, 300),
    };
    if (theirs !== null) await this.#commitThere(name, wanted, revision);
    try {
      await this.#commit(name, wanted, { revision, plan });
    } catch (error) {
      await this.#takeBack(name, before, { theirs, revision });
      throw error;
    }
    const there = theirs !== null;
    await this.#options.setPending(name, !there && !local);
    return {
      module: name,
      revision: revision.number,
      plan,
      installed: there ? [node.me.name, node.peer.name] : [node.me.name],
      pending: there || local ? [] : [node.peer.name],
    };
  }

  /** The other node asks: may it be, and what is the newest number here? */
  async ready(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<Readiness> {
    const { plan } = await this.#check(name, files);
    return {
      newest: (await this.history(name).newest())?.number ?? 0,
      level: plan.how === null,
      refusal: plan.how === null ? null : this.#refusal(name, plan),
    };
  }

  /** The other node's change. */
  async adopt(
    name: string,
    files: readonly ArchiveFile[],
    revision: Revision,
  ): Promise<void> {
    const { plan } = await this.#check(name, files);
    if (plan.how !== null) this.#mustAllow(this.#refusal(name, plan));
    await this.#commit(name, files, { revision, plan });
    await this.#options.setPending(name, false);
  }

  /** Hands the configuration in force here to the other node, which has an older one or none. Null: it does not answer. */
  async handOver(name: string): Promise<true | null> {
    const newest = await this.history(name).newest();
    const files = newest && await this.history(name).files(newest.number);
    if (!files) return null;
    const theirs = await this.#theirs(name, files);
    if (theirs === null) return null;
    this.#mustAllow(theirs.refusal);
    if (theirs.newest > newest.number) return null;
    await this.#commitThere(name, files, newest);
    return true;
  }

  async #wanted(name: string, wish: Wish): Promise<readonly ArchiveFile[]> {
    if ("files" in wish) return wish.files;
    const { node } = this.#options;
    const installed = (await installedModules(node.paths))
      .some((entry) => entry.name === name);
    // "No files" is what the editor of a new module begins with.
    const fresh = "edits" in wish && wish.base === "";
    if (fresh && installed) {
      throw new ApiError(
        409,
        "refused",
        `Module "${name}" is installed already on ${node.me.name}`,
      );
    }
    if (fresh) return this.#edit([], wish.edits);
    if (!installed) {
      throw new ApiError(
        404,
        "no-such-module",
        `Module "${name}" is not installed on ${node.me.name}`,
      );
    }
    if ("revision" in wish) return await this.#kept(name, wish.revision);
    const files = await readFolder(moduleFolder(node.paths, name));
    if (wish.base !== undefined && wish.base !== await digestFiles(files)) {
      throw new ApiError(
        409,
        "changed-meanwhile",
        `Module "${name}" was changed by somebody else since you began`,
      );
    }
    return this.#edit(files, wish.edits);
  }

  #edit(
    files: readonly ArchiveFile[],
    edits: readonly FileEdit[],
  ): readonly ArchiveFile[] {
    try {
      return edited(files, edits);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new ApiError(400, "bad-archive", text, { cause: error });
    }
  }

  async #kept(
    name: string,
    wanted: number | undefined,
  ): Promise<readonly ArchiveFile[]> {
    const history = this.history(name);
    const list = await history.list();
    const number = wanted ?? list[1]?.number;
    const files = number === undefined ? null : await history.files(number);
    if (files) return files;
    const numbers = list.map((one) => one.number).join(", ") || "none";
    throw new ApiError(
      404,
      "no-such-revision",
      number === undefined
        ? `Module "${name}" has no earlier configuration`
        : `Module "${name}" has no configuration ${number} (any more), expected one of ${numbers}`,
    );
  }

  /** Throws what is wrong with the files; `before`: what is in force here, null: nothing is. */
  async #check(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<{ plan: Plan; before: readonly ArchiveFile[] | null }> {
    const { paths } = this.#options.node;
    let module: Module;
    try {
      module = await checkModule(paths, name, files);
      this.#homeExists(module);
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
      .find((entry) => entry.name === name);
    const running = this.#options.cluster.module(name)?.module;
    const newest = await this.history(name).newest();
    const kept = newest && await this.history(name).files(newest.number);
    if (!installed && !running) return null;
    return {
      module: running ?? null,
      files: kept ?? await readFolder(moduleFolder(paths, name)),
    };
  }

  #refusal(name: string, { how }: Plan): string | null {
    const { cluster, node } = this.#options;
    const view = cluster.module(name)?.view();
    if (!view) return null;
    if (view.status === "Transient") {
      return `Module "${name}" is on its way (${view.role}) on ${node.me.name}: try again when it has come to its end`;
    }
    if (how !== "stop" || view.role === "STOP") return null;
    return `Module "${name}" cannot be changed so while it is ${view.role} on ${node.me.name}: say "hakit stop ${name} --node ${node.me.name}" first`;
  }

  #mustAllow(refusal: string | null): void {
    if (refusal !== null) throw new ApiError(409, "module-runs", refusal);
  }

  async #commit(
    name: string,
    files: readonly ArchiveFile[],
    { revision, plan }: { readonly revision: Revision; readonly plan: Plan },
  ): Promise<void> {
    const { node, cluster, log } = this.#options;
    const { paths } = node;
    const history = this.history(name);
    await this.#keepFirst(name, revision.number);
    const drops = plan.how === "stop" || !cluster.module(name);
    if (drops) await cluster.drop(name);
    await history.keep(revision, files);
    try {
      await installFiles(paths, name, files);
    } catch (error) {
      await history.drop(revision.number);
      throw error;
    }
    const module = await loadInstalled(paths, name);
    if (drops) {
      const folder = moduleFolder(paths, name);
      const entry = { name, folder, module, problem: null };
      await cluster.add(entry, { freshBoot: false });
    } else await cluster.reconfigure(name, module);
    const line =
      `configuration ${revision.number} in force: ${revision.note} (by ${revision.by})`;
    (cluster.module(name)?.log ?? log).info(line);
  }

  /** A module of before there was a history: what it had is the way back. */
  async #keepFirst(name: string, before: number): Promise<void> {
    const history = this.history(name);
    if (await history.newest() !== null || before < 2) return;
    const { paths } = this.#options.node;
    const files = await readFolder(moduleFolder(paths, name)).catch(() => null);
    if (!files) return;
    await history.keep({
      number: before - 1,
      at: new Date().toISOString(),
      by: "hakit",
      digest: await digestFiles(files),
      note: "as it was found",
    }, files);
  }

  /** This node could not do what the other one has done: that one goes back. */
  async #takeBack(
    name: string,
    before: readonly ArchiveFile[] | null,
    { theirs, revision }: {
      readonly theirs: Readiness | null;
      readonly revision: Revision;
    },
  ): Promise<void> {
    const { log } = this.#options;
    if (theirs === null || before === null) return;
    const back: Revision = {
      ...revision,
      number: revision.number + 1,
      digest: await digestFiles(before),
      note:
        `taken back: configuration ${revision.number} failed on the other node`,
    };
    try {
      await this.#commitThere(name, before, back);
      await this.#commit(name, before, {
        revision: back,
        plan: { files: [], effects: [], how: "live" },
      });
    } catch (error) {
      log.error(
        `module "${name}": the nodes have different configurations: ${
          error instanceof Error ? error.message : error
        }`,
      );
    }
  }

  #peerAnswers(): boolean {
    const { verdict } = this.#options.cluster;
    return verdict === "alive" || verdict === "late";
  }

  /** Null when it does not answer; throws what is wrong with the files there. */
  async #theirs(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<Readiness | null> {
    if (!this.#peerAnswers()) return null;
    try {
      const answer = await this.#put(name, files, "ready=1");
      return await answer.json();
    } catch (error) {
      const away = error instanceof ApiError &&
        error.code === "peer-not-reachable";
      if (away) return null;
      throw error;
    }
  }

  async #commitThere(
    name: string,
    files: readonly ArchiveFile[],
    { number, at, by, note }: Revision,
  ): Promise<void> {
    const query = new URLSearchParams({ number: String(number), at, by, note });
    const answer = await this.#put(name, files, query.toString());
    await answer.body?.cancel();
  }

  async #put(
    name: string,
    files: readonly ArchiveFile[],
    query: string,
  ): Promise<Response> {
    const answer = await this.#options.peer.request(
      `/api/modules/${name}/config/adopt?${query}`,
      {
        method: "PUT",
        body: pack(files),
        type: "application/x-tar",
        timeoutMs: PEER_MS,
      },
    );
    if (answer.ok) return answer;
    throw await peerError(answer, this.#options.node.peer.name);
  }
}

/** For the list: what was changed, in a few words. */
function summary({ effects, files }: Plan): string {
  const parts = effects.map(({ part }) => part);
  if (parts.length === 0) return files.map(({ path }) => path).join(", ");
  const shown = parts.slice(0, 6).join(", ");
  return parts.length > 6 ? `${shown} and ${parts.length - 6} more` : shown;
}

export async function peerError(
  answer: Response,
  peer: string,
): Promise<ApiError> {
  const body = await answer.json().catch(() => ({})) as {
    error?: { code?: string; message?: string };
  };
  const status = answer.status === 409 || answer.status === 400
    ? answer.status
    : 502;
  return new ApiError(
    status,
    body.error?.code ?? "peer-failed",
    body.error?.message ?? `${peer} answered ${answer.status}`,
  );
}
