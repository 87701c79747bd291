/** One simulated server: power, disk, agent with its loop, replicator process. What dies, dies between any two actions. */
import { Detector } from "../../src/heartbeat/detector.ts";
import type { Action, PlanAction } from "../../src/machine/action.ts";
import type { Event, RuleOrder, UserCommand } from "../../src/machine/event.ts";
import type { ModuleView, Record } from "../../src/machine/state.ts";
import type { Arbiter } from "../../src/machine/arbiter.ts";
import {
  ask,
  type Config,
  initial,
  type State,
  step,
  view,
} from "../../src/machine/step.ts";
import { RESTARTS } from "../../src/machine/turn.ts";
import { EMPTY } from "../../src/replication/identity.ts";
import type { Report } from "../../src/replication/control.ts";
import { type Disk, Replicator } from "./replicator.ts";
import type { Witness } from "./witness.ts";
import type { World } from "./world.ts";

const PERIOD_MS = 300;
const TIMEOUT_MS = 2_100;
const TICK_MS = 100;

/** One life of an agent. */
interface Agent {
  state: State;
  readonly queue: Event[];
  busy: boolean;
  begun: boolean;
  begunAt: number;
  pausedUntil: number;
  plan: { readonly number: number; cancelled: boolean; done: boolean } | null;
  readonly detector: Detector;
  /** Number of the last message that was believed, and of the last that was sent. */
  heard: number;
  sent: number;
  /** The peer's message that was believed last: told back, so that it knows when it was heard. */
  echo: { readonly life: number; readonly sentAt: number } | null;
  /** Life of the witness as this agent knows it, and what it was asked last. */
  witness: number;
  asked: string;
  askedAt: number;
  questions: number;
}

export interface NodeOptions {
  readonly world: World;
  readonly index: 0 | 1;
  /** false: a module without directories, and without a replicator. */
  readonly mirrored?: boolean;
  readonly config?: Partial<Config>;
  readonly bootDelayMs?: number;
  /** The third machine; absent: no arbiter. */
  readonly witness?: Witness | undefined;
  /** Addresses that this node pings; whether they answer is the world's business. Absent: none. */
  readonly pings?: (() => boolean) | undefined;
  other(): Node;
  acknowledged(node: Node, write: number): void;
  /** The mount is up: what is on this disk is what the service sees now. */
  serves(node: Node): void;
  /** The virtual address is taken. */
  takes(node: Node): void;
  /** Every action, in order, for transcripts. */
  acts?(node: Node, action: Action): void;
}

export class Node {
  readonly index: 0 | 1;
  power = true;
  record: Record = { goal: "run", lastRole: null, cameFrom: null };
  readonly disk: Disk = {
    identity: EMPTY,
    data: new Set(),
    aloneWrites: new Set(),
    salvage: new Set(),
  };
  replicator: Replicator | null = null;
  agent: Agent | null = null;
  addresses = false;
  /** The application runs. */
  service = false;
  /** The next start of the service fails. */
  startFails = false;
  /** A checker outside the agent: it outlives it. */
  #blocked: string | null = null;
  readonly #options: NodeOptions;
  readonly #world: World;
  #lives = 0;
  #reportAt = 0;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#world = options.world;
    this.index = options.index;
  }

  /** What the nodes are told of who decides. */
  get arbiter(): Arbiter {
    const { witness, pings } = this.#options;
    if (witness !== undefined) {
      return { kind: "witness", id: "w", address: "third", retired: false };
    }
    return pings === undefined
      ? { kind: "none" }
      : { kind: "ping", addresses: ["10.0.0.254"] };
  }

  get #mirrored(): boolean {
    return this.#options.mirrored ?? true;
  }

  get view(): ModuleView | null {
    return this.agent === null ? null : view(this.agent.state);
  }

  /** Its agent is away, or slept or began anew, and may not have caught up with the world yet. */
  get stalled(): boolean {
    if (this.agent === null || !this.agent.begun) return true;
    const { pausedUntil, begunAt } = this.agent;
    return this.#world.now < Math.max(pausedUntil + 1000, begunAt + 3000);
  }

  note(text: string): void {
    this.#world.note(`node${this.index + 1} ${text}`);
  }

  boot(): void {
    this.power = true;
    this.startAgent();
  }

  /** The plug is pulled. */
  powerCut(): void {
    this.note("POWER CUT");
    this.power = false;
    this.agent = null;
    this.addresses = false;
    this.service = false;
    const replicator = this.replicator;
    this.replicator = null;
    if (replicator === null) return;
    replicator.alive = false;
    const { connection } = replicator;
    // No word goes out: the other side notices by silence.
    this.#world.later(
      this.#world.between(500, 2500),
      () => this.#options.other().replicator?.noticeLoss(connection),
    );
  }

  killAgent(): void {
    this.note("agent killed");
    this.agent = null;
  }

  killReplicator(): void {
    const replicator = this.replicator;
    if (replicator === null) return;
    this.note("replicator killed");
    this.replicator = null;
    replicator.die();
    this.#afterReplicatorDeath();
  }

  pauseAgent(ms: number): void {
    if (this.agent === null) return;
    this.note(`agent paused ${ms.toFixed(0)} ms`);
    this.agent.pausedUntil = this.#world.now + ms;
  }

  /** Replicator and agent together, as a machine that stands still. */
  pauseAll(ms: number): void {
    this.pauseAgent(ms);
    this.replicator?.pause(ms);
  }

  fail(fault: string): void {
    if (this.replicator === null || this.replicator.phase === "idle") return;
    this.note(`fault: ${fault}`);
    this.replicator.fault = fault;
    this.#reported(this.replicator.report());
  }

  say(command: UserCommand): void {
    this.note(`$ hakit ${command}`);
    this.#post({
      type: "command",
      at: this.#world.now,
      command,
      full: false,
      by: "the simulation",
    });
  }

  /** A failover rule fires. */
  rule(order: RuleOrder): void {
    this.note(`rule: ${order}`);
    this.#post({
      type: "rule",
      at: this.#world.now,
      rule: "t_web",
      order,
      reason: "tcp.web is down",
    });
  }

  /** A rule with wait() holds, until null. */
  block(reason: string | null): void {
    if (reason !== this.#blocked) this.note(`blocked: ${reason}`);
    this.#blocked = reason;
    this.#post({
      type: "blocked",
      at: this.#world.now,
      blocked: reason === null ? null : { reason, pending: false },
    });
  }

  switchFailover(on: boolean): void {
    this.#post({ type: "failover", at: this.#world.now, on });
  }

  startAgent(): void {
    if (!this.power || this.agent !== null) return;
    this.note("agent starts");
    this.#lives += 1;
    const names = ["node1", "node2"] as const;
    const agent: Agent = {
      state: initial(
        {
          module: "app",
          node: names[this.index],
          peer: names[1 - this.index]!,
          nodeIndex: this.index,
          failover: true,
          mirrored: this.#mirrored,
          restarts: RESTARTS,
          home: "anywhere",
          ...this.#options.config,
        },
        this.record,
        this.arbiter,
      ),
      queue: [],
      busy: false,
      begun: false,
      begunAt: 0,
      pausedUntil: 0,
      plan: null,
      detector: new Detector({ periodMs: PERIOD_MS, timeoutMs: TIMEOUT_MS }),
      heard: -1,
      sent: 0,
      echo: null,
      witness: 0,
      asked: "",
      askedAt: -Infinity,
      questions: 0,
    };
    this.agent = agent;
    this.#world.later(this.#world.between(50, 400), () => {
      if (this.agent !== agent) return;
      const resumed = this.replicator?.phase === "primary";
      if (!resumed) this.addresses = false;
      if (this.replicator === null && this.#mirrored) this.#startReplicator();
      agent.begun = true;
      agent.begunAt = this.#world.now;
      this.#post({
        type: "begin",
        at: this.#world.now,
        report: this.replicator?.report() ?? null,
        boot: true,
        bootDelayMs: this.#options.bootDelayMs ?? 0,
      });
      if (this.#blocked !== null) this.block(this.#blocked);
      this.#tick(agent);
      this.#beat(agent);
    });
  }

  /** The client of the virtual address, or of the mount. */
  write(write: number): void {
    this.replicator?.write(write);
  }

  hear(
    from: number,
    said: ModuleView,
    number: number,
    times: { readonly sentAt: number; readonly echo: Agent["echo"] },
  ): void {
    const { agent } = this;
    if (agent === null || !agent.begun) return;
    const deliver = () => {
      if (this.agent !== agent) return;
      if (this.#paused(agent)) return this.#world.later(50, deliver);
      const message = from * 1e9 + number;
      if (message <= agent.heard) return;
      agent.heard = message;
      agent.detector.heard(this.#world.now);
      agent.echo = { life: from, sentAt: times.sentAt };
      const mine = times.echo?.life === this.#lives;
      this.#post({
        type: "heard",
        at: this.#world.now,
        view: said,
        ...(mine ? { heardUsAt: times.echo!.sentAt } : {}),
      });
    };
    deliver();
  }

  #paused(agent: Agent): boolean {
    return this.#world.now < agent.pausedUntil;
  }

  #tick(agent: Agent): void {
    if (this.agent !== agent) return;
    this.#world.later(TICK_MS, () => this.#tick(agent));
    if (this.#paused(agent)) return;
    const at = this.#world.now;
    agent.detector.ticked(at, TICK_MS);
    const verdict = agent.detector.verdict(at);
    if (verdict !== agent.state.peer.verdict) {
      this.#post({ type: "peer", at, verdict });
    }
    this.#post({ type: "tick", at });
    this.#ask(agent);
    this.#ping(agent);
  }

  #ping(agent: Agent): void {
    const { pings } = this.#options;
    if (pings === undefined || agent.questions++ % 5 !== 0) return;
    const askedAt = this.#world.now;
    this.#world.later(this.#world.between(1, 300), () => {
      if (this.agent !== agent) return;
      const answered = pings();
      this.#post({ type: "pinged", at: this.#world.now, askedAt, answered });
    });
  }

  /** As src/witness/client.ts: now and then, at once when something else is wanted, and again soon when it is urgent. */
  #ask(agent: Agent): void {
    const { witness } = this.#options;
    const question = ask(agent.state);
    if (witness === undefined || question === null) return;
    if (this.#paused(agent)) return;
    const text = JSON.stringify(question);
    const waited = this.#world.now - agent.askedAt;
    const due = question.want === "set" ? 100 : PERIOD_MS;
    if (text === agent.asked && waited < due - 1) return;
    agent.asked = text;
    agent.askedAt = this.#world.now;
    agent.questions += 1;
    const askedAt = this.#world.now;
    witness.send({
      from: this.index,
      life: this.#lives,
      number: agent.questions,
      to: agent.witness,
      askedAt,
      ask: question,
      reply: (life, answer) => {
        const arrive = (): void => {
          if (this.agent !== agent) return;
          if (this.#paused(agent)) return this.#world.later(50, arrive);
          if (life < agent.witness) return;
          if (life > agent.witness) {
            agent.witness = life;
            agent.asked = "";
            this.#ask(agent);
          }
          if (answer === null || answer.to !== this.#lives) return;
          const at = this.#world.now;
          this.#post({ type: "witness", at, askedAt, answer: answer.answer });
        };
        arrive();
      },
    });
  }

  #beat(agent: Agent): void {
    if (this.agent !== agent) return;
    this.#world.later(PERIOD_MS, () => this.#beat(agent));
    this.#tell(agent);
  }

  #tell(agent: Agent): void {
    if (this.#paused(agent) || !agent.state.begun) return;
    agent.sent += 1;
    const said = view(agent.state);
    const number = agent.sent;
    const life = this.#lives;
    const times = { sentAt: this.#world.now, echo: agent.echo };
    this.#world.datagram(
      this.index,
      () => this.#options.other().hear(life, said, number, times),
    );
  }

  #startReplicator(): void {
    this.replicator = new Replicator({
      world: this.#world,
      index: this.index,
      disk: this.disk,
      other: () => this.#options.other().replicator,
      report: (report) => this.#reported(report),
      acknowledged: (write) => this.#options.acknowledged(this, write),
    });
  }

  #afterReplicatorDeath(): void {
    this.#world.later(1, () => {
      this.#post({ type: "replicator-gone", at: this.#world.now });
    });
    this.#world.later(this.#world.between(100, 500), () => {
      if (this.agent === null || this.replicator !== null) return;
      this.#startReplicator();
      this.#reported(this.replicator!.report());
    });
  }

  /** Over a socket: late, but in order. */
  #reported(report: Report): void {
    const { replicator } = this;
    const arrives = this.#world.now + this.#world.between(0.1, 3);
    this.#reportAt = Math.max(this.#reportAt, arrives);
    this.#world.later(this.#reportAt - this.#world.now, () => {
      if (this.replicator === null || this.replicator !== replicator) return;
      this.#post({ type: "report", at: this.#world.now, report });
    });
  }

  #post(event: Event): void {
    const { agent } = this;
    if (agent === null || !agent.begun) return;
    agent.queue.push(event);
    if (!agent.busy) this.#next(agent);
  }

  #next(agent: Agent): void {
    if (this.agent !== agent) return;
    if (this.#paused(agent)) {
      agent.busy = true;
      return this.#world.later(
        agent.pausedUntil - this.#world.now,
        () => this.#next(agent),
      );
    }
    const event = agent.queue.shift();
    agent.busy = event !== undefined;
    if (event === undefined) return;
    const before = agent.state;
    const { state, actions } = step(before, event);
    agent.state = state;
    this.#ask(agent);
    if (before.role !== state.role) {
      this.note(`${before.role} -> ${state.role}`);
    }
    this.#act(agent, actions, 0);
  }

  #act(agent: Agent, actions: readonly Action[], at: number): void {
    if (this.agent !== agent) return;
    const action = actions[at];
    if (action === undefined) return this.#next(agent);
    this.#options.acts?.(this, action);
    const after = (ms: number) =>
      this.#world.later(ms, () => this.#act(agent, actions, at + 1));
    switch (action.do) {
      case "persist":
        // Power may fail before it is durable: nothing after it has happened then.
        return this.#world.later(this.#world.between(0.5, 15), () => {
          if (this.agent !== agent) return;
          this.record = action.record;
          this.#act(agent, actions, at + 1);
        });
      case "tell":
        this.#tell(agent);
        return this.#act(agent, actions, at + 1);
      case "replicator": {
        const { replicator } = this;
        const give = (): void => {
          if (replicator?.paused) return this.#world.later(20, give);
          if (replicator?.alive) replicator.command(action.command);
          after(this.#world.between(0.1, 2));
        };
        return this.#world.later(this.#world.between(0.5, 10), give);
      }
      case "run":
        this.#run(agent, action);
        return this.#act(agent, actions, at + 1);
      case "log":
        this.note(`${action.level}: ${action.text}`);
        return this.#act(agent, actions, at + 1);
      default:
        return action satisfies never;
    }
  }

  #run(agent: Agent, action: Action & { readonly do: "run" }): void {
    const previous = agent.plan;
    if (previous !== null) {
      if (!previous.done && !action.replace) {
        throw new Error(
          `plan ${action.name} while another runs, without replacing it`,
        );
      }
      previous.cancelled = true;
    }
    this.note(`plan ${action.plan} ${action.name}`);
    const plan = { number: action.plan, cancelled: false, done: false };
    agent.plan = plan;
    const begin = () => {
      // What was cut short ends first.
      if (previous !== null && !previous.done) {
        return this.#world.later(5, begin);
      }
      this.#perform(agent, plan, action.actions, 0);
    };
    begin();
  }

  #perform(
    agent: Agent,
    plan: NonNullable<Agent["plan"]>,
    actions: readonly PlanAction[],
    at: number,
  ): void {
    if (this.agent !== agent) return;
    const end = (failed: { action: string; error: string } | null) => {
      plan.done = true;
      if (plan.cancelled) return;
      this.#post({
        type: "performed",
        at: this.#world.now,
        plan: plan.number,
        failed,
      });
    };
    const action = actions[at];
    if (plan.cancelled || action === undefined) return end(null);
    const next = () => this.#perform(agent, plan, actions, at + 1);
    switch (action.do) {
      case "take-addresses":
      case "release-addresses":
        return this.#world.later(this.#world.between(2, 40), () => {
          if (this.agent !== agent) return;
          this.addresses = action.do === "take-addresses";
          if (this.addresses) this.#options.takes(this);
          next();
        });
      case "replicator": {
        const command = (): void => {
          if (this.agent !== agent) return;
          const { replicator } = this;
          if (replicator?.paused && !plan.cancelled) {
            return this.#world.later(20, command);
          }
          const name = `replicator ${action.command.command}`;
          if (replicator === null) {
            return end({ action: name, error: "it does not run" });
          }
          const error = replicator.command(action.command);
          if (error !== null) return end({ action: name, error });
          if (action.command.command === "primary") this.#options.serves(this);
          next();
        };
        return this.#world.later(this.#world.between(2, 80), command);
      }
      case "script":
        return this.#script(agent, plan, action, { next, end });
      default:
        return action satisfies never;
    }
  }

  #script(
    agent: Agent,
    plan: NonNullable<Agent["plan"]>,
    action: PlanAction & { readonly do: "script" },
    way: {
      readonly next: () => void;
      readonly end: (failed: { action: string; error: string }) => void;
    },
  ): void {
    const slow = action.script === "start_prim" ||
      action.script === "stop_prim";
    const until = this.#world.now +
      this.#world.between(1, slow && !action.force ? 900 : 60);
    const wait = () => {
      if (this.agent !== agent) return;
      // A replaced plan's script is killed.
      if (this.#world.now < until && !plan.cancelled) {
        return this.#world.later(
          Math.min(20, until - this.#world.now),
          wait,
        );
      }
      if (action.script === "start_prim" && this.startFails) {
        this.startFails = false;
        return way.end({ action: "script start_prim", error: "exit code 1" });
      }
      if (!plan.cancelled) {
        if (action.script === "start_prim") this.service = true;
        const stops = ["stop_prim", "prestart"];
        if (stops.includes(action.script)) this.service = false;
      }
      way.next();
    };
    wait();
  }
}
