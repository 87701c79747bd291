/**
 * One life of an agent: the real automaton, the real heartbeat station, the real rules, and what lies around them as the agent has
 * it: a loop that takes one event at a time and does persist → tell → act, a thread for the heartbeats, plans beside the loop.
 */
import { Standstill } from "../../src/agent/standstill.ts";
import { type Body, followers, promises } from "../../src/heartbeat/body.ts";
import type { Datagram } from "../../src/heartbeat/message.ts";
import { type Sealing, Station } from "../../src/heartbeat/station.ts";
import type { Action } from "../../src/machine/action.ts";
import type { Event } from "../../src/machine/event.ts";
import { absentMs } from "../../src/machine/lease.ts";
import { activity, atRest } from "../../src/machine/rule.ts";
import {
  ask,
  initial,
  type State,
  step,
  view,
} from "../../src/machine/step.ts";
import { isPrimary, RESTARTS } from "../../src/machine/turn.ts";
import { wardOf } from "../../src/machine/ward.ts";
import { DOUBTFUL, type Doubts, regain } from "../../src/machine/regain.ts";
import type { ModuleView } from "../../src/machine/state.ts";
import type { Command, Report } from "../../src/replication/control.ts";
import type { Ask } from "../../src/witness/register.ts";
import { EMPTY_MEMORY, judge, type Memory } from "../../src/rules/judge.ts";
import type { Node } from "./node.ts";
import { Plans } from "./plans.ts";
import { type Source, Thread } from "./thread.ts";

const TICK_MS = 100;
const REPEAT_MS = 1_000;
const PING_MS = 1_000;
const LOOK_MS = 3_000;
/** As src/agent/guarded.ts. */
const STILL_MS = 1_000;
/** A quick command holds the loop up no longer, but it arrives all the same: src/agent/loop.ts. */
const QUICK_MS = 2_000;
const QUICK_COMMAND_MS = 10_000;
const LATE_MS = 1_000;
/** How long its thread waits for a processor, at most, while others take them. */
const STARVED_MS = 300;
/** An agent whose loop does not turn for so long falls silent: src/heartbeat/worker.ts. */
const HUNG_MS = 10_000;

/** What is sealed for nobody: the simulated wire has no strangers on it. */
const OPEN: Sealing = {
  seal: (datagram) => datagram as unknown as Uint8Array,
  open: (bytes) => bytes as unknown as Datagram,
};

const NEWS: readonly Event["type"][] = [
  "tick",
  "heard",
  "peer",
  "report",
  "witness",
  "pinged",
];

export class Agent {
  state: State;
  begun = false;
  begunAt = 0;
  /** By the world's time. */
  roleSince = 0;
  /** The process is stopped, by the world's time; and its loop alone, while the heartbeats go on. */
  pausedUntil = 0;
  stalledUntil = 0;
  /** Its own thread gets a processor late, but not that of the heartbeats, which has real-time priority. */
  starvedUntil = 0;
  #heardUsAt = -Infinity;
  #stalledSince = 0;
  readonly #node: Node;
  readonly #station: Station;
  readonly #plans: Plans;
  readonly #queue: Event[] = [];
  readonly #main: Thread;
  readonly #heartbeats: Thread;
  readonly standstill: Standstill;
  #busy = false;
  #nextLease: Command | null = null;
  #leasing = false;
  /** What others may know: everything that belongs to it is on record. */
  #visible: State;

  /** The last state on record. */
  get told(): State {
    return this.#visible;
  }
  #said: State | null = null;
  /** What the peer said of its modules last. */
  #views: readonly ModuleView[] = [];
  #verdict: State["peer"]["verdict"] = "unknown";
  /** How often the peer was lost: the thread knows, the loop was told, the loop has dealt with. */
  #losses = 0;
  #lossesPosted = 0;
  #lossesKnown = 0;
  #saidLosses = 0;
  #repeatAt = 0;
  #rules: Memory = EMPTY_MEMORY;
  /** Life of the witness as this agent knows it, and what it was asked last. */
  #witness = 0;
  #witnessSaid = 0;
  #asked: Ask | null = null;
  #askedAt = -Infinity;
  #questions = 0;
  #pingAt = -Infinity;
  /** Whether the guard has taken something away that has not come back. */
  doubts: Doubts = DOUBTFUL;
  #guardDue = false;
  #lookAt = 0;
  #stillAt = 0;
  #problem = false;
  /** This life has taken the virtual address and not let it go. */
  holds = false;
  /** The services are frozen for good. */
  condemned = false;

  constructor(node: Node, life: number) {
    this.#node = node;
    const names = ["node1", "node2"] as const;
    const { index, options } = node;
    this.state = initial(
      {
        module: "app",
        node: names[index],
        peer: names[1 - index]!,
        nodeIndex: index,
        failover: true,
        mirrored: node.mirrored,
        restarts: RESTARTS,
        home: "anywhere",
        timeoutMs: node.timeoutMs,
        ...options.config,
      },
      node.record,
      node.arbiter,
    );
    this.#visible = this.state;
    this.#station = new Station({
      key: "",
      cluster: "",
      nodeIndex: index,
      boot: `${index}:${life}`,
      links: 2,
      periodMs: node.periodMs,
      timeoutMs: node.timeoutMs,
    }, OPEN);
    this.#plans = new Plans(node, this, (event) => this.post(event));
    this.standstill = new Standstill(
      () => node.clock.now,
      () => absentMs(this.state),
    );
    const { world } = node;
    const alive = () => this.alive;
    this.#main = new Thread(world, {
      alive,
      awakeAt: () => this.awakeAt,
      takesMs: () =>
        world.now < this.starvedUntil && world.chance(0.2)
          ? world.between(1, STARVED_MS)
          : 0.1,
    });
    this.#heartbeats = new Thread(world, {
      alive,
      awakeAt: () => this.pausedUntil,
      takesMs: () => 0.01,
    });
  }

  get alive(): boolean {
    return this.#node.agent === this;
  }

  get paused(): boolean {
    return this.#node.world.now < this.pausedUntil;
  }

  get view(): ModuleView {
    return view(this.state);
  }

  /** Until when nothing of this process's own thread happens. */
  get awakeAt(): number {
    return Math.max(this.pausedUntil, this.stalledUntil);
  }

  /** `report`: of a replicator that was found and answers. */
  begin(report: Report | null, silent = false): void {
    const node = this.#node;
    this.begun = true;
    this.begunAt = node.world.now;
    const serving = report?.phase === "primary" ||
      report?.phase === "secondary";
    // As src/agent/running_module.ts: what a former agent's scripts had started, or were about to stop, is killed.
    if (!serving && !silent) node.service = false;
    this.post({
      type: "begin",
      at: node.clock.now,
      report: serving ? report : null,
      boot: true,
      bootDelayMs: node.options.bootDelayMs ?? 0,
      silent,
    });
    if (report !== null) {
      this.post({ type: "report", at: node.clock.now, report });
    }
    this.#tick();
    this.#listen();
    this.#beat();
  }

  stall(ms: number): void {
    this.#stalledSince = this.#node.world.now;
    this.stalledUntil = Math.max(
      this.stalledUntil,
      this.#stalledSince + ms,
    );
  }

  /** In the agent's own thread, as soon as it is free; `at` of an event is when it is taken there. */
  main(source: Source, run: () => void): void {
    this.#main.run(source, run);
  }

  // Heartbeats: a thread of their own.

  #beat(): void {
    if (!this.alive) return;
    const { clock, periodMs, world } = this.#node;
    // A timer that is overdue when its process goes on runs at once.
    if (this.paused) {
      return world.later(this.pausedUntil - world.now, () => this.#beat());
    }
    clock.later(periodMs, () => this.#beat());
    this.#tellThread();
  }

  /** Every 100 ms, whether or not the agent's own loop turns. */
  #listen(): void {
    if (!this.alive) return;
    this.#node.clock.later(TICK_MS, () => this.#listen());
    if (this.paused) return;
    const { now } = this.#node.clock;
    this.#station.ticked(now, TICK_MS);
    if (this.#station.unconfirmed(now, this.#heardUsAt)) this.#tellThread();
    this.#report();
  }

  #report(): void {
    const { now } = this.#node.clock;
    const losses = this.#station.losses(now);
    const verdict = this.#station.verdict(now);
    const news = verdict !== this.#verdict || losses !== this.#losses;
    if (!news && now < this.#repeatAt) return;
    this.#repeatAt = now + REPEAT_MS;
    this.#verdict = verdict;
    this.#losses = losses;
    this.main("heartbeats", () => {
      if (verdict !== this.state.peer.verdict) {
        this.post({ type: "peer", at: this.#node.clock.now, verdict });
      }
      this.#lossesPosted = losses;
      if (!this.#busy) this.#dealtWithLosses();
    });
  }

  /** As src/agent/peer_link.ts. */
  #dealtWithLosses(): void {
    if (this.#lossesKnown === this.#lossesPosted) return;
    this.#lossesKnown = this.#lossesPosted;
    this.#tell();
  }

  /** The guard first: as soon as the peer has heard that this node is PRIM it may succeed it. */
  #tell(): void {
    this.#node.guard?.hear(this.state, this.#visible);
    this.#tellThread();
  }

  get #hung(): boolean {
    const { now } = this.#node.world;
    return now < this.stalledUntil && now - this.#stalledSince > HUNG_MS;
  }

  #tellThread(): void {
    if (this.paused || this.#hung) return;
    const { clock, guard } = this.#node;
    for (const link of [0, 1]) this.#send(link);
    if (this.#station.verdict(clock.now) !== "unknown") guard?.beat(clock.now);
  }

  #send(link: number): void {
    const node = this.#node;
    const news = this.#said !== this.#visible ||
      this.#saidLosses !== this.#lossesKnown;
    if (news || node.lacksModule) {
      this.#said = this.#visible;
      this.#saidLosses = this.#lossesKnown;
      const body: Body = {
        version: "simulated",
        modules: node.lacksModule ? [] : [view(this.#visible)],
        timeoutMs: node.timeoutMs,
      };
      const settled = promises(body, this.#views) ? this.#lossesKnown : null;
      this.#station.say(body, settled);
    }
    const bytes = this.#station.compose(link, node.clock.now);
    node.world.datagram(
      node.index,
      link,
      () => node.other.agent?.receive(link, bytes),
    );
  }

  receive(link: number, bytes: Uint8Array): void {
    if (!this.begun) return;
    this.#heartbeats.run("own", () => {
      const { clock } = this.#node;
      const { answer, body, heardUsAt } = this.#station.receive(
        link,
        bytes,
        clock.now,
      );
      if (answer && !this.#hung) this.#send(link);
      this.#heardUsAt = Math.max(this.#heardUsAt, heardUsAt ?? -Infinity);
      if (heardUsAt !== null && body && followers(body).length > 0) {
        this.#node.guard?.followed(heardUsAt);
      }
      if (body !== null) {
        this.main("heartbeats", () => {
          this.#views = body.modules;
          this.post({
            type: "heard",
            at: clock.now,
            view: body.modules[0] ?? null,
            ...(heardUsAt === null ? {} : { heardUsAt }),
            timeoutMs: body.timeoutMs,
          });
        });
      }
      this.#report();
    });
  }

  // The agent's own thread.

  #ticks = false;

  #tick(): void {
    if (!this.alive) return;
    const node = this.#node;
    node.clock.later(TICK_MS, () => this.#tick());
    if (this.#ticks || node.world.now < this.awakeAt) return;
    this.#ticks = true;
    this.main("own", () => {
      this.#ticks = false;
      this.post({ type: "tick", at: node.clock.now });
      this.#tellGuard();
      this.#ask();
      this.#ping();
      this.#watch();
    });
  }

  /** As src/agent/guard_link.ts, and RunningModule.ward(). */
  #tellGuard(): void {
    const node = this.#node;
    const { clock } = node;
    if (node.guard === null && !this.#guardDue) node.startGuard();
    this.#guardDue = node.guard === null;
    const ward = wardOf(this.state, this.#visible);
    const { doubts, back, safe, stuck } = regain(this.doubts, {
      state: this.state,
      ward,
      now: clock.now,
    });
    this.doubts = doubts;
    // As src/agent/addresses.ts: looked after, but not while it is not certain whose they are.
    const looks = clock.now >= this.#lookAt && !doubts.doubt &&
      isPrimary(this.state.role);
    if (looks) this.#lookAt = clock.now + LOOK_MS;
    const turn = (safe || stuck) && clock.now >= this.#stillAt;
    if (turn) this.#stillAt = clock.now + STILL_MS;
    const still = turn && node.frozen;
    if (still && stuck) this.post({ type: "stuck", at: clock.now });
    else if (back || still || looks) {
      this.#regain(back || still, isPrimary(this.state.role) || ward !== null);
    }
    node.guard?.hear(this.state, this.#visible);
  }

  wasFenced(): void {
    this.main("own", () => this.doubts = { ...this.doubts, doubt: true });
  }

  #regain(back: boolean, serves: boolean): void {
    const node = this.#node;
    if (back) {
      if (node.frozen && serves) node.note("what the guard took comes back");
      this.thaw();
    }
    if (!serves || !this.holds || node.addresses) return;
    // It is probed for first, and said once.
    const used = node.other.addresses || node.addressFails;
    const known = this.#problem;
    this.#problem = used;
    if (used && known) return;
    if (used) {
      const problem = "10.0.0.100 is in use by 02:00:00:00:00:99";
      return this.post({ type: "address", at: node.clock.now, problem });
    }
    node.addresses = true;
    node.options.takes(node);
  }

  /** As src/agent/services.ts. */
  thaw(): void {
    if (this.condemned) this.#node.service = false;
    this.condemned = this.#node.frozen = false;
  }

  /** As src/agent/monitor.ts: rules are judged ten times a second. */
  #watch(): void {
    const node = this.#node;
    const { rules } = node.options;
    if (rules === undefined || !this.begun) return;
    const { state } = this;
    const before = this.#rules.blocked;
    const { memory, fired } = judge(rules, this.#rules, {
      at: node.clock.now,
      resources: { local: node.resources(), remote: new Map() },
      atRest: atRest(state) && activity(state) !== "pre",
      waits: state.role === "WAIT" && state.record.goal === "run",
      holdMs: 2_000,
    });
    this.#rules = memory;
    if (JSON.stringify(before) !== JSON.stringify(memory.blocked)) {
      this.post({
        type: "blocked",
        at: node.clock.now,
        blocked: memory.blocked,
      });
    }
    if (fired !== null) {
      this.post({ type: "rule", at: node.clock.now, ...fired });
    }
  }

  #ping(): void {
    const { options: { pings }, clock, world, index } = this.#node;
    if (pings === undefined || clock.now - this.#pingAt < PING_MS) return;
    const askedAt = clock.now;
    this.#pingAt = askedAt;
    const answered = pings(index);
    world.later(answered ? world.between(1, 30) : 900, () => {
      this.main(
        "own",
        () => this.post({ type: "pinged", at: clock.now, askedAt, answered }),
      );
    });
  }

  /** As src/witness/client.ts: now and then, at once when something else is wanted, and again soon when it is urgent. */
  #ask(): void {
    const { options: { witness }, clock, periodMs, index, life } = this.#node;
    const question = witness === undefined ? null : ask(this.#visible);
    if (witness === undefined || question === null) return;
    const waited = clock.now - this.#askedAt;
    const due = question.want === "set" ? TICK_MS : periodMs;
    if (waited < due - 1 && same(question, this.#asked)) return;
    this.#asked = question;
    this.#askedAt = clock.now;
    this.#questions += 1;
    const askedAt = clock.now;
    witness.send({
      from: index,
      life,
      number: this.#questions,
      to: this.#witness,
      askedAt,
      ask: question,
      reply: (by, answer) =>
        this.main("witness", () => {
          if (by.life < this.#witness) return;
          if (by.life > this.#witness) {
            this.#witness = by.life;
            this.#witnessSaid = 0;
            this.#asked = null;
            this.#ask();
          }
          // Twice, or overtaken: src/heartbeat/acquaintance.ts takes each word once and none that is older.
          if (by.number <= this.#witnessSaid) return;
          this.#witnessSaid = by.number;
          if (answer === null || answer.to !== life) return;
          const at = clock.now;
          this.post({ type: "witness", at, askedAt, answer: answer.answer });
        }),
    });
  }

  post(event: Event): void {
    if (!this.alive || !this.begun) return;
    this.#endSilence(event);
    this.standstill.heard();
    // As src/agent/loop.ts: the newest news is all that counts.
    if (NEWS.includes(event.type)) {
      const at = this.#queue.findIndex(({ type }) => type === event.type);
      if (at >= 0) this.#queue.splice(at, 1);
    }
    this.#queue.push(event);
    if (!this.#busy) this.#next();
  }

  /** As src/agent/running_module.ts: one that was silent does not serve after all, or has ended. */
  #endSilence(event: Event): void {
    const word = event.type === "report" || event.type === "replicator-gone";
    if (this.state.silent === null || !word) return;
    const serves = event.type === "report" && event.report.phase === "primary";
    if (!serves && this.#node.frozen) this.condemned = true;
  }

  #next(): void {
    if (!this.alive) return;
    const { world } = this.#node;
    if (world.now < this.awakeAt) {
      this.#busy = true;
      return world.later(this.awakeAt - world.now, () => this.#next());
    }
    const event = this.#queue.shift();
    this.#busy = event !== undefined;
    if (event === undefined) return this.#dealtWithLosses();
    const before = this.state;
    // As src/agent/loop.ts: by the time at which it is taken.
    const { state, actions } = step(before, {
      ...event,
      at: this.#node.clock.now,
    });
    this.state = state;
    this.#node.options.stepped?.(this.#node, before, event, state);
    if (before.role !== state.role) {
      this.roleSince = this.#node.world.now;
      this.#node.note(`${before.role} -> ${state.role}`);
    }
    for (const action of actions) {
      if (action.do === "run") this.#plans.takeAway(action);
    }
    this.#act(actions, 0);
  }

  #act(actions: readonly Action[], at: number): void {
    if (!this.alive) return;
    const node = this.#node;
    const action = actions[at];
    if (action?.do !== "persist") this.#visible = this.state;
    if (action === undefined) {
      this.#ask();
      return this.#next();
    }
    node.options.acts?.(node, action);
    const next = () => this.#act(actions, at + 1);
    switch (action.do) {
      case "persist":
        // Power may fail before it is durable: nothing after it has happened then.
        return this.#persist(action, next);
      case "tell":
        this.#tell();
        return next();
      case "replicator":
        if (action.command.command === "lease") {
          this.#lease(action.command);
          return next();
        }
        this.#nextLease = null;
        return this.#quick(action.command, next);
      case "run":
        this.#plans.run(action);
        return next();
      case "log":
        node.note(`${action.level}: ${action.text}`);
        return next();
      default:
        return action satisfies never;
    }
  }

  /** As src/agent/loop.ts: what need not be on record before all else is not waited for long. */
  #persist(action: Action & { readonly do: "persist" }, next: () => void) {
    const node = this.#node;
    let over = false;
    const end = () => {
      if (over || !this.alive) return;
      over = true;
      next();
    };
    node.persist(action.record, end);
    if (action.late) node.world.later(LATE_MS, end);
  }

  /** As src/agent/loop.ts: nothing waits for it, and the newest end is enough. */
  #lease(command: Command): void {
    this.#nextLease = command;
    if (this.#leasing) return;
    const next = (): void => {
      const lease = this.#nextLease;
      this.#nextLease = null;
      this.#leasing = lease !== null;
      if (lease !== null) this.#quick(lease, next);
    };
    next();
  }

  #quick(command: Command, next: () => void): void {
    const { world } = this.#node;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      this.main("own", next);
    };
    world.later(QUICK_MS, end);
    const limit = world.now + QUICK_COMMAND_MS;
    const wanted = () => world.now < limit;
    this.#node.command(command, { wanted, answer: end });
  }
}

function same(one: Ask, other: Ask | null): boolean {
  return other !== null && one.want === other.want &&
    one.expect === other.expect && one.floor === other.floor &&
    one.alone === other.alone && one.heedLease === other.heedLease &&
    one.leaseMs === other.leaseMs;
}
