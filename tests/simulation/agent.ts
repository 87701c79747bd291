/**
 * One life of an agent: the real automaton, the real heartbeat station, the real rules, and what lies around them as the agent has
 * it: a loop that takes one event at a time and does persist → tell → act, a thread for the heartbeats, plans beside the loop.
 */
import type { Body } from "../../src/heartbeat/body.ts";
import type { Datagram } from "../../src/heartbeat/message.ts";
import { type Sealing, Station } from "../../src/heartbeat/station.ts";
import type { Action } from "../../src/machine/action.ts";
import type { Event } from "../../src/machine/event.ts";
import { activity, atRest } from "../../src/machine/rule.ts";
import {
  ask,
  initial,
  type State,
  step,
  view,
} from "../../src/machine/step.ts";
import { RESTARTS } from "../../src/machine/turn.ts";
import type { ModuleView } from "../../src/machine/state.ts";
import type { Ask } from "../../src/witness/register.ts";
import { EMPTY_MEMORY, judge, type Memory } from "../../src/rules/judge.ts";
import type { Node } from "./node.ts";
import { Plans } from "./plans.ts";

const TICK_MS = 100;
const REPEAT_MS = 1_000;
const PING_MS = 1_000;
/** A quick command holds the loop up no longer, but it arrives all the same: src/agent/loop.ts. */
const QUICK_MS = 2_000;
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
  /** The process is stopped, by the world's time; and its loop alone, while the heartbeats go on. */
  pausedUntil = 0;
  stalledUntil = 0;
  #stalledSince = 0;
  readonly #node: Node;
  readonly #station: Station;
  readonly #plans: Plans;
  readonly #queue: Event[] = [];
  #busy = false;
  /** What others may know: everything that belongs to it is on record. */
  #visible: State;
  #said: State | null = null;
  #verdict: State["peer"]["verdict"] = "unknown";
  #repeatAt = 0;
  #rules: Memory = EMPTY_MEMORY;
  /** Life of the witness as this agent knows it, and what it was asked last. */
  #witness = 0;
  #witnessSaid = 0;
  #asked: Ask | null = null;
  #askedAt = -Infinity;
  #questions = 0;
  #pingAt = -Infinity;

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

  begin(): void {
    const node = this.#node;
    this.begun = true;
    this.begunAt = node.world.now;
    const report = node.replicator?.report() ?? null;
    const serving = report?.phase === "primary" ||
      report?.phase === "secondary";
    this.post({
      type: "begin",
      at: node.clock.now,
      report: serving ? report : null,
      boot: true,
      bootDelayMs: node.options.bootDelayMs ?? 0,
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
  main(run: () => void): void {
    if (!this.alive) return;
    const { world } = this.#node;
    if (world.now >= this.awakeAt) return run();
    world.later(this.awakeAt - world.now, () => this.main(run));
  }

  #thread(run: () => void): void {
    if (!this.alive || !this.begun) return;
    const { world } = this.#node;
    if (!this.paused) return run();
    world.later(this.pausedUntil - world.now, () => this.#thread(run));
  }

  // Heartbeats: a thread of their own.

  #beat(): void {
    if (!this.alive) return;
    this.#node.clock.later(this.#node.periodMs, () => this.#beat());
    this.#tellThread();
  }

  /** Every 100 ms, whether or not the agent's own loop turns. */
  #listen(): void {
    if (!this.alive) return;
    this.#node.clock.later(TICK_MS, () => this.#listen());
    if (this.paused) return;
    this.#station.ticked(this.#node.clock.now, TICK_MS);
    this.#report();
  }

  #report(): void {
    const { now } = this.#node.clock;
    const verdict = this.#station.verdict(now);
    if (verdict === this.#verdict && now < this.#repeatAt) return;
    this.#repeatAt = now + REPEAT_MS;
    this.#verdict = verdict;
    this.main(() => {
      if (verdict === this.state.peer.verdict) return;
      this.post({ type: "peer", at: this.#node.clock.now, verdict });
    });
  }

  get #hung(): boolean {
    const { now } = this.#node.world;
    return now < this.stalledUntil && now - this.#stalledSince > HUNG_MS;
  }

  #tellThread(): void {
    if (this.paused || this.#hung) return;
    for (const link of [0, 1]) this.#send(link);
  }

  #send(link: number): void {
    const node = this.#node;
    if (this.#said !== this.#visible || node.lacksModule) {
      this.#said = this.#visible;
      const body: Body = {
        version: "simulated",
        modules: node.lacksModule ? [] : [view(this.#visible)],
        timeoutMs: node.timeoutMs,
      };
      this.#station.say(body);
    }
    const bytes = this.#station.compose(link, node.clock.now);
    node.world.datagram(
      node.index,
      link,
      () => node.other.agent?.receive(link, bytes),
    );
  }

  receive(link: number, bytes: Uint8Array): void {
    this.#thread(() => {
      const { clock } = this.#node;
      const { answer, body, heardUsAt } = this.#station.receive(
        link,
        bytes,
        clock.now,
      );
      if (answer && !this.#hung) this.#send(link);
      if (body !== null) {
        this.main(() =>
          this.post({
            type: "heard",
            at: clock.now,
            view: body.modules[0] ?? null,
            ...(heardUsAt === null ? {} : { heardUsAt }),
            timeoutMs: body.timeoutMs,
          })
        );
      }
      this.#report();
    });
  }

  // The agent's own thread.

  #tick(): void {
    if (!this.alive) return;
    const node = this.#node;
    node.clock.later(TICK_MS, () => this.#tick());
    if (node.world.now < this.awakeAt) return;
    this.post({ type: "tick", at: node.clock.now });
    this.#ask();
    this.#ping();
    this.#watch();
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
      this.main(() =>
        this.post({ type: "pinged", at: clock.now, askedAt, answered })
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
        this.main(() => {
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
    // As src/agent/loop.ts: the newest news is all that counts.
    if (NEWS.includes(event.type)) {
      const at = this.#queue.findIndex(({ type }) => type === event.type);
      if (at >= 0) this.#queue.splice(at, 1);
    }
    this.#queue.push(event);
    if (!this.#busy) this.#next();
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
    if (event === undefined) return;
    const before = this.state;
    const { state, actions } = step(before, event);
    this.state = state;
    this.#node.options.stepped?.(this.#node, before, event, state);
    if (before.role !== state.role) {
      this.#node.note(`${before.role} -> ${state.role}`);
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
        return node.persist(action.record, () => this.alive && next());
      case "tell":
        this.#tellThread();
        return next();
      case "replicator":
        return this.#quick(action, next);
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

  #quick(action: Action & { do: "replicator" }, next: () => void): void {
    const { world, replicator } = this.#node;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      this.main(next);
    };
    world.later(QUICK_MS, end);
    world.later(world.between(0.5, 10), () => {
      if (replicator === null || !replicator.alive) return end();
      replicator.command(
        action.command,
        () => world.later(world.between(0.1, 2), end),
      );
    });
  }
}

function same(one: Ask, other: Ask | null): boolean {
  return other !== null && one.want === other.want &&
    one.expect === other.expect && one.floor === other.floor &&
    one.alone === other.alone && one.heedLease === other.heedLease &&
    one.leaseMs === other.leaseMs;
}
