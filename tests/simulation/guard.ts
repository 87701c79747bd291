/** The guard of a node, which outlives its agent: the real src/guard/ward.ts, and what it can take away. */
import {
  beaten,
  fenced,
  followed,
  heard,
  idleMs,
  judged,
  NOTHING,
  type Ward,
  type Watch,
} from "../../src/guard/ward.ts";
import { wardOf } from "../../src/machine/ward.ts";
import type { State } from "../../src/machine/step.ts";
import type { Node } from "./node.ts";

/** As src/guard/guard.ts: what an agent puts back is taken away again. */
const AGAIN_MS = 50;
const TURN_MS = 200;
const REPORT_MS = 1_000;

export class Guard {
  readonly #node: Node;
  #watch: Watch = NOTHING;
  /** Of the look that is due next, by its clock; and which one it is. */
  #lookAt = Infinity;
  #looks = 0;
  /** When the agent was told last that it was taken away; -Infinity: that it is not. */
  #toldAt = -Infinity;
  /** When it reads what was said last. */
  #heardAt = 0;
  #words = 0;
  pausedUntil = 0;

  constructor(node: Node) {
    this.#node = node;
  }

  get alive(): boolean {
    return this.#node.guard === this;
  }

  get paused(): boolean {
    return this.#node.world.now < this.pausedUntil;
  }

  /** Whether it has taken the module away. */
  get fences(): boolean {
    const one = this.#watch.guarded.get("app");
    return one !== undefined && one.dueSince !== null;
  }

  /** What a new agent does not know. */
  get end(): number | null {
    return this.#watch.guarded.get("app")?.until ?? null;
  }

  /** The agent's word, ten times a second. */
  hear(state: State, told: State): void {
    const until = wardOf(state, told);
    const ward: Ward | null = until === null ? null : {
      ...until,
      until: until.until ?? this.end,
      module: "app",
      addresses: [],
      group: null,
      units: [],
    };
    const wards = ward === null ? [] : [ward];
    this.#take((watch, now) =>
      heard(watch, { do: "watch", wards, watchdog: null }, now)
    );
  }

  /** Of the heartbeats' thread. */
  beat(sentAt: number): void {
    this.#take((watch, now) => beaten(watch, sentAt, now));
  }

  /** Of the same: the other node follows, and has heard this one. */
  followed(sentAt: number): void {
    const word = { at: sentAt, modules: ["app"] };
    this.#take((watch, now) => followed(watch, word, now));
  }

  #take(change: (watch: Watch, now: number) => Watch): void {
    const { world, clock } = this.#node;
    // Read in order, and not at once: it may act in between.
    this.#words += 1;
    const delayMs = 1 + this.#words % 20;
    this.#heardAt = Math.max(this.#heardAt, world.now + delayMs);
    world.later(this.#heardAt - world.now, () =>
      this.#awake(() => {
        this.#watch = change(this.#watch, clock.now);
        this.#plan();
      }));
  }

  /** As soon as its process runs; what waited for it is read first. */
  #awake(run: () => void): void {
    if (!this.alive) return;
    const { world } = this.#node;
    if (!this.paused) return run();
    world.later(this.pausedUntil - world.now, () => this.#awake(run));
  }

  #plan(): void {
    const { now } = this.#node.clock;
    const wait = this.fences ? AGAIN_MS : idleMs(this.#watch, now, TURN_MS);
    if (this.#watch.guarded.size === 0) {
      this.#lookAt = Infinity;
      return;
    }
    // The one that is under way comes early enough.
    if (this.#lookAt > now && this.#lookAt <= now + wait) return;
    this.#lookAt = now + wait;
    const look = ++this.#looks;
    this.#node.clock.later(wait, () => {
      if (look !== this.#looks) return;
      this.#awake(() => this.#look());
    });
  }

  #look(): void {
    const node = this.#node;
    this.#lookAt = Infinity;
    this.#watch = judged(this.#watch, node.clock.now);
    if (this.fences) {
      if (node.addresses || !node.frozen) node.note("the guard fences");
      node.addresses = false;
      node.frozen = true;
      this.#watch = fenced(this.#watch, "app", true);
      this.#report();
    } else this.#toldAt = -Infinity;
    this.#plan();
  }

  /** At a change, and again after a while: not each time that it takes away. */
  #report(): void {
    const { now } = this.#node.clock;
    if (now - this.#toldAt < REPORT_MS) return;
    this.#toldAt = now;
    this.#node.agent?.wasFenced();
  }
}
