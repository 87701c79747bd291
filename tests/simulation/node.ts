/** One simulated server: power, clock, disk, an agent and a replicator. What dies, dies between any two actions. */
import type { Action } from "../../src/machine/action.ts";
import type { Arbiter } from "../../src/machine/arbiter.ts";
import type { Event, RuleOrder, UserCommand } from "../../src/machine/event.ts";
import type { ModuleView, Record } from "../../src/machine/state.ts";
import type { Config, State } from "../../src/machine/step.ts";
import type { Command, Report } from "../../src/replication/control.ts";
import { TOLD_MS } from "../../src/replication/stall.ts";
import type { Known } from "../../src/rules/evaluate.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { Agent } from "./agent.ts";
import { Clock } from "./clock.ts";
import { Guard } from "./guard.ts";
import type { Copy, Replication } from "./process.ts";
import type { Witness } from "./witness.ts";
import type { World } from "./world.ts";

export const PERIOD_MS = 300;
export const TIMEOUT_MS = 2_100;
/** As src/agent/replicator_link.ts: a replicator that is found and says nothing for so long is left alone. */
const PEEK_MS = 6_000;

/** A command on its way to the replicator. */
interface Sent {
  /** Whoever gave it still waits for it: one that is not wanted any more is not sent any more. */
  readonly wanted: () => boolean;
  readonly answer: (error: string | null) => void;
}

/** What belongs to the machine and not to a process: it survives all of them. */
export interface Storage {
  readonly copy: Copy;
  /** A new replicator process on this disk. */
  start(node: Node): Replication;
  /** What was not durable is lost, or not. */
  powerCut(): void;
  /** A new, empty disk; and a copy that says itself that it is behind: scenarios begin with them. */
  replaced?(): void;
  outdate?(): void;
  /** The state of this node is of before what stands here. */
  forgotten?(): void;
  /** What it returns sets the disk back to this moment. */
  snapshot?(): () => void;
}

export interface NodeOptions {
  readonly world: World;
  readonly index: 0 | 1;
  readonly storage: Storage;
  readonly clock?: Clock;
  /** Detection time of this node, and how often it sends. */
  readonly timeoutMs?: number;
  readonly periodMs?: number;
  /** false: a module without directories, and without a replicator. */
  readonly mirrored?: boolean;
  readonly config?: Partial<Config>;
  readonly bootDelayMs?: number;
  /** The third machine; absent: no arbiter. */
  readonly witness?: Witness | undefined;
  /** Addresses that the nodes ping; whether they answer is the world's business. Absent: none. */
  readonly pings?: ((index: 0 | 1) => boolean) | undefined;
  /** Failover rules over `resources` of the node; absent: none. */
  readonly rules?: readonly Rule[] | undefined;
  other(): Node;
  acknowledged(node: Node, write: number): void;
  /** The mount is up, and the plan goes on: what is on this disk is what the service sees now. */
  serves(node: Node): void;
  /** The virtual address is taken. */
  takes(node: Node): void;
  /** Every action, in order, for transcripts. */
  acts?(node: Node, action: Action): void;
  /** Every step of the automaton, for the coverage report. */
  stepped?(node: Node, before: State, event: Event, after: State): void;
}

export class Node {
  readonly index: 0 | 1;
  readonly options: NodeOptions;
  readonly world: World;
  readonly clock: Clock;
  power = true;
  record: Record = { goal: "run", lastRole: null, cameFrom: null };
  replicator: Replication | null = null;
  agent: Agent | null = null;
  addresses = false;
  /** The application runs; frozen: not one instruction of it does. */
  service = false;
  frozen = false;
  /** Started by the agent, which it outlives. */
  guard: Guard | null = null;
  /** The next start of the service fails. */
  startFails = false;
  /** Scripts that stop what runs on a SECOND take so long. */
  secondScriptsMs = 60;
  /** The service takes at most so long to stop. */
  stopMs = 900;
  /** No replicator starts here any more: its state directory is gone, say. */
  replicatorFails = false;
  /** The module is not installed here (any more): heartbeats do not name it. */
  lacksModule = false;
  /** Its arbiter.json is gone: the next agent begins without a witness. */
  lacksWitness = false;
  /** Another machine holds the virtual address. */
  addressFails = false;
  /** The application hangs: its checker says so. */
  hangs = false;
  /** What a checker outside the agent says; it outlives it. */
  router: "up" | "down" = "up";
  /** By the world's time: until then nothing becomes durable. */
  diskStallsUntil = 0;
  life = 0;
  #blocked: string | null = null;
  #reportAt = 0;
  #commandAt = 0;
  /** What waits for a replicator that it can be said to, and for the answer of the one that runs. */
  #unsent: (Sent & { readonly command: Command })[] = [];
  #unanswered = new Set<Sent["answer"]>();
  #writing: Record | null = null;

  constructor(options: NodeOptions) {
    this.options = options;
    this.world = options.world;
    this.index = options.index;
    this.clock = options.clock ?? new Clock(options.world);
  }

  get timeoutMs(): number {
    return this.options.timeoutMs ?? TIMEOUT_MS;
  }

  get periodMs(): number {
    return this.options.periodMs ?? PERIOD_MS;
  }

  get copy(): Copy {
    return this.options.storage.copy;
  }

  get other(): Node {
    return this.options.other();
  }

  get mirrored(): boolean {
    return this.options.mirrored ?? true;
  }

  /** What the nodes are told of who decides. */
  get arbiter(): Arbiter {
    const { witness, pings } = this.options;
    if (this.lacksWitness) return { kind: "none" };
    if (witness !== undefined) {
      return { kind: "witness", id: "w", address: "third", retired: false };
    }
    return pings === undefined
      ? { kind: "none" }
      : { kind: "ping", addresses: ["10.0.0.254"] };
  }

  get view(): ModuleView | null {
    return this.agent?.view ?? null;
  }

  /** Its agent is away, or slept or began anew, and may not have caught up with the world yet. */
  get stalled(): boolean {
    if (this.agent === null || !this.agent.begun) return true;
    const { awakeAt, begunAt } = this.agent;
    return this.world.now < Math.max(awakeAt + 1_000, begunAt + 3_000);
  }

  /** Somebody takes addresses and services away when the time is over, whatever the agent does. */
  get guarded(): boolean {
    return this.guard !== null && !this.guard.paused;
  }

  /** The same, of a module that it knows as one that may be succeeded: one that is ALONE is not. */
  get isWarded(): boolean {
    return this.guarded && this.guard!.end !== null;
  }

  /** Clients of the node's own address are answered. */
  get answers(): boolean {
    return this.power && this.service && !this.frozen;
  }

  resources(): ReadonlyMap<string, Known> {
    const up = { state: "up", detail: null } as const;
    const down = (detail: string) => ({ state: "down", detail }) as const;
    const serving = this.service && this.addresses;
    return new Map<string, Known>([
      ["tcp.web", serving && !this.hangs ? up : down("no connection")],
      ["ping.router", this.router === "up" ? up : down("no answer")],
    ]);
  }

  note(text: string): void {
    this.world.note(`node${this.index + 1} ${text}`);
  }

  boot(): void {
    if (!this.power) this.clock.reboot();
    this.power = true;
    this.startAgent();
  }

  /** The plug is pulled. */
  powerCut(): void {
    if (!this.power) return;
    this.note("POWER CUT");
    this.power = false;
    this.agent = null;
    this.#unsent = [];
    this.#unanswered.clear();
    this.addresses = false;
    this.service = this.frozen = false;
    this.guard = null;
    this.hangs = false;
    this.#tornWrite();
    this.replicator?.powerCut();
    this.replicator = null;
    this.options.storage.powerCut();
  }

  killAgent(): void {
    this.note("agent killed");
    this.agent = null;
    this.#unsent = [];
    this.#unanswered.clear();
    this.#tornWrite();
  }

  killGuard(): void {
    if (this.guard === null) return;
    this.note("guard killed");
    this.guard = null;
  }

  /** An agent that finds none starts one, which begins with its word. */
  startGuard(): void {
    const { agent } = this;
    this.world.later(300, () => {
      if (!this.power || this.agent !== agent || this.guard !== null) return;
      this.guard = new Guard(this);
      this.guard.hear(agent!.state, agent!.told);
    });
  }

  killReplicator(): void {
    const { replicator } = this;
    if (replicator === null) return;
    this.note("replicator killed");
    replicator.die();
    this.ended(replicator);
  }

  /** A replicator's process is gone, by its own will or not. */
  ended(replicator: Replication): void {
    if (this.replicator !== replicator) return;
    this.replicator = null;
    const { world } = this;
    for (const answer of this.#unanswered) answer("the replicator ended");
    this.#unanswered.clear();
    world.later(1, () => {
      this.agent?.main(
        "replicator",
        () => this.agent?.post({ type: "replicator-gone", at: this.clock.now }),
      );
    });
    // One that dies young again and again is started later and later.
    const pause = world.chance(0.1) ? world.between(500, 5_000) : 0;
    world.later(pause + world.between(100, 500), () => {
      if (this.agent === null || this.replicator !== null) return;
      this.#startReplicator();
      if (this.replicator !== null) {
        this.reported((this.replicator as Replication).report());
      }
    });
  }

  pauseAgent(ms: number): void {
    if (this.agent === null) return;
    this.note(`agent paused ${ms.toFixed(0)} ms`);
    // A second stop does not end the first one.
    this.agent.pausedUntil = Math.max(
      this.agent.pausedUntil,
      this.world.now + ms,
    );
  }

  /** Its loop hangs, while its heartbeats go on. */
  stallAgent(ms: number): void {
    if (this.agent === null) return;
    this.note(`agent's loop hangs ${ms.toFixed(0)} ms`);
    this.agent.stall(ms);
  }

  /** Others take the processors: its own thread, which has no priority, is late with everything. */
  starveAgent(ms: number): void {
    if (this.agent === null) return;
    this.note(`agent gets little time for ${ms.toFixed(0)} ms`);
    this.agent.starvedUntil = this.world.now + ms;
  }

  pauseReplicator(ms: number): void {
    if (this.replicator === null) return;
    this.note(`replicator paused ${ms.toFixed(0)} ms`);
    this.replicator.pause(ms);
  }

  /** Replicator and agent together, as a machine that stands still. */
  pauseAll(ms: number): void {
    this.pauseAgent(ms);
    this.pauseReplicator(ms);
    const { guard, world } = this;
    if (guard === null) return;
    guard.pausedUntil = Math.max(guard.pausedUntil, world.now + ms);
  }

  stallDisk(ms: number): void {
    this.note(`disk stalls ${ms.toFixed(0)} ms`);
    this.diskStallsUntil = Math.max(this.diskStallsUntil, this.world.now + ms);
  }

  leap(ms: number): void {
    this.note(`clock leaps ${(ms / 1000).toFixed(0)} s ahead`);
    this.clock.leap(ms);
  }

  fail(fault: string): void {
    if (this.replicator === null || this.replicator.phase === "idle") return;
    this.note(`fault: ${fault}`);
    this.replicator.fail(fault);
  }

  /** Its disk ends no fsync for so long, as the replicator tells in each of its reports. */
  hangDisk(ms: number): void {
    const { world, replicator } = this;
    if (replicator === null) return;
    this.note(`disk ends no fsync for ${ms.toFixed(0)} ms`);
    const since = world.now;
    const tell = () => {
      if (this.replicator !== replicator) return;
      const passed = world.now - since;
      if (passed >= ms) return replicator.hang(null);
      if (passed >= TOLD_MS) replicator.hang({ what: "fsync", ms: passed });
      world.later(1000, tell);
    };
    tell();
  }

  say(command: UserCommand, full = false): void {
    this.note(`$ hakit ${command}${full ? " --full" : ""}`);
    this.agent?.main("own", () =>
      this.agent?.post({
        type: "command",
        at: this.clock.now,
        command,
        full,
        by: "the simulation",
      }));
  }

  /** A failover rule fires. */
  rule(order: RuleOrder): void {
    this.note(`rule: ${order}`);
    this.agent?.post({
      type: "rule",
      at: this.clock.now,
      rule: "t_web",
      order,
      reason: "tcp.web is down",
    });
  }

  /** `hakit witness add` reaches it, perhaps again. */
  addWitness(): void {
    this.note("witness added");
    this.lacksWitness = false;
    this.agent?.post({
      type: "arbiter",
      at: this.clock.now,
      arbiter: this.arbiter,
    });
  }

  /** A rule with wait() holds, until null. */
  block(reason: string | null): void {
    if (reason !== this.#blocked) this.note(`blocked: ${reason}`);
    this.#blocked = reason;
    this.agent?.post({
      type: "blocked",
      at: this.clock.now,
      blocked: reason === null ? null : { reason, pending: false },
    });
  }

  /** The virtual address is seen elsewhere while it is held. */
  addressLost(): void {
    this.note("the address is seen at another machine");
    this.agent?.post({
      type: "address",
      at: this.clock.now,
      problem: "10.0.0.100 is in use by 02:00:00:00:00:99",
    });
  }

  switchFailover(on: boolean): void {
    this.note(`failover ${on ? "on" : "off"}`);
    this.agent?.post({ type: "failover", at: this.clock.now, on });
  }

  startAgent(): void {
    if (!this.power || this.agent !== null) return;
    this.note("agent starts");
    this.life += 1;
    const agent = new Agent(this, this.life);
    this.agent = agent;
    this.world.later(this.world.between(50, 400), () => {
      if (this.agent !== agent) return;
      if (this.replicator === null && this.mirrored) this.#startReplicator();
      this.#found((report) => {
        if (this.agent !== agent) return;
        const resumed = report?.phase === "primary";
        if (!resumed) this.addresses = false;
        // What the guard froze while no agent was there, and whose data is gone, must not come to life again.
        agent.condemned = !resumed && this.frozen;
        agent.begin(report);
        if (this.#blocked !== null) this.block(this.#blocked);
      });
    });
  }

  /** One that stands still says nothing in time, and later what it is. */
  #found(then: (report: Report | null) => void): void {
    const { replicator, world } = this;
    const silentMs = replicator === null ? 0 : replicator.awakeAt - world.now;
    if (silentMs <= 0) return then(replicator?.report() ?? null);
    world.later(Math.min(silentMs, PEEK_MS), () => {
      const late = silentMs > PEEK_MS;
      then(late ? null : this.replicator?.report() ?? null);
      if (!late) return;
      world.later(silentMs - PEEK_MS, () => {
        if (this.replicator === replicator) this.reported(replicator!.report());
      });
    });
  }

  /** Over the same socket: late, but in order. Where no replicator runs it waits for the next one. */
  command(command: Command, sent: Sent): void {
    this.#unsent.push({ command, ...sent });
    this.#send();
  }

  #send(): void {
    const { replicator, world } = this;
    if (replicator === null) return;
    for (const { command, wanted, answer } of this.#unsent.splice(0)) {
      if (!wanted()) {
        answer("the replicator does not run");
        continue;
      }
      this.#unanswered.add(answer);
      const arrives = world.now + world.between(0.1, 10);
      this.#commandAt = Math.max(this.#commandAt, arrives);
      world.later(this.#commandAt - world.now, () => {
        if (!replicator.alive) return;
        replicator.command(command, (error) => {
          world.later(world.between(0.1, 2), () => {
            if (this.#unanswered.delete(answer)) answer(error);
          });
        });
      });
    }
  }

  /** Durable when `done` is called; a power cut or a kill before it leaves the old one or the new one, never a part. */
  persist(record: Record, done: () => void): void {
    const { world } = this;
    this.#writing = record;
    const { agent } = this;
    const write = (): void => {
      if (this.agent !== agent) return;
      if (world.now < this.diskStallsUntil) {
        return world.later(this.diskStallsUntil - world.now + 1, write);
      }
      this.record = record;
      this.#writing = null;
      done();
    };
    world.later(world.between(0.5, 15), write);
  }

  #tornWrite(): void {
    if (this.#writing !== null && this.world.chance(0.5)) {
      this.record = this.#writing;
    }
    this.#writing = null;
  }

  /** The client of the virtual address, or of the mount. */
  write(write: number): void {
    this.replicator?.write(write);
  }

  #startReplicator(): void {
    if (this.replicatorFails) return;
    this.replicator = this.options.storage.start(this);
    this.#send();
  }

  /** Over a socket: late, but in order. */
  reported(report: Report): void {
    const { replicator, world } = this;
    const arrives = world.now + world.between(0.1, 3);
    this.#reportAt = Math.max(this.#reportAt, arrives);
    world.later(this.#reportAt - world.now, () => {
      if (this.replicator === null || this.replicator !== replicator) return;
      this.agent?.main("replicator", () => {
        if (this.replicator === null || this.replicator !== replicator) return;
        this.agent?.post({ type: "report", at: this.clock.now, report });
      });
    });
  }
}
