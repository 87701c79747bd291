/** One module on this node: its loop, its replicator, its addresses and its scripts, put together. */
import { dirname, join } from "node:path";
import type { Action } from "../machine/action.ts";
import type { Arbiter } from "../machine/arbiter.ts";
import type { Event, UserCommand } from "../machine/event.ts";
import type { ModuleView, Record } from "../machine/state.ts";
import {
  ask,
  initial,
  refusal,
  type State,
  step,
  view,
} from "../machine/step.ts";
import { absentMs, atPresent } from "../machine/lease.ts";
import { isPrimary } from "../machine/turn.ts";
import type { Module } from "../module/schema.ts";
import { endLeftScripts } from "../actions/left_scripts.ts";
import { perform, type Surroundings } from "../actions/perform.ts";
import type { Ward } from "../guard/ward.ts";
import type { Switch, SwitchValue } from "../module/switch.ts";
import type { Command, Report } from "../replication/control.ts";
import type { Ask } from "../witness/register.ts";
import { now } from "../system/clock.ts";
import { createLog, type Log, type LogLine } from "../system/log.ts";
import { ApiError } from "../api/error.ts";
import type { Resource } from "../checker/board.ts";
import type { Sight } from "../checker/look.ts";
import type { ResourceState } from "../rules/rule.ts";
import { Mirror } from "./mirror.ts";
import type { Seen } from "./takeovers.ts";
import { Monitor, toldThere } from "./monitor.ts";
import {
  deviations,
  readSwitches,
  switched,
  type Switches,
  writeSwitches,
} from "./switches.ts";
import { Addresses } from "./addresses.ts";
import { Guarded } from "./guarded.ts";
import { atLast, haveEnded, killLeftCopies } from "./left_copies.ts";
import { Loop } from "./loop.ts";
import type { Node } from "./node.ts";
import { scriptEnvironment } from "./script_environment.ts";
import { Services } from "./services.ts";
import { Standstill } from "./standstill.ts";
import { homeOf, machineConfig, restartsOf } from "./machine_config.ts";
import {
  keepPlace,
  NEW_RECORD,
  readRecord,
  recordFile,
  writeRecord,
} from "./record.ts";
import { ReadyTime } from "./ready_time.ts";
import { messageOf } from "../system/message.ts";

export interface RunningModuleOptions {
  readonly node: Node;
  readonly module: Module;
  readonly folder: string;
  /** The first agent since this machine booted: `boot` decides. Else the goal that was saved does. */
  readonly freshBoot: boolean;
  /** A line of this module's log. */
  readonly onLine: (line: LogLine) => void;
  /** Who decides between the nodes, now. */
  readonly arbiter: () => Arbiter;
  /** Send a heartbeat now. */
  readonly tell: () => void;
  /** Something that is shown has changed. */
  readonly changed: () => void;
  readonly broken: (error: unknown) => void;
  /** Also where no log can be written; null: it is over. */
  readonly alarm: (problem: string | null) => void;
  /** What the peer says of this module, while it is heard. */
  readonly peerView: () => ModuleView | null;
  /** Since the peer's last word. */
  readonly peerSilentMs: () => number;
  /** The whole server is about to stop: also said before this module began. */
  readonly serverStops: () => boolean;
  /** Whether another module is primary and ready; null: there is none of that name. */
  readonly serves: Sight["serves"];
  /** What is kept of data that only this node wrote. */
  readonly salvage: () => string | undefined;
}

/** What a module that begins may decide first must be on its disk; the others do not wait longer for that. */
const BEGIN_MS = 3_000;
const SHUTS_DOWN = "this server shuts down: it takes nothing over any more";

export class RunningModule {
  readonly log: Log;
  #options: RunningModuleOptions;
  readonly #addresses: Addresses;
  readonly #services: Services;
  readonly #guarded: Guarded;
  /** null: the module has no mirrored directories. */
  readonly #mirror: Mirror | null;
  readonly #monitor: Monitor;
  #switches: Switches = {};
  #loop: Loop<State> | null = null;
  readonly #standstill = new Standstill(
    now,
    () => this.#loop ? absentMs(this.#loop.state()) : Infinity,
  );
  readonly #readyTime: ReadyTime;
  /** Set while the agent ends: what the user wants is not changed by that. */
  #keptGoal: Record["goal"] | null = null;
  /** Aborted when this agent begins to restore a copy itself, or ends: the copies of an agent before it are no longer its affair. */
  readonly #ownRestoring = new AbortController();

  constructor(options: RunningModuleOptions) {
    const { node, module } = options;
    this.#options = options;
    this.log = createLog(join(node.paths.log, `${module.name}.log`), {
      onLine: options.onLine,
      beside: true,
    });
    this.#addresses = new Addresses({
      specs: module.virtual_addresses,
      near: node.me.addresses[0]!,
      log: this.log,
      certain: () => this.#guarded.certain,
      onProblem: (problem, again) =>
        this.post({ type: "address", at: now(), problem, again }),
    });
    this.#readyTime = new ReadyTime(
      join(dirname(this.#recordFile()), "takeover.json"),
      this.log,
    );
    this.#services = new Services({ units: module.services, log: this.log });
    this.#guarded = new Guarded({
      module,
      services: this.#services,
      addresses: this.#addresses,
      log: this.log,
      stuck: () => this.post({ type: "stuck", at: now() }),
    });
    this.#monitor = new Monitor({
      module,
      sight: {
        folder: options.folder,
        directory: module.directories[0]?.path ?? null,
        near: node.me.addresses[0]!,
        serves: options.serves,
        heldThere: () => options.peerView()?.addresses === true,
        env: () => ({
          ...scriptEnvironment(this.#options, this.log),
          HAKIT_ROLE: this.view()?.role ?? "STOP",
        }),
      },
      log: this.log,
      remote: () =>
        toldThere(options.peerView()?.watch?.resources ?? [], {
          silentMs: options.peerSilentMs(),
          periodMs: node.cluster.heartbeat.period,
        }),
      post: (event) => this.post(event),
      changed: options.changed,
    });
    this.#mirror = module.directories.length === 0 ? null : new Mirror({
      node,
      module,
      log: this.log,
      post: (event) => {
        // One that was silent does not serve after all, or has ended.
        const silent = (this.#loop?.state().silent ?? null) !== null;
        const serves = event.type === "report" &&
          event.report.phase === "primary";
        if (silent && !serves) this.#services.condemnFrozen();
        return this.post(event);
      },
    });
  }

  /** What the peer is told and the user shown; null until the module has begun. */
  view(): ModuleView | null {
    const view = this.#loop?.view();
    if (view === undefined) return null;
    const { module, node } = this.#options;
    const kept = this.#mirror?.kept;
    // Beside a node that is heard it ends by itself, or by that node's whole copy.
    const last = kept && view.role === "WAIT" && !view.identity.consistent &&
      this.#options.peerView() === null;
    const reason = last
      ? `${view.reason}; ${
        restoring(module.name, kept, {
          node: node.me.name,
          peer: node.peer.name,
        })
      }`
      : view.reason;
    return {
      ...view,
      reason,
      takeoverMs: this.#readyTime.takeoverMs,
      salvage: this.#options.salvage(),
      watch: {
        resources: this.#monitor.told(),
        maintenance: deviations(module, this.#switches),
      },
    };
  }

  /** Of that as much as tells where it is on its way. */
  shown(): Seen["modules"][number] | null {
    const view = this.#loop?.view();
    if (view === undefined) return null;
    return { name: view.module, role: view.role, status: view.status };
  }

  get module(): Module {
    return this.#options.module;
  }

  /** Another configuration while it runs. The caller knows that nothing in it needs a stop (src/module/plan.ts). */
  async reconfigure(module: Module): Promise<void> {
    const { node } = this.#options;
    const home = homeOf(node, module);
    this.#options = { ...this.#options, module };
    await this.#mirror?.reconfigure(module);
    this.#monitor.reconfigure(module);
    await this.post({
      type: "config",
      at: now(),
      restarts: restartsOf(module),
      home,
    });
    await this.post({ type: "failover", at: now(), on: this.#failover() });
    this.#options.tell();
    this.#options.changed();
  }

  resources(): Resource[] {
    return this.#monitor.resources();
  }

  /** Sets what is checked from outside; throws with one line when it is not. */
  setResource(name: string, state: ResourceState, by: string): void {
    const refusal = this.#monitor.refusal(name);
    if (refusal !== null) throw new ApiError(409, "refused", refusal);
    this.#monitor.set(name, state, `set by ${by}`);
  }

  /** Kept until a person changes it again. */
  async setSwitch(
    name: Switch,
    value: SwitchValue,
    by: string,
  ): Promise<void> {
    const { node, module } = this.#options;
    const next = switched(module, this.#switches, { name, value });
    await writeSwitches(node.paths, module.name, next);
    this.#switches = next;
    this.#monitor.switch(next);
    if (value === "off") this.log.warning(`${name} is switched off by ${by}`);
    else if (value === "on") this.log.info(`${name} is switched on by ${by}`);
    else this.log.info(`${name} is as module.yaml says: by ${by}`);
    await this.post({ type: "failover", at: now(), on: this.#failover() });
    this.#options.tell();
    this.#options.changed();
  }

  #measure(): void {
    const view = this.#loop?.view();
    if (view) this.#readyTime.look(view, now());
  }

  /** systemd starts no unit any more: a takeover would fail, and count. What the user wants is not changed by that. */
  serverStops(): void {
    this.log.info(SHUTS_DOWN);
    this.post({ type: "failover", at: now(), on: this.#failover() });
    this.#options.tell();
  }

  #failover(): boolean {
    return !this.#options.serverStops() &&
      (this.#switches.failover ?? this.module.failover) === "on";
  }

  /** Rules are judged after every decision, and with every tick. */
  #watch(): void {
    if (this.#loop) this.#monitor.update(this.#loop.state(), now());
  }

  tick(): void {
    this.post({ type: "tick", at: now() });
  }

  stoodStill(): void {
    this.#standstill.stoodStill();
    this.post({ type: "stood-still", at: now() });
  }

  /** What the guard is to know of it; null: it may be served here without an end. */
  ward(): Ward | null {
    const loop = this.#loop;
    return loop ? this.#guarded.ward(loop.state(), loop.told()) : null;
  }

  /** The guard says that it has taken it away. */
  wasFenced(): void {
    this.#guarded.wasFenced();
  }

  /** What the witness is to be asked about it; null: nothing. */
  asks(): Ask | null {
    return this.#loop ? ask(this.#loop.told()) : null;
  }

  /** The replicator's last word, null while there is none. */
  report(): Report | null {
    return this.#mirror?.report ?? null;
  }

  async begin(): Promise<void> {
    const { node, module, freshBoot } = this.#options;
    this.#switches = await readSwitches(node.paths, module.name)
      .catch((error) => {
        this.log.error(messageOf(error));
        return {};
      });
    this.#monitor.switch(this.#switches);
    await this.#readyTime.begin();
    await this.#services.begin(
      `hakit.${node.me.name}.${module.name}`,
      node.paths.run,
    );
    const record = await this.#firstRecord(freshBoot);
    const report = await this.#mirror?.start() ?? null;
    if (report?.phase !== "primary") await this.#endLeftCopies(report);
    const resumed = report?.phase === "primary";
    // By its record it serves, whatever its disk keeps it from saying: nothing is taken away before that is known.
    const silent = report === null && (this.#mirror?.silent ?? false) &&
      isPrimary(record.lastRole ?? "STOP");
    // A secondary that goes on starts nothing again: what its last agent began comes to its end.
    if (report?.phase !== "secondary" || record.goal !== "run") {
      for (const script of await endLeftScripts(this.#options.folder)) {
        this.log.warning(`${script} still ran without its agent and was ended`);
      }
    }
    if (!resumed && !silent) {
      this.#services.condemnFrozen();
      // Without directories nothing tells whether this node may still serve: it begins anew, and the other one may be quicker.
      if (report?.phase === "idle" || this.#mirror === null) {
        this.#services.killLeftOvers();
      }
      // After a crash the address may still be here, while the peer has it by now.
      await this.#addresses.release().catch((error) =>
        this.log.error(messageOf(error))
      );
    }
    const loop: Loop<State> = new Loop(
      { step, view },
      initial(
        machineConfig(node, module, {
          failover: this.#failover(),
          mirrored: this.#mirror !== null,
        }),
        record,
        this.#options.arbiter(),
      ),
      {
        persist: (next) => {
          const goal = this.#keptGoal ?? next.goal;
          return writeRecord(this.#recordFile(), { ...next, goal });
        },
        tell: this.#options.tell,
        replicator: async (command) => await this.#mirror?.ask(command),
        perform: (action, signal) => perform(action, this.#world(), signal),
        ready: (signal) =>
          this.#standstill.over(() => loop.state().unsure, signal),
        log: (level, text) => this.log.write(level, text),
        changed: () => {
          this.#watch();
          this.#measure();
          this.#options.changed();
        },
        broken: this.#options.broken,
        alarm: this.#options.alarm,
      },
    );
    this.#loop = loop;
    this.log.info(`begins: ${resumed ? "resumes" : "goal " + record.goal}`);
    if (this.#options.serverStops()) this.log.info(SHUTS_DOWN);
    await loop.begin({
      type: "begin",
      at: now(),
      report: resumed || report?.phase === "secondary" ? report : null,
      boot: record.goal === "run",
      bootDelayMs: freshBoot ? module.boot_delay : 0,
      silent,
    }, BEGIN_MS);
    const latest = this.report() ?? report;
    if (latest) this.post({ type: "report", at: now(), report: latest });
  }

  /** Of an agent before this one, which may have been restoring a copy: then the replicator takes no role until it hears this. */
  async #endLeftCopies(report: Report | null): Promise<void> {
    const paths = this.module.directories.map(({ path }) => path);
    const left = killLeftCopies(paths);
    const { signal } = this.#ownRestoring;
    await atLast(async () => {
      if (left.size > 0) {
        await haveEnded(left);
        this.log.warning("copying went on without its agent and was ended");
      }
      const { phase } = this.report() ?? report ?? {};
      if (phase !== "idle" || signal.aborted) return;
      await this.#mirror?.ask({ command: "replace-end" });
    }, { failed: (problem) => this.log.error(problem), signal });
  }

  post(event: Event): Promise<readonly Action[]> {
    this.#standstill.heard();
    return this.#loop?.post(event) ?? Promise.resolve([]);
  }

  /** All that was posted until now is dealt with, and what was decided is on record. */
  settled(): Promise<void> {
    return this.#loop?.settled() ?? Promise.resolve();
  }

  /** Passes a quick command on to the replicator; throws what it refuses, or where there is none. */
  async ask(command: Command): Promise<void> {
    if (!this.#mirror) {
      throw new Error("the module has no mirrored directories");
    }
    // It says itself when that has ended: a word about an earlier one would give the module a role in the middle of it.
    if (command.command === "replace") this.#ownRestoring.abort();
    await this.#mirror.ask(command);
  }

  /** Why a command cannot be obeyed now; null: it can. */
  refusal(command: UserCommand): string | null {
    return this.#loop ? refusal(this.#loop.state(), command) : null;
  }

  /** Stops as by command, but so that it runs again when the agent does. */
  shutDown(): void {
    this.#keptGoal = this.view()?.goal ?? null;
    this.command("stop", { full: false, by: "shutdown" });
  }

  command(
    command: UserCommand,
    options: {
      readonly full: boolean;
      readonly by: string;
      readonly otherFolder?: boolean;
    },
  ): Promise<readonly Action[]> {
    return this.post({ type: "command", at: now(), command, ...options });
  }

  /** Lets go of everything but the replicator, which goes on; `exit` ends that too (it must be idle). */
  async close(options: { readonly exit: boolean }): Promise<void> {
    if (options.exit) await this.#mirror?.exit();
    this.#ownRestoring.abort();
    this.#monitor.close();
    await this.#loop?.close();
    await this.#mirror?.close();
    this.#addresses.close();
    this.#services.close();
    if (options.exit) await this.#mirror?.forgetKey();
  }

  #recordFile(): string {
    return recordFile(this.#options.node.paths, this.module.name);
  }

  async #firstRecord(freshBoot: boolean): Promise<Record> {
    let record = NEW_RECORD;
    try {
      record = await readRecord(this.#recordFile());
      // Not the moment to fail: a full disk says so again when it matters.
      await keepPlace(this.#recordFile(), record).catch(() => {});
    } catch (error) {
      // Without its record a node cannot know that it may go on: it waits for its peer or a person.
      this.log.error(messageOf(error));
    }
    const boot = this.#switches.boot ?? this.module.boot;
    if (!freshBoot || boot === "auto") return record;
    return { ...record, goal: boot === "on" ? "run" : "stop" };
  }

  #world(): Surroundings {
    const { module, folder, node } = this.#options;
    return {
      replicator: async (command, signal) => {
        const state = this.#loop?.state();
        const present = state ? atPresent(command, state) : command;
        const peer = this.#options.peerView()?.identity ?? null;
        await this.#mirror?.do(present, peer, signal);
      },
      takeAddresses: async (signal) => {
        const start = now();
        await this.#addresses.take(signal);
        if (module.virtual_addresses.length === 0) return;
        const seconds = ((now() - start) / 1000).toFixed(2);
        this.log.info(`addresses taken after ${seconds} s`);
      },
      releaseAddresses: () => this.#addresses.release(),
      freezeServices: () => Promise.resolve(this.#services.freeze()),
      thawServices: () => Promise.resolve(this.#services.thaw()),
      scripts: {
        folder,
        logFolder: join(node.paths.log, module.name),
        env: scriptEnvironment(this.#options, this.log),
        group: this.#services.group ?? undefined,
      },
      startTimeoutMs: module.scripts.start_timeout,
      stopTimeoutMs: module.scripts.stop_timeout,
      warn: (text) => this.log.warning(text),
      note: (text) => this.log.info(text),
    };
  }
}

/** How a copy comes back as it was before it was being levelled: the last way. */
export function restoring(
  module: string,
  copy: string,
  { node, peer }: { readonly node: string; readonly peer: string },
): string {
  return `only if ${peer} is gone for good: the state of ${copy} (all later writes are missing) comes back by "hakit stop ${module} --node ${node}", "hakit copy restore ${module} ${copy} --node ${node}", "hakit prim ${module} --node ${node}"`;
}

/** Where the modules' folders are made: state and log of one module. */
export async function makeFolders(node: Node, module: Module): Promise<void> {
  await Deno.mkdir(dirname(recordFile(node.paths, module.name)), {
    recursive: true,
    mode: 0o750,
  });
  // A full log disk keeps no service down.
  await Deno.mkdir(join(node.paths.log, module.name), {
    recursive: true,
    mode: 0o750,
  }).catch(() => {});
}
