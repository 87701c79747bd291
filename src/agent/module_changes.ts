/**
 * A module's configuration as a reviewed change: planned, put in force on both nodes or on neither, kept with its number, taken back.
 * Whoever is asked checks here and at the other node first; then the other node changes, then this one. What is cut off in the middle is
 * levelled later: the higher number is the newer configuration.
 */
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { type ArchiveFile, digestFiles } from "../module/archive.ts";
import type { Plan } from "../module/plan.ts";
import type { Log } from "../system/log.ts";
import type { Cluster } from "./cluster.ts";
import type { ConfigHistory, Revision } from "./config_history.ts";
import { ModuleHere, mustAllow } from "./module_here.ts";
import { ModulePeer, type Readiness } from "./module_peer.ts";
import { wantedFiles, type Wish } from "./module_wish.ts";
import type { Node } from "./node.ts";
import { messageOf } from "../system/message.ts";

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

export interface ModuleChangesOptions {
  readonly node: Node;
  readonly cluster: Cluster;
  readonly peer: PeerApi;
  readonly log: Log;
  readonly setPending: (name: string, pending: boolean) => Promise<void>;
}

export class ModuleChanges {
  readonly #options: ModuleChangesOptions;
  readonly #here: ModuleHere;
  readonly #there: ModulePeer;

  constructor(options: ModuleChangesOptions) {
    this.#options = options;
    this.#here = new ModuleHere(options);
    this.#there = new ModulePeer(options);
  }

  /** Before any module begins. */
  recover(): Promise<void> {
    return this.#here.recover();
  }

  history(name: string): ConfigHistory {
    return this.#here.history(name);
  }

  /** Nothing is changed. */
  async plan(name: string, wish: Wish): Promise<Change> {
    const { node } = this.#options;
    const wished = await wantedFiles(node, name, wish);
    const wanted = await this.#here.withPort(name, wished);
    const { plan } = await this.#here.check(name, wanted);
    const refusal = this.#here.refusal(name, plan) ??
      await this.#theirRefusal(name, wanted);
    return {
      module: name,
      plan,
      digest: await digestFiles(wanted),
      refusal: plan.how === null ? null : refusal,
    };
  }

  async #theirRefusal(
    name: string,
    files: readonly ArchiveFile[],
  ): Promise<string | null> {
    try {
      return (await this.#there.ready(name, files))?.refusal ?? null;
    } catch (error) {
      // Somebody changes modules there at this moment: it can still be looked at.
      if (error instanceof ApiError && error.code === "busy") {
        return error.message;
      }
      throw error;
    }
  }

  /** On both nodes, or (`alone`) here first. */
  async apply(
    name: string,
    wish: Wish,
    { by, note, alone = false, local = false }: ApplyOptions,
  ): Promise<Applied> {
    const { node } = this.#options;
    const wished = await wantedFiles(node, name, wish);
    // Where each node installs by itself they must come to the same files: nothing is chosen then.
    const wanted = local ? wished : await this.#here.withPort(name, wished);
    const { plan, before } = await this.#here.check(name, wanted);
    const theirs = local ? null : await this.#there.ready(name, wanted);
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
    mustAllow(this.#here.refusal(name, plan));
    mustAllow(theirs?.refusal ?? null);
    const mine = (await this.#here.newest(name))?.number ?? 0;
    const newest = Math.max(mine, theirs?.newest ?? 0);
    const revision: Revision = {
      // A module of before there was a history: 1 is what it had.
      number: newest === 0 && !fresh ? 2 : newest + 1,
      at: new Date().toISOString(),
      by,
      digest: await digestFiles(wanted),
      note: (note || (fresh ? "installed" : summary(plan))).slice(0, 300),
    };
    if (theirs !== null) await this.#there.commit(name, wanted, revision);
    try {
      await this.#here.commit(name, wanted, { revision, plan });
    } catch (error) {
      if (theirs !== null) await this.#takeBack(name, before, revision);
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
    const { plan } = await this.#here.check(name, files);
    return {
      newest: (await this.#here.newest(name))?.number ?? 0,
      level: plan.how === null,
      refusal: this.#here.refusal(name, plan),
    };
  }

  /** The other node's change. */
  async adopt(
    name: string,
    files: readonly ArchiveFile[],
    revision: Revision,
  ): Promise<void> {
    const { plan } = await this.#here.check(name, files);
    mustAllow(this.#here.refusal(name, plan));
    const newest = (await this.#here.newest(name))?.number ?? 0;
    if (newest >= revision.number) {
      // What was asked for long ago and comes only now must not undo what came since.
      throw new ApiError(
        409,
        "changed-meanwhile",
        `Module "${name}" has configuration ${newest} on ${this.#options.node.me.name} already, expected one before ${revision.number}`,
      );
    }
    await this.#here.commit(name, files, { revision, plan });
    await this.#options.setPending(name, false);
  }

  /** Hands the configuration in force here to the other node, which has an older one or none. Null: it does not answer. */
  async handOver(name: string): Promise<true | null> {
    const newest = await this.#here.newest(name);
    const files = newest && await this.history(name).files(newest.number);
    if (!files) return null;
    const theirs = await this.#there.ready(name, files);
    if (theirs === null) return null;
    mustAllow(theirs.refusal);
    if (theirs.newest >= newest.number) return null;
    await this.#there.commit(name, files, newest);
    return true;
  }

  /** This node could not do what the other one has done: that one goes back. */
  async #takeBack(
    name: string,
    before: readonly ArchiveFile[] | null,
    revision: Revision,
  ): Promise<void> {
    // A new module has nothing to go back to: this node takes it when it can.
    if (before === null) return;
    const back: Revision = {
      ...revision,
      number: revision.number + 1,
      digest: await digestFiles(before),
      note:
        `taken back: configuration ${revision.number} failed on the other node`,
    };
    try {
      await this.#there.commit(name, before, back);
      const { plan } = await this.#here.check(name, before);
      await this.#here.commit(name, before, { revision: back, plan });
    } catch (error) {
      this.#options.log.error(
        `module "${name}": the nodes have different configurations: ${
          messageOf(error)
        }`,
      );
    }
  }
}

/** For the list: what was changed, in a few words. */
export function summary({ effects, files }: Plan): string {
  const parts = effects.map(({ part }) => part);
  if (parts.length === 0) return files.map(({ path }) => path).join(", ");
  const shown = parts.slice(0, 6).join(", ");
  return parts.length > 6 ? `${shown} and ${parts.length - 6} more` : shown;
}
