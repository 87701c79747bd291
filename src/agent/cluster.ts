/** All modules of this node: feeds heartbeats and ticks to them, and sums up the state with what is known of the peer. */
import type { PeerVerdict } from "../heartbeat/detector.ts";
import { tickMs } from "../heartbeat/tick.ts";
import type { ClusterState } from "../api/state.ts";
import type { ModuleView } from "../machine/state.ts";
import { MAX_MODULES } from "../system/limits.ts";
import { type Installed, installedModules } from "../module/catalog.ts";
import { conflict, noRoom } from "../module/install.ts";
import type { Module } from "../module/schema.ts";
import { now, sleep } from "../system/clock.ts";
import type { Log, LogLine } from "../system/log.ts";
import type { Ward } from "../guard/ward.ts";
import type { Node } from "./node.ts";
import { type KeptData, keptData } from "./kept_data.ts";
import { arbiterRefusal, ownedBy } from "./arbiter_refusal.ts";
import { ArbiterLink } from "./arbiter_link.ts";
import type { ArbiterFile } from "./arbiter_store.ts";
import { lastConfiguration } from "./last_configuration.ts";
import { outerClocks } from "./outer_clocks.ts";
import { PeerLink } from "./peer_link.ts";
import { makeFolders, RunningModule } from "./running_module.ts";
import type { Seen } from "./takeovers.ts";
import { clusterState } from "./status.ts";
import { VERSION } from "../system/version.ts";
import { messageOf } from "../system/message.ts";

/** How often it is looked at clocks outside of this machine: a pause must be seen before the silence after it is long enough. */
const OUTSIDE_MS = 1_000;
/** How often it is looked at what a person may have dropped. */
const SALVAGE_MS = 10_000;
/** systemd kills the agent after 600 s: what scripts have not done by then is not waited for. */
const END_MS = 570_000;
/** The peer must hear the last word even if one datagram is lost. */
const LAST_WORDS = 3;

export interface ClusterOptions {
  readonly node: Node;
  readonly log: Log;
  /** A line of a module's log. */
  readonly onLine: (module: string, line: LogLine) => void;
  readonly arbiter: ArbiterFile | null;
  /** Aborted as soon as the whole server is about to stop. */
  readonly serverStops: AbortSignal;
  readonly broken: (error: unknown) => void;
}

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #modules = new Map<string, RunningModule>();
  readonly #broken = new Map<string, string>();
  #salvage: KeptData = {};
  #salvageProblem: string | null = null;
  /** Called after every tick of the modules, and before the peer is told of something. */
  tellGuard: () => void = () => {};
  /** All modules have begun: a word that leaves out those that have not would end what the guard knows of them. */
  #begun = false;
  /** What the guard says is wrong; null: nothing. */
  guardProblem: () => string | null = () => null;
  /** Set by whoever compares configurations with the peer. */
  problems: readonly string[] = [];
  onChange: () => void = () => {};
  /** As the peer was last told. */
  #arbiterAnswers: boolean | null = null;
  /** A change is about to be shown. */
  #changes = false;

  readonly arbiter: ArbiterLink;
  readonly #peer: PeerLink;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#peer = new PeerLink({
      node: options.node,
      log: options.log,
      views: () => this.#views(),
      arbiterAnswers: () => this.arbiter.answers(),
      heard: (heardUsAt) => this.#heard(heardUsAt),
      turned: (verdict, silentMs) => this.#turned(verdict, silentMs),
      settled: () =>
        Promise.all([...this.#modules.values()].map((one) => one.settled())),
      sayAll: () => this.#tell(),
      changed: () => this.onChange(),
      broken: options.broken,
    });
    this.arbiter = new ArbiterLink(options.arbiter, {
      node: options.node,
      asks: () =>
        [...this.#modules.values()].flatMap((module) => module.asks() ?? []),
      post: async (name, event) => {
        const all = [...this.#modules.values()];
        const meant = name === null
          ? all
          : all.filter(({ module }) => module.name === name);
        await Promise.all(meant.map((module) => module.post(event)));
        this.onChange();
      },
    });
    options.serverStops.addEventListener("abort", () => {
      for (const module of this.#modules.values()) module.serverStops();
    });
  }

  get verdict() {
    return this.#peer.verdict;
  }

  module(name: string): RunningModule | undefined {
    return this.#modules.get(name);
  }

  /** What the peer last said of a module. */
  peerView(name: string): ModuleView | null {
    return this.#peer.views.find((view) => view.module === name) ?? null;
  }

  /** What the replicators say that the state does not. */
  reports() {
    return [...this.#modules].flatMap(([module, running]) => {
      const report = running.report();
      if (!report) return [];
      const { waiting, waitingMs, waitingBytes = null, latency } = report;
      return [{
        module,
        waiting,
        waitingMs,
        waitingBytes,
        latency: latency ?? null,
      }];
    });
  }

  /** Of all modules. */
  virtualAddresses(): string[] {
    return [...this.#modules.values()].flatMap(({ module }) =>
      module.virtual_addresses.map(({ address }) => address)
    );
  }

  async begin({ freshBoot }: { readonly freshBoot: boolean }): Promise<void> {
    const installed = await installedModules(this.#options.node.paths);
    this.#salvage = await this.#keptData();
    // The other node leaves out the same ones.
    for (const [others, { name }] of installed.entries()) {
      const full = noRoom(name, others);
      if (full !== null) this.#refuse(name, full);
    }
    const fit = installed.slice(0, MAX_MODULES);
    await Promise.all(fit.map(async (entry) => {
      // One module that cannot begin must not take the others with it.
      await this.#beginModule(entry, freshBoot).catch((error) =>
        this.#refuse(entry.name, messageOf(error))
      );
    }));
  }

  /** What may serve here needs somebody who decides for it, also when its module.yaml was damaged meanwhile. */
  async #beginModule(entry: Installed, freshBoot: boolean): Promise<void> {
    const { paths } = this.#options.node;
    const last = entry.module === null
      ? await lastConfiguration(paths, entry.name)
      : null;
    if (last === null) return await this.add(entry, { freshBoot });
    await this.add({ ...entry, module: last.module }, { freshBoot });
    if (!this.#modules.has(entry.name)) return;
    this.#refuse(
      entry.name,
      `module "${entry.name}" runs with its last good configuration (number ${last.number} of its history), because ${
        entry.problem ?? "module.yaml cannot be read"
      }`,
    );
  }

  /** Takes a module in; it begins as its record says. */
  async add(
    { name, folder, module, problem }: Installed,
    { freshBoot }: { readonly freshBoot: boolean },
  ): Promise<void> {
    if (!module) return this.#refuse(name, problem ?? "cannot be read");
    const full = noRoom(name, this.#modules.size);
    if (full !== null) return this.#refuse(name, full);
    for (const other of this.#modules.values()) {
      const shared = conflict(module, other.module);
      if (shared) return this.#refuse(name, `module "${name}": ${shared}`);
    }
    this.#broken.delete(name);
    await makeFolders(this.#options.node, module);
    const running = new RunningModule({
      node: this.#options.node,
      module,
      folder,
      freshBoot,
      onLine: (line) => this.#options.onLine(name, line),
      arbiter: () => this.arbiter.arbiter,
      tell: () => this.#tell(),
      changed: () => this.#changed(),
      peerView: () => this.#peer.alive ? this.peerView(name) : null,
      peerSilentMs: () => this.#peer.silentMs,
      serverStops: () => this.#options.serverStops.aborted,
      serves: (other, where) => this.#serves(other, where),
      salvage: () => this.#salvage[name],
      alarm: (problem) => {
        const { log } = this.#options;
        if (problem === null) log.info(`module "${name}": goes on`);
        else log.error(`module "${name}": ${problem}`);
      },
      broken: (error) => {
        this.#options.log.error(
          `module "${name}": decision failed, this is a bug: ${
            error instanceof Error ? error.stack ?? error.message : error
          }`,
        );
        this.#options.broken(error);
      },
    });
    this.#modules.set(name, running);
    await running.begin();
    this.#changed();
  }

  /** Another configuration of a module that goes on. */
  async reconfigure(name: string, module: Module): Promise<void> {
    await this.#modules.get(name)?.reconfigure(module);
    this.#broken.delete(name);
    this.#changed();
  }

  /** Lets a stopped module go, its replicator too. */
  async drop(name: string): Promise<void> {
    const running = this.#modules.get(name);
    this.#modules.delete(name);
    this.#broken.delete(name);
    await running?.close({ exit: true });
    this.#changed();
  }

  startHeartbeats(): AsyncDisposable {
    this.#begun = true;
    const peer = this.#peer.start();
    this.#tell();
    this.arbiter.start();
    let everyMs = this.#everyMs;
    const turn = () => {
      this.#tick();
      if (everyMs === this.#everyMs) return;
      everyMs = this.#everyMs;
      clearInterval(timer);
      timer = setInterval(turn, everyMs);
    };
    let timer = setInterval(turn, everyMs);
    const looks = setInterval(() => this.#lookAtSalvage(), SALVAGE_MS);
    return {
      [Symbol.asyncDispose]: async () => {
        clearInterval(timer);
        clearInterval(looks);
        this.arbiter.close();
        await peer[Symbol.asyncDispose]();
      },
    };
  }

  /** The other node's time may be another one while cluster.yaml is changed on one after the other. */
  get #everyMs(): number {
    const { timeout } = this.#options.node.cluster.heartbeat;
    return tickMs(Math.min(timeout, this.#peer.timeoutMs ?? timeout));
  }

  /** What the guard is to know. */
  wards(): Ward[] {
    return [...this.#modules.values()].flatMap((module) => module.ward() ?? []);
  }

  /** The guard has taken these away. */
  fenced(modules: readonly string[]): void {
    for (const name of modules) this.#modules.get(name)?.wasFenced();
  }

  /** What is looked at with every change: state() makes sentences for people. */
  glance(): Seen {
    return {
      modules: [...this.#modules.values()].flatMap((running) =>
        running.shown() ?? []
      ),
      peerReachable: this.#peer.alive,
      links: this.#peer.health,
    };
  }

  state(): ClusterState {
    const { node } = this.#options;
    const modules = [...this.#modules.values()];
    return clusterState({
      cluster: node.cluster.cluster,
      timeoutMs: node.cluster.heartbeat.timeout,
      peerTimeoutMs: this.#peer.timeoutMs,
      differs: this.#peer.differs,
      index: node.index,
      local: {
        name: node.me.name,
        version: VERSION,
        addresses: node.me.addresses,
        modules: this.#views(),
      },
      peer: {
        name: node.peer.name,
        version: this.#peer.version,
        addresses: node.peer.addresses,
        modules: this.#peer.views,
        verdict: this.#peer.verdict,
        arbiterAnswers: this.#peer.arbiterAnswers,
      },
      links: this.#peer.health,
      arbiter: this.arbiter.arbiter,
      arbiterAnswers: this.arbiter.answers(),
      addresses: Object.fromEntries(modules.map(({ module }) => [
        module.name,
        module.virtual_addresses.map(({ address }) => address),
      ])),
      resources: Object.fromEntries(modules.map((running) => [
        running.module.name,
        running.resources().map(({ name, state, detail, at }) => ({
          name,
          state,
          detail,
          since: at,
        })),
      ])),
      unmirrored: modules.filter(({ module }) =>
        module.directories.length === 0
      ).map(({ module }) => module.name),
      problems: [
        ...this.#broken.values(),
        ...this.#ownArbiter(),
        ...this.problems,
        ...[this.#peer.stranger, this.guardProblem()]
          .filter((problem) => problem !== null),
        ...modules.flatMap((running) => {
          const { notice, version } = running.report() ?? { version: VERSION };
          const { name } = running.module;
          return [
            ...notice ? [`${name}: ${notice}`] : [],
            ...version === VERSION ? [] : [
              `${name} is mirrored by hakit ${
                version ?? "of before"
              } on ${node.me.name}: swap it away, then "systemctl restart hakit" here.`,
            ],
          ];
        }),
      ],
    });
  }

  /** One of before this was refused, or an address that a module was given since. */
  #ownArbiter(): string[] {
    const { me, peer } = this.#options.node;
    const { file } = this.arbiter;
    const owned = ownedBy([me, peer], this.virtualAddresses());
    const refusal = file === null ? null : arbiterRefusal(file, owned);
    return refusal === null
      ? []
      : [`${refusal}; "hakit witness remove", then add another one.`];
  }

  /** Stops all modules without changing what the user wants, then lets go of them; whether all have stopped. */
  async end(): Promise<boolean> {
    const modules = [...this.#modules.values()];
    for (const module of modules) module.shutDown();
    const start = now();
    const stopped = (module: RunningModule) => {
      const view = module.view();
      return !view || (view.role === "STOP" && view.status !== "Transient");
    };
    while (!modules.every(stopped) && now() - start < END_MS) await sleep(20);
    for (let word = 0; word < LAST_WORDS; word++) {
      this.#tell();
      await sleep(20);
    }
    const all = modules.every(stopped);
    await Promise.all(
      modules.map((module) => module.close({ exit: stopped(module) })),
    );
    return all;
  }

  #serves(name: string, where: "any" | "local"): boolean | null {
    const here = this.#modules.get(name);
    if (here === undefined) return null;
    const there = where === "any" && this.#peer.alive
      ? this.peerView(name)
      : null;
    return [here.view(), there].some((view) =>
      view !== null && view.status === "Ready" &&
      (view.role === "PRIM" || view.role === "ALONE")
    );
  }

  #views(): ModuleView[] {
    return [...this.#modules.values()].flatMap((module) => module.view() ?? []);
  }

  #refuse(name: string, problem: string): void {
    this.#broken.set(name, problem);
    this.#options.log.error(problem);
    this.#changed();
  }

  /** Many at once are one: each of 32 modules changes in the same moment. */
  #changed(): void {
    if (this.#changes) return;
    this.#changes = true;
    setTimeout(() => {
      this.#changes = false;
      this.arbiter.changed();
      this.#peer.send();
      this.onChange();
    }, 0);
  }

  #tell(): void {
    // The guard first: as soon as the peer has heard that this node is primary it may succeed it.
    if (this.#begun) this.tellGuard();
    this.#peer.send();
    this.#peer.tell();
  }

  #heard(heardUsAt: number | null): void {
    for (const [name, module] of this.#modules) {
      module.post({
        type: "heard",
        at: now(),
        view: this.peerView(name),
        ...(heardUsAt === null ? {} : { heardUsAt }),
        timeoutMs: this.#peer.timeoutMs ?? undefined,
      });
    }
    this.onChange();
  }

  async #lookAtSalvage(): Promise<void> {
    const kept = await this.#keptData();
    if (JSON.stringify(kept) === JSON.stringify(this.#salvage)) return;
    this.#salvage = kept;
    this.#changed();
  }

  /** What cannot be looked at is as it was, and told once: the modules go on. */
  async #keptData(): Promise<KeptData> {
    try {
      const kept = await keptData(this.#options.node.paths);
      this.#salvageProblem = null;
      return kept;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.#salvageProblem) {
        this.#options.log.warning(
          `Cannot look for what this node alone had written: ${problem}`,
        );
      }
      this.#salvageProblem = problem;
      return this.#salvage;
    }
  }

  #turned(verdict: PeerVerdict, silentMs: number): void {
    this.#tick();
    this.onChange();
    const text = `${this.#options.node.peer.name} is ${verdict}`;
    if (verdict === "lost") {
      const silent = (silentMs / 1000).toFixed(2);
      this.#options.log.warning(`${text} after ${silent} s`);
      // Beside what follows from it.
      for (const { log } of this.#modules.values()) {
        log.info(`${text} after ${silent} s`);
      }
    } else this.#options.log.info(text);
  }

  /** Before it is believed that the other node was silent for so long, and no longer. */
  #lookOutside(): void {
    const verdict = this.#peer.verdict, at = now();
    const turned = verdict !== this.#lookedAt.verdict;
    if (!turned && at - this.#lookedAt.at < OUTSIDE_MS) return;
    this.#lookedAt = { verdict, at };
    const missed = this.#outside.look();
    if (missed === 0) return;
    const passed = (missed / 1000).toFixed(0);
    this.#options.log.warning(
      `About ${passed} s have passed that this machine's clock did not count (it was paused from outside, or the time was set): what it knew of ${this.#options.node.peer.name} counts no more until that is heard again`,
    );
    for (const module of this.#modules.values()) module.stoodStill();
  }

  readonly #outside = outerClocks();
  #lookedAt: { readonly verdict: PeerVerdict | null; readonly at: number } = {
    verdict: null,
    at: -Infinity,
  };

  /** The verdict is repeated, so that a module that has just begun knows it. */
  #tick(): void {
    this.#lookOutside();
    // Its silence is no event, and the other node tells its people what follows from it.
    const answers = this.arbiter.answers();
    if (answers !== this.#arbiterAnswers) {
      this.#arbiterAnswers = answers;
      this.#changed();
    }
    for (const module of this.#modules.values()) {
      module.post({ type: "peer", at: now(), verdict: this.#peer.verdict });
      module.tick();
    }
    this.tellGuard();
  }
}
