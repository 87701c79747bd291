/** The checkers and rules of one module: starts and stops watches by role, keeps what they find, and posts what rules ask for. */
import { type Activity, activity, atRest } from "../machine/rule.ts";
import type { Event } from "../machine/event.ts";
import type { WatchView } from "../machine/state.ts";
import type { State } from "../machine/step.ts";
import { Board, type Resource } from "../checker/board.ts";
import {
  type Check,
  checksOf,
  linksOf,
  reachOf,
  remoteNames,
  rulesOf,
} from "../checker/checks.ts";
import { lookOf, type Sight } from "../checker/look.ts";
import { firstLooks } from "../checker/spread.ts";
import { Watch } from "../checker/watch.ts";
import type { Module } from "../module/schema.ts";
import type { Known } from "../rules/evaluate.ts";
import { EMPTY_MEMORY, judge, type Memory } from "../rules/judge.ts";
import {
  cannotBeTold,
  references,
  type ResourceState,
  type Rule,
} from "../rules/rule.ts";
import type { Log } from "../system/log.ts";
import type { Switches } from "./switches.ts";

export interface MonitorOptions {
  readonly module: Module;
  readonly sight: Sight;
  readonly log: Log;
  /** What the other node says of its resources; empty when it is not heard. */
  readonly remote: () => ReadonlyMap<string, Known>;
  readonly post: (event: Event) => void;
  /** Something that is shown has changed. */
  readonly changed: () => void;
}

interface Watched {
  readonly check: Check;
  /** Null: set from outside. */
  readonly watch: Watch | null;
}

/** For so long the other node's last word is one of this moment: two heartbeats may be lost, and a busy machine hesitates. */
const FRESH_MS = 1_500;
const FRESH_PERIODS = 3;

/**
 * What the other node says of its resources; nothing once its word is an old one. The verdict on that node waits for heartbeat.timeout,
 * up to a minute: until then what it said before the only link broke would let that very fault move the module.
 */
export function toldThere(
  resources: WatchView["resources"],
  { silentMs, periodMs }: {
    readonly silentMs: number;
    readonly periodMs: number;
  },
): ReadonlyMap<string, Known> {
  const fresh = silentMs <= Math.max(FRESH_MS, FRESH_PERIODS * periodMs);
  return new Map(fresh ? resources.map((one) => [one.name, one]) : []);
}

const WHEN: Readonly<{ [when in Check["when"]]: readonly Activity[] }> = {
  pre: ["pre", "prim", "second"],
  prim: ["prim"],
  second: ["second"],
  both: ["prim", "second"],
};

export class Monitor {
  #options: MonitorOptions;
  #rules: readonly Rule[] = [];
  readonly #board = new Board([], 0);
  #watched: readonly Watched[] = [];
  #told: ReadonlySet<string> = new Set();
  #switches: Switches = {};
  #memory: Memory = EMPTY_MEMORY;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#take(options.module);
  }

  /** Another configuration of the same module: checks that did not change go on, with their history. */
  reconfigure(module: Module): void {
    this.#options = { ...this.#options, module };
    this.#take(module);
    // What held under the old rules holds its full time under the new ones.
    this.#memory = { ...this.#memory, since: new Map(), again: new Map() };
  }

  #take(module: Module): void {
    const checks = [
      ...checksOf(module),
      ...reachOf(module),
      ...linksOf(module),
    ];
    const before = this.#watched;
    this.#rules = rulesOf(module);
    this.#told = new Set(remoteNames(this.#rules, checks));
    const same = (check: Check) =>
      before.find((one) => JSON.stringify(one.check) === JSON.stringify(check));
    for (const one of before) {
      if (!checks.some((check) => same(check) === one)) one.watch?.stop();
    }
    this.#board.keep(
      checks.map((check) => ({
        name: check.resource,
        known: same(check) !== undefined,
      })),
      Date.now(),
    );
    const first = firstLooks(checks);
    this.#watched = checks.map((check, position) => {
      const kept = same(check);
      if (kept) return kept;
      const look = lookOf(check, this.#options.sight);
      // From outside: nobody has said anything yet.
      if (look === null) this.#assign(check.resource, "init", null);
      const watch = look && new Watch({
        look,
        intervalMs: check.interval,
        timeoutMs: check.timeout,
        startDelayMs: Math.max(
          check.kind === "proc" ? check.start_delay : 0,
          first[position]!,
        ),
        report: ({ state, detail }) =>
          this.#assign(check.resource, state, detail),
      });
      return { check, watch };
    });
  }

  resources(): Resource[] {
    return this.#board.list();
  }

  /** What the other node is told, the most needed first: a long list is cut. `maintenance` is added by who knows. */
  told(): WatchView["resources"] {
    const all = this.#board.list();
    const asked = all.filter(({ name }) => this.#told.has(name));
    const others = all.filter(({ name }) => !this.#told.has(name));
    return [
      ...asked,
      ...others.filter(({ state }) => state === "down"),
      ...others.filter(cannotBeTold),
    ].map(({ name, state, detail }) => ({ name, state, detail }));
  }

  /** Why a resource cannot be set from outside; null: it can. */
  refusal(name: string): string | null {
    const entry = this.#watched.find(({ check }) => check.resource === name);
    if (entry === undefined) {
      const names = this.#watched.filter(({ watch }) => watch === null)
        .map(({ check }) => check.resource);
      return `No resource is called "${name}", expected ${
        names.join(", ") || "one of checkers.custom without script"
      }`;
    }
    return entry.watch === null
      ? null
      : `The resource "${name}" is looked at by hakit itself: only a custom checker without script is set from outside`;
  }

  set(name: string, state: ResourceState, detail: string | null): void {
    this.#assign(name, state, detail);
  }

  /** Which rules count; watches go on, so that a person sees when all is well again. */
  switch(switches: Switches): void {
    this.#switches = switches;
  }

  /** The automaton has taken a step, or time has passed. */
  update(state: State, at: number): void {
    const now = activity(state);
    for (const { check, watch } of this.#watched) {
      if (watch === null) continue;
      const wanted = WHEN[check.when].includes(now);
      if (wanted === watch.runs) continue;
      if (wanted) watch.start();
      else watch.stop();
      this.#assign(check.resource, wanted ? "init" : "unknown", null);
    }
    this.#judge(state, at);
  }

  close(): void {
    for (const { watch } of this.#watched) watch?.stop();
  }

  #judge(state: State, at: number): void {
    // A block of a rule that is gone must end, too.
    if (this.#rules.length === 0 && this.#memory.blocked === null) return;
    const { post, module, remote } = this.#options;
    const before = this.#memory.blocked;
    const { memory, fired } = judge(
      this.#rules.filter((rule) => this.#counts(rule)),
      this.#memory,
      {
        at,
        resources: { local: this.#board.known(), remote: remote() },
        atRest: atRest(state) && activity(state) !== "pre",
        waits: state.role === "WAIT" && state.record.goal === "run",
        holdMs: module.hold,
      },
    );
    this.#memory = memory;
    const { blocked } = memory;
    if (JSON.stringify(before) !== JSON.stringify(blocked)) {
      post({ type: "blocked", at, blocked });
    }
    if (fired !== null) post({ type: "rule", at, ...fired });
  }

  #counts(rule: Rule): boolean {
    const { errd, checker } = this.#switches;
    return references(rule.condition).every(({ kind }) =>
      (kind === "proc" ? errd : checker) !== "off"
    );
  }

  #assign(name: string, state: ResourceState, detail: string | null): void {
    const before = this.#board.get(name)?.state;
    if (!this.#board.assign(name, { state, detail }, Date.now())) return;
    const { log, changed } = this.#options;
    const why = detail === null ? "" : `: ${detail}`;
    if (state === "down") log.warning(`${name} is down${why}`);
    else if (before === "down" || state === "up") {
      log.info(`${name} is ${state}${why}`);
    }
    changed();
  }
}
