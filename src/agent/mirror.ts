/** The mirrored directories of one module: their replicator, its last word, and the copy of before that is kept while it levels them. */
import { join } from "node:path";
import type { Event } from "../machine/event.ts";
import type { Module } from "../module/schema.ts";
import type { Command, Report } from "../replication/control.ts";
import type { Identity } from "../replication/identity.ts";
import { stalledInSilence } from "../replication/stall.ts";
import { now, sleep } from "../system/clock.ts";
import type { Log } from "../system/log.ts";
import { messageOf } from "../system/message.ts";
import { Fallback } from "./fallback.ts";
import type { Node } from "./node.ts";
import { replicatorConfig, replicatorProgram } from "./replicator_config.ts";
import { ReplicatorLink } from "./replicator_link.ts";

/** A plan may hand long work (salvage, a last sync of the disks) to the replicator; it can be replaced at any time. */
const COMMAND_MS = 10 * 60_000;
const QUICK_COMMAND_MS = 10_000;
const EXIT_MS = 5_000;

export interface MirrorOptions {
  readonly node: Node;
  readonly module: Module;
  readonly log: Log;
  readonly post: (event: Event) => void;
}

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #replicator: ReplicatorLink;
  readonly #fallback: Fallback;
  #config: ReturnType<typeof replicatorConfig>;
  #report: Report | null = null;

  constructor(options: MirrorOptions) {
    const { node, module, log, post } = options;
    this.#options = options;
    this.#config = replicatorConfig(node, module);
    this.#fallback = new Fallback({
      directories: module.directories.map(({ path }) => path),
      log,
      now,
    });
    this.#replicator = new ReplicatorLink({
      config: this.#config,
      configFile: this.#configFile(),
      outputFile: join(node.paths.log, module.name, "replicator.log"),
      log,
      program: replicatorProgram(),
      onReport: (report) => {
        const before = this.#report?.notice ?? null;
        if (report.notice && report.notice !== before) {
          log.warning(`replicator: ${report.notice}`);
        }
        this.#report = report;
        this.#fallback.look(report);
        post({ type: "report", at: now(), report });
      },
      onQuiet: (ms) => {
        if (this.#report === null) return;
        const report = {
          ...this.#report,
          stalled: stalledInSilence(this.#report.stalled ?? null, ms),
        };
        post({ type: "report", at: now(), report });
      },
      onGone: () => {
        this.#report = null;
        post({ type: "replicator-gone", at: now() });
      },
    });
  }

  /** The replicator's last word, null while there is none. */
  get report(): Report | null {
    return this.#report;
  }

  /** The copy of before that is kept; null: none. */
  get kept(): string | null {
    return this.#fallback.name;
  }

  /** One was found at work, and has not said what it does. */
  get silent(): boolean {
    return this.#replicator.silent;
  }

  start(): Promise<Report | null> {
    return this.#replicator.start();
  }

  /** Rates alone may change while it runs (src/module/plan.ts). */
  async reconfigure(module: Module): Promise<void> {
    const { node, log } = this.#options;
    const { resyncLimit, verifyRate } = replicatorConfig(node, module);
    const before = this.#config;
    if (
      resyncLimit === before.resyncLimit && verifyRate === before.verifyRate
    ) return;
    this.#config = { ...before, resyncLimit, verifyRate };
    const limit = AbortSignal.timeout(QUICK_COMMAND_MS);
    await this.#replicator.configure(this.#config, limit).catch((error) =>
      log.warning(
        `the replicator takes the new rates when it begins: ${
          messageOf(error)
        }`,
      )
    );
  }

  /** Throws what the replicator refuses. */
  ask(command: Command): Promise<void> {
    return this.#send(command, QUICK_COMMAND_MS);
  }

  /** As part of a plan. `peer`: the identity that the other node tells of its copy. */
  async do(
    command: Command,
    peer: Identity | null,
    signal: AbortSignal,
  ): Promise<void> {
    if (command.command === "secondary") {
      await this.#fallback.keep(this.#report, peer);
    }
    await this.#send(command, COMMAND_MS, signal);
  }

  /** The replicator ends too, if it is idle. */
  async exit(): Promise<void> {
    await this.#send({ command: "exit" }, EXIT_MS).catch(() => {});
  }

  /** Leaves the replicator as it is. */
  close(): Promise<void> {
    return this.#replicator.close();
  }

  /** It holds the cluster key, and nobody reads it once the replicator has ended. */
  async forgetKey(): Promise<void> {
    await Deno.remove(this.#configFile()).catch(() => {});
  }

  #configFile(): string {
    const { node, module } = this.#options;
    return join(node.paths.run, `${module.name}.json`);
  }

  async #send(
    command: Command,
    limitMs: number,
    outer?: AbortSignal,
  ): Promise<void> {
    const limit = new AbortController();
    const stop = () => limit.abort();
    outer?.addEventListener("abort", stop, { once: true });
    if (outer?.aborted) stop();
    sleep(limitMs, limit.signal).then(stop);
    try {
      await this.#replicator.send(command, limit.signal);
    } finally {
      stop();
      outer?.removeEventListener("abort", stop);
    }
  }
}
