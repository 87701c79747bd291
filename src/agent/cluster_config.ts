/**
 * cluster.yaml as a reviewed change: planned, written on both nodes or on neither, kept with its number, taken back. The agents read it
 * when they begin: until then it lies on the disk and is in force nowhere.
 */
import { join } from "node:path";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { allStopped } from "../api/rolling_plan.ts";
import { CLUSTER_HISTORY } from "../cluster/places.ts";
import { type ArchiveFile, digestFiles } from "../module/archive.ts";
import {
  clusterEffects,
  otherCluster,
  planCluster,
} from "../module/cluster_plan.ts";
import type { FileEdit } from "../module/edit.ts";
import { ConfigError, parseCluster } from "../module/load.ts";
import { type Plan, same } from "../module/plan.ts";
import { writeDurably } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";
import type { Cluster } from "./cluster.ts";
import { ConfigHistory, type Revision } from "./config_history.ts";
import { summary } from "./module_changes.ts";
import { mustAllow } from "./module_here.ts";
import { peerError, type Readiness } from "./module_peer.ts";
import type { Node } from "./node.ts";

const FILE = "cluster.yaml";
const PEER_MS = 30_000;

export type ClusterWish =
  | { readonly edits: readonly FileEdit[]; readonly base?: string | undefined }
  /** As it was; default: as before the last change. */
  | { readonly revision: number | undefined };

export interface ClusterChange {
  readonly plan: Plan;
  /** Digest of what is wanted. */
  readonly digest: string;
  /** Why it cannot be applied now, and what to do; null: it can. */
  readonly refusal: string | null;
}

export interface ClusterApplied {
  /** Null: nothing changed. */
  readonly revision: number | null;
  readonly plan: Plan;
  readonly installed: readonly string[];
  /** Always none: a cluster.yaml of one node only is a mistake that waits for the next restart. */
  readonly pending: readonly string[];
}

export interface ClusterConfigOptions {
  readonly node: Pick<Node, "paths" | "cluster" | "me" | "peer">;
  readonly cluster: Pick<Cluster, "state">;
  readonly peer: Pick<PeerApi, "request">;
  readonly log: Pick<Log, "info" | "error">;
}

export class ClusterConfig {
  readonly #options: ClusterConfigOptions;
  readonly #file: string;
  readonly #history: ConfigHistory;
  /** The other node's change must not wait for ours, which waits for it. */
  #busy = false;

  constructor(options: ClusterConfigOptions) {
    this.#options = options;
    const { paths } = options.node;
    this.#file = join(paths.etc, FILE);
    this.#history = new ConfigHistory(paths, CLUSTER_HISTORY);
  }

  /** When the agent begins: what lies there is in force now, however it came there. */
  async record(): Promise<void> {
    const files = filesOf(await this.#text());
    const digest = await digestFiles(files);
    await this.#history.settle(digest);
    const newest = await this.#history.newest();
    if (newest?.digest === digest) return;
    const number = (newest?.number ?? 0) + 1;
    const note = newest === null ? "as it was" : "edited by hand";
    const at = new Date().toISOString();
    await this.#history.prepare(
      { number, at, by: "root", digest, note },
      files,
    );
    await this.#history.confirm(number);
  }

  /** As it lies on this node's disk; `inForce`: as the agent runs by it. */
  async files() {
    const content = await this.#text();
    return {
      digest: await digestFiles(filesOf(content)),
      files: [{
        path: FILE,
        executable: false,
        encoding: "text" as const,
        content,
      }],
      inForce: this.#isInForce(content),
    };
  }

  /** Why an agent that began by what lies here would do harm, or would not begin; null: it would serve. */
  async beginRefusal(): Promise<string | null> {
    try {
      const parts = await this.#apart();
      if (parts.length === 0 || allStopped(this.#options.cluster.state())) {
        return null;
      }
      return `${FILE} was changed in ${
        parts.join(", ")
      }, on which two agents must not differ while a module runs: stop every module on both nodes first`;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Why no module is started now: what was changed while all were stopped waits for the agents, and they would differ; null: it may be. */
  async startRefusal(): Promise<string | null> {
    // With what no agent could begin nobody waits for one.
    const parts = await this.#apart().catch(() => []);
    // Beside what runs it was edited by hand, and the agents cannot begin again: one more module makes it no worse.
    if (parts.length === 0 || !allStopped(this.#options.cluster.state())) {
      return null;
    }
    return `${FILE} was changed in ${
      parts.join(", ")
    }, expected that the agents of both nodes begin again before a module is started`;
  }

  /** What lies here and is not in force, of what two agents must not differ in while a module runs. Throws where no agent could begin. */
  async #apart(): Promise<string[]> {
    const { cluster: running } = this.#options.node;
    const wanted = parseCluster(await this.#text(), FILE);
    const other = otherCluster(running, wanted);
    if (other !== null) throw new Error(`${FILE}: ${other}`);
    return clusterEffects(running, wanted)
      .filter(({ how }) => how === "stop").map(({ part }) => part);
  }

  history(): Promise<Revision[]> {
    return this.#history.list();
  }

  /** Nothing is changed. */
  async plan(wish: ClusterWish): Promise<ClusterChange> {
    const text = await this.#wanted(wish);
    const { plan } = await this.#check(text);
    const refusal = this.#refusal(plan) ?? await this.#theirRefusal(text);
    return {
      plan,
      digest: await digestFiles(filesOf(text)),
      refusal: plan.how === null ? null : refusal,
    };
  }

  apply(
    wish: ClusterWish,
    { by, note }: { readonly by: string; readonly note?: string | undefined },
  ): Promise<ClusterApplied> {
    return this.#alone(async () => {
      const { node: { me, peer } } = this.#options;
      const text = await this.#wanted(wish);
      const { plan, before } = await this.#check(text);
      const theirs = await this.#ready(text);
      if (plan.how === null && theirs.level) {
        return { revision: null, plan, installed: [], pending: [] };
      }
      mustAllow(this.#refusal(plan));
      mustAllow(theirs.refusal);
      await this.record();
      const mine = (await this.#history.newest())?.number ?? 0;
      const revision: Revision = {
        number: Math.max(mine, theirs.newest) + 1,
        at: new Date().toISOString(),
        by,
        digest: await digestFiles(filesOf(text)),
        note: (note || summary(plan) || "as on this node").slice(0, 300),
      };
      try {
        await this.#tell({ content: text, revision });
        await this.#commit(text, revision);
      } catch (error) {
        // Where its answer was lost the other node may have it; what that one refused it has not.
        const refused = error instanceof ApiError && error.status < 500;
        if (!refused) await this.#takeBack(before, revision);
        throw error;
      }
      const { number } = revision;
      const installed = [me.name, peer.name];
      return { revision: number, plan, installed, pending: [] };
    });
  }

  /** The other node asks: may it be, and what is the newest number here? */
  ready(text: string): Promise<Readiness> {
    return this.#alone(async () => {
      const { plan } = await this.#check(text);
      // What was edited by hand has a number, too, before the next one is chosen.
      await this.record();
      return {
        newest: (await this.#history.newest())?.number ?? 0,
        level: plan.how === null,
        refusal: this.#refusal(plan),
      };
    });
  }

  /** The other node's change. */
  adopt(text: string, revision: Revision): Promise<void> {
    return this.#alone(async () => {
      const { plan } = await this.#check(text);
      mustAllow(this.#refusal(plan));
      const newest = (await this.#history.newest())?.number ?? 0;
      if (newest >= revision.number) {
        // What was asked for long ago and comes only now must not undo what came since.
        throw new ApiError(
          409,
          "changed-meanwhile",
          `${FILE} has configuration ${newest} on ${this.#options.node.me.name} already, expected one before ${revision.number}`,
        );
      }
      await this.#commit(text, revision);
    });
  }

  async #wanted(wish: ClusterWish): Promise<string> {
    if ("revision" in wish) return await this.#kept(wish.revision);
    const text = await this.#text();
    const digest = await digestFiles(filesOf(text));
    if (wish.base !== undefined && wish.base !== digest) {
      throw new ApiError(
        409,
        "changed-meanwhile",
        `${FILE} was changed by somebody else since you began`,
      );
    }
    let wanted = text;
    for (const { path, content, encoding } of wish.edits) {
      if (path !== FILE || content === null || encoding === "base64") {
        throw new ApiError(
          400,
          "bad-cluster",
          `Cannot change ${JSON.stringify(path)}, expected the text of ${FILE}`,
        );
      }
      wanted = content;
    }
    return wanted;
  }

  async #kept(wanted: number | undefined): Promise<string> {
    const list = await this.#history.list();
    const number = wanted ?? list[1]?.number;
    const [file] = number === undefined
      ? []
      : await this.#history.files(number) ?? [];
    if (file) return new TextDecoder().decode(file.content);
    throw new ApiError(
      404,
      "no-such-revision",
      `${FILE} has no configuration ${
        number ?? "before this one"
      }, expected one of ${
        list.map(({ number }) => number).join(", ") || "none"
      }`,
    );
  }

  async #check(text: string): Promise<{ plan: Plan; before: string }> {
    const { cluster: running } = this.#options.node;
    let problem: string | null;
    try {
      const cluster = parseCluster(text, FILE);
      const before = await this.#text();
      problem = otherCluster(running, cluster);
      if (problem === null) {
        return {
          plan: planCluster(
            { running, files: filesOf(before) },
            { cluster, files: filesOf(text) },
          ),
          before,
        };
      }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problem = error.message;
    }
    throw new ApiError(400, "bad-cluster", problem);
  }

  /** Why it cannot be written now, and what to do; null: it can. */
  #refusal({ how }: Plan): string | null {
    if (how !== "stop") return null;
    const here = this.#options.cluster.state().nodes.find(({ local }) => local);
    const runs = here?.modules.find(({ role }) => role !== "STOP");
    return here && runs
      ? `${FILE} cannot be changed so while ${runs.name} is ${runs.role} on ${here.name}: say "hakit stop ${runs.name} --node ${here.name}" first`
      : null;
  }

  async #commit(text: string, revision: Revision): Promise<void> {
    const { number, note, by } = revision;
    try {
      await this.#history.prepare(revision, filesOf(text));
      // Addresses of webhooks may be secrets: who has closed it to others finds it closed.
      const { mode } = await Deno.stat(this.#file);
      await writeDurably(this.#file, text, { mode: mode! & 0o777 });
    } catch (error) {
      await this.#history.drop(number).catch(() => {});
      throw error;
    }
    await this.#history.confirm(number);
    this.#options.log.info(
      `${FILE}: configuration ${number} lies ready for the agents: ${note} (by ${by})`,
    );
  }

  /** This node could not do, or does not know, what the other one has done: that one goes back. */
  async #takeBack(before: string, revision: Revision): Promise<void> {
    const back: Revision = {
      ...revision,
      number: revision.number + 1,
      digest: await digestFiles(filesOf(before)),
      note:
        `taken back: configuration ${revision.number} failed on the other node`,
    };
    await this.#tell({ content: before, revision: back }).catch((error) =>
      this.#options.log.error(
        `${FILE} may differ between the nodes: ${messageOf(error)}`,
      )
    );
  }

  async #theirRefusal(text: string): Promise<string | null> {
    try {
      return (await this.#ready(text)).refusal;
    } catch (error) {
      // It can still be looked at.
      const passing = error instanceof ApiError &&
        ["peer-not-reachable", "busy"].includes(error.code);
      if (passing) return error.message;
      throw error;
    }
  }

  async #ready(content: string): Promise<Readiness> {
    return await (await this.#tell({ content })).json();
  }

  async #tell(
    body: { readonly content: string; readonly revision?: Revision },
  ): Promise<Response> {
    const { peer, node } = this.#options;
    const answer = await peer.request("/api/cluster/config/adopt", {
      method: "PUT",
      body: JSON.stringify(body),
      type: "application/json",
      timeoutMs: PEER_MS,
    });
    if (answer.ok) return answer;
    throw await peerError(answer, node.peer.name);
  }

  #isInForce(text: string): boolean {
    try {
      return same(parseCluster(text, FILE), this.#options.node.cluster);
    } catch {
      return false;
    }
  }

  #text(): Promise<string> {
    return Deno.readTextFile(this.#file);
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) {
      throw new ApiError(409, "busy", `${FILE} is being changed already`);
    }
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}

function filesOf(text: string): ArchiveFile[] {
  const content = new TextEncoder().encode(text);
  return [{ path: FILE, executable: false, content }];
}
