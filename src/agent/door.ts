/** What the API may ask of the agent: commands that wait for their end, logs, modules; on this node, or handed on to the other one. */
import { join } from "node:path";
import type { UserCommand } from "../machine/event.ts";
import { SCRIPT_LOG } from "../actions/script_logs.ts";
import type { UserRole } from "../api/accounts_file.ts";
import { ApiError } from "../api/error.ts";
import { gate } from "../api/gate.ts";
import type { EventStreams, StateFeed } from "../api/events.ts";
import { metricsText } from "../api/metrics.ts";
import type { PeerApi } from "../api/peer_api.ts";
import { restartRefusal } from "../api/rolling_plan.ts";
import type { ClusterState } from "../api/state.ts";
import type { Switch, SwitchValue } from "../module/switch.ts";
import type {
  Command as ReplicatorCommand,
  VerifyReport,
} from "../replication/control.ts";
import type { Proof } from "../replication/verify/proof.ts";
import { now, sleep } from "../system/clock.ts";
import { readTail } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import type { Cluster } from "./cluster.ts";
import type { Resource } from "../checker/board.ts";
import type { ResourceState } from "../rules/rule.ts";
import { EVERY_MS, type Figures } from "./figures.ts";
import { ArbiterChanges } from "./arbiter_changes.ts";
import { ClusterConfig } from "./cluster_config.ts";
import { Copies } from "./copies.ts";
import { Doctor } from "./doctor.ts";
import { K3sFiles } from "./k3s_files.ts";
import { ModuleStore } from "./module_store.ts";
import type { Node } from "./node.ts";
import type { DrillReport } from "../k3s/drill/outcome.ts";
import { readDrill } from "./drill_file.ts";
import { Drills } from "./drills.ts";
import { outcome } from "../machine/outcome.ts";
import { refusedBy } from "../machine/step.ts";
import type { RunningModule } from "./running_module.ts";
import { Salvages } from "./salvages.ts";
import { supportArchive } from "./support.ts";
import type { Takeovers } from "./takeovers.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { Upgrades } from "./upgrades.ts";
import { VERSION } from "../system/version.ts";
import { messageOf } from "../system/message.ts";

export interface CommandRequest {
  readonly module: string;
  readonly command: UserCommand;
  readonly full: boolean;
  readonly otherFolder?: boolean;
  readonly wait: boolean;
  /** Who asked, for the log. */
  readonly by: string;
}

/** Longest wait for a role: scripts have 5 minutes each. */
const WAIT_MS = 10 * 60_000;
/** Large archives of the other node pass through here: its disk, or the link, may be busy for so long and they still go on. */
const STALL_MS = 2 * 60_000;

export interface Verification {
  readonly verify: VerifyReport | null;
  readonly proof: Proof | null;
}

export interface DoorOptions {
  readonly node: Node;
  readonly cluster: Cluster;
  readonly feed: StateFeed;
  readonly peer: PeerApi;
  readonly log: Log;
  readonly takeovers: Takeovers;
  readonly figures: Figures;
  readonly streams: EventStreams;
  readonly upgrades: Upgrades;
  readonly notifier: Notifier;
}

/** A module reads its record and looks for its replicator before it can be told anything. */
const BEGIN_MS = 10_000;
const BEGIN_LOOK_MS = 50;

export class Door {
  readonly #options: DoorOptions;
  readonly upgrades: Upgrades;
  readonly notifier: Notifier;
  readonly modules: ModuleStore;
  readonly arbiter: ArbiterChanges;
  readonly clusterConfig: ClusterConfig;
  readonly copies: Copies;
  readonly salvages: Salvages;
  readonly doctor: Doctor;
  readonly drills: Drills;
  readonly k3s: K3sFiles;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.upgrades = options.upgrades;
    this.notifier = options.notifier;
    this.modules = new ModuleStore(options);
    this.clusterConfig = new ClusterConfig(options);
    this.copies = new Copies(options);
    this.salvages = new Salvages(options);
    this.doctor = new Doctor(options);
    this.drills = new Drills({
      executable: options.node.executable,
      state: () => this.state(),
      log: options.log,
    });
    this.k3s = new K3sFiles(options);
    this.arbiter = new ArbiterChanges({
      ...options,
      link: options.cluster.arbiter,
    });
  }

  state(): ClusterState {
    return this.#options.cluster.state();
  }

  /** Does it here; answers when it is under way, or (`wait`) when it has come to its end. */
  async command(request: CommandRequest): Promise<ClusterState> {
    const { command, full, by, otherFolder = false } = request;
    const module = this.#module(request.module);
    // At boot, or just installed: a moment later it could be done.
    const patience = now() + BEGIN_MS;
    while (module.view() === null && now() < patience) {
      await sleep(BEGIN_LOOK_MS);
    }
    const before = module.view();
    if (!before) {
      throw new ApiError(
        503,
        "starting",
        `Module "${request.module}" is just beginning, try again`,
      );
    }
    const refusal = module.refusal(command) ??
      (command === "stop" ? null : this.copies.refusal(request));
    if (refusal) throw new ApiError(409, "refused", refusal);
    const waits = command === "stop"
      ? null
      : await this.clusterConfig.startRefusal();
    if (waits !== null) {
      throw new ApiError(
        409,
        "restart-pending",
        `Cannot ${command} ${request.module}: ${waits}`,
      );
    }
    const start = now();
    const actions = await module.command(command, {
      full,
      by,
      otherFolder,
    });
    // The other node was heard a moment ago, and is not any more.
    const late = refusedBy(actions, { command, by });
    if (late) throw new ApiError(409, "refused", late);
    if (!request.wait) return this.state();

    let last = before;
    let since = start;
    let moved = false;
    while (now() - start < WAIT_MS) {
      const view = module.view();
      if (!view || this.#options.cluster.module(request.module) !== module) {
        throw new ApiError(409, "removed", "The module was removed");
      }
      if (view.role !== last.role || view.status !== last.status) {
        since = now();
        moved = true;
      }
      if (view.status === "Transient") moved = true;
      last = view;
      const result = outcome({
        command,
        before,
        now: view,
        peer: this.#options.cluster.peerView(request.module),
        stableMs: now() - since,
        moved,
      });
      if (result.kind === "done") return this.state();
      if (result.kind === "failed") {
        throw new ApiError(500, "failed", result.message);
      }
      await this.#options.feed.next(250, new AbortController().signal);
    }
    throw new ApiError(
      500,
      "timeout",
      `Module "${request.module}" did not get there within ${
        WAIT_MS / 60_000
      } minutes: see "hakit state" and "hakit log ${request.module}"`,
    );
  }

  /** What checkers found on this node, each with its history. */
  resources(module: string): Resource[] {
    return this.#module(module).resources();
  }

  setResource(
    module: string,
    { resource, state, by }: {
      readonly resource: string;
      readonly state: ResourceState;
      readonly by: string;
    },
  ): Resource[] {
    const running = this.#module(module);
    running.setResource(resource, state, by);
    return running.resources();
  }

  /** A maintenance switch of this node. */
  async setSwitch(
    module: string,
    { name, value, by }: {
      readonly name: Switch;
      readonly value: SwitchValue;
      readonly by: string;
    },
  ): Promise<ClusterState> {
    await this.#module(module).setSwitch(name, value, by);
    return this.state();
  }

  /** Whether this node does the module's work now: what a load balancer asks. */
  serves(module: string): boolean {
    const view = this.#options.cluster.module(module)?.view();
    return view?.status === "Ready" &&
      (view.role === "PRIM" || view.role === "ALONE");
  }

  /** Of this node. */
  figures(module: string) {
    this.#module(module);
    return { everyMs: EVERY_MS, module: this.#options.figures.of(module) };
  }

  metrics(): string {
    const { cluster, takeovers, streams } = this.#options;
    return metricsText({
      state: this.state(),
      version: VERSION,
      replication: cluster.reports(),
      takeovers: takeovers.takeovers(),
      linkLosses: takeovers.linkLosses(),
      eventReaders: streams.readers,
      memoryBytes: Deno.memoryUsage().rss,
      uptimeSeconds: Math.round(now() / 1000),
    });
  }

  /** What support needs, of both nodes or (`local`) of this one. */
  snapshot(
    options: { readonly local: boolean; readonly anonymous: boolean },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { node, peer } = this.#options;
    return supportArchive({
      node,
      peer,
      modules: this.modules,
      state: () => this.state(),
      metrics: () => this.metrics(),
    }, options);
  }

  /** The last drill that was begun here; null: none, or its report cannot be read. */
  async drill(): Promise<DrillReport | null> {
    return await readDrill(this.#options.node.paths);
  }

  async agentLog(lines: number): Promise<string[]> {
    const { log } = this.#options.node.paths;
    return await readTail(join(log, "agent.log"), lines);
  }

  /** Passes a command on to the module's replicator here; what it refuses is a refusal. */
  async replicator(module: string, command: ReplicatorCommand): Promise<void> {
    try {
      await this.#module(module).ask(command);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const why = messageOf(error);
      throw new ApiError(409, "refused", `Cannot ${command.command}: ${why}`);
    }
  }

  /** How the copies compare, as the primary's replicator last said. */
  verification(module: string): Verification {
    const report = this.#module(module).report();
    return { verify: report?.verify ?? null, proof: report?.proof ?? null };
  }

  async log(module: string, lines: number): Promise<string[]> {
    this.#module(module);
    return await readTail(
      join(this.#options.node.paths.log, `${module}.log`),
      lines,
    );
  }

  /** Newest first. */
  async scripts(module: string): Promise<string[]> {
    this.#module(module);
    const names: string[] = [];
    const folder = join(this.#options.node.paths.log, module);
    try {
      for await (const { name } of Deno.readDir(folder)) {
        if (SCRIPT_LOG.test(name)) names.push(name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const date = (name: string) => name.slice(name.search(/\d{4}-/));
    return names.sort((a, b) => date(a) < date(b) ? 1 : -1);
  }

  async script(module: string, file: string): Promise<string> {
    this.#module(module);
    const folder = join(this.#options.node.paths.log, module);
    const known = SCRIPT_LOG.test(file) &&
      (await this.scripts(module)).includes(file);
    if (!known) {
      throw new ApiError(
        404,
        "no-such-log",
        `Module "${module}" has no script log of that name`,
      );
    }
    const lines = await readTail(join(folder, file), 100_000, 4 << 20);
    return lines.map((line) => `${line}\n`).join("");
  }

  /** Passes a request on to the other node and its answer back. */
  async forward(
    path: string,
    init: {
      readonly method: "GET" | "POST" | "PUT" | "DELETE";
      readonly body?: BodyInit;
      readonly type?: string;
      readonly by?: string;
      readonly role?: UserRole;
      readonly lastId?: string;
    },
  ): Promise<Response> {
    const answer = await this.#options.peer.request(path, {
      ...init,
      timeoutMs: WAIT_MS + 30_000,
      stallMs: STALL_MS,
    });
    // Only what is ours goes back: no cookies or other headers of the peer's server.
    const type = answer.headers.get("content-type") ?? "application/json";
    // An event stream ends with the peer, or its silence: its reader comes back with the last id.
    const endless = answer.body && type.startsWith("text/event-stream");
    return new Response(endless ? gate(answer.body!).body : answer.body, {
      status: answer.status,
      headers: { "content-type": type },
    });
  }

  /** Why this agent must not begin again now, as far as that would interrupt something; null: it may. */
  async restartRefusal(): Promise<string | null> {
    const why = restartRefusal(this.state(), this.#options.node.me.name) ??
      await this.clusterConfig.beginRefusal();
    return why === null ? null : `The agent cannot begin again now: ${why}`;
  }

  /** True when the request is for the other node; throws for a name that is no node. */
  isPeer(node: string | undefined): boolean {
    const { me, peer } = this.#options.node;
    if (node === undefined || node === me.name) return false;
    if (node === peer.name) return true;
    throw new ApiError(
      404,
      "no-such-node",
      `No node is called "${node}", expected ${me.name} or ${peer.name}`,
    );
  }

  #module(name: string): RunningModule {
    const module = this.#options.cluster.module(name);
    if (module) return module;
    throw new ApiError(
      404,
      "no-such-module",
      `Module "${name}" is not installed on ${this.#options.node.me.name}`,
    );
  }
}
