/**
 * The one loop around the automaton of a module: takes events one by one, and for each does what step() asks for, in its order:
 * persist → tell the peer → act. Long work (a plan) runs beside the loop and comes back as an event. Before all that goes what must not
 * be served here a moment longer.
 */
import { type Action, type PlanAction, takenAway } from "../machine/action.ts";
import type { Event } from "../machine/event.ts";
import type { ModuleView, Record } from "../machine/state.ts";
import type { Command } from "../replication/control.ts";
import type { Level } from "../system/log.ts";
import { now, sleep } from "../system/clock.ts";
import { messageOf } from "../system/message.ts";

/** The automaton as the loop needs it: src/machine/step.ts, or a small one in tests. */
export interface Automaton<State> {
  step(
    state: State,
    event: Event,
  ): { readonly state: State; readonly actions: readonly Action[] };
  view(state: State): ModuleView;
}

/** What the loop can do to the world. */
export interface Effects {
  persist(record: Record): Promise<void>;
  tell(): void;
  /** A quick command; rejects when the replicator refuses or is gone. */
  replicator(command: Command): Promise<void>;
  /** One step of a plan; rejects with one line. */
  perform(action: PlanAction, signal: AbortSignal): Promise<void>;
  /** Resolves when what came while this process stood still has been judged: a plan may be the last thing that should go on then. */
  ready?(signal: AbortSignal): Promise<void>;
  log(level: Level, text: string): void;
  /** What a person must know at once, wherever a log may be full; null: it is over. */
  alarm?(problem: string | null): void;
  /** What is shown may have changed: after every decision, and with every tick, which shows what all other events have changed. */
  changed(): void;
  /** The automaton itself failed: our own bug. The agent must not go on with it. */
  broken(error: unknown): void;
}

/** Ticks and repeated news are merged, so that only commands and results can pile up; beyond this something is wrong. */
const MAX_QUEUE = 256;
const NEWS: readonly Event["type"][] = [
  "tick",
  "heard",
  "peer",
  "report",
  "witness",
  "pinged",
];
/** How long a quick replicator command may hold the loop up: it is a few bytes over a unix socket and at most one fsync. */
const QUICK_MS = 2000;
const PERSIST_RETRY_MS = 250;
/** A disk that needs longer for one sector is worth a word. */
const STUCK_MS = 1000;
/** What need not be waited for is given so long all the same. */
const LATE_MS = 1000;

interface Waiting {
  readonly event: Event;
  readonly since: number;
  readonly done: (actions: readonly Action[]) => void;
}

interface Plan {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class Loop<State> {
  #state: State;
  /** The last one that is on record: heartbeats go out and witnesses are asked whenever they like, also in the middle of a save. */
  #told: State;
  readonly #automaton: Automaton<State>;
  readonly #effects: Effects;
  readonly #queue: Waiting[] = [];
  #busy = false;
  #drained: Promise<void> = Promise.resolve();
  #plan: Plan | null = null;
  #away: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** Why nothing goes on here; null: it does. */
  #stuck: string | null = null;
  #nextLease: Command | null = null;
  #leasing = false;

  constructor(
    automaton: Automaton<State>,
    initial: State,
    effects: Effects,
  ) {
    this.#automaton = automaton;
    this.#state = initial;
    this.#told = initial;
    this.#effects = effects;
  }

  state(): State {
    return this.#state;
  }

  /** What others may know: everything that belongs to it is on record. */
  told(): State {
    return this.#told;
  }

  view(): ModuleView {
    const view = this.#automaton.view(this.#told);
    return this.#stuck === null ? view : { ...view, reason: this.#stuck };
  }

  /** The first event. One module's disk that does not answer keeps neither the others nor the heartbeats back. */
  async begin(event: Event, limitMs: number): Promise<void> {
    const limit = new AbortController();
    const work = this.post(event).then(() => limit.abort());
    await Promise.race([work, sleep(limitMs, limit.signal)]);
  }

  /** Queues an event; resolves with the actions it led to, when they are done or under way. */
  post(event: Event): Promise<readonly Action[]> {
    if (this.#closed) return Promise.resolve([]);
    if (this.#merge(event)) return Promise.resolve([]);
    // A plan's end that is dropped would be waited for for ever.
    if (this.#queue.length >= MAX_QUEUE && event.type !== "performed") {
      this.#effects.log(
        "error",
        `dropped event "${event.type}": ${MAX_QUEUE} are waiting`,
      );
      return Promise.resolve([]);
    }
    return new Promise((done) => {
      this.#queue.push({ event, since: now(), done });
      if (!this.#busy) this.#drained = this.#drain();
    });
  }

  /** Resolves when everything that was posted is dealt with: decided, on record, told, and quick commands done. */
  settled(): Promise<void> {
    return this.#drained;
  }

  /** Ends the running plan and takes no more events. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { done } of this.#queue.splice(0)) done([]);
    this.#plan?.abort.abort();
    await this.#plan?.done;
    await this.#drained;
  }

  /**
   * The newest news is all that counts: when the loop is held up (a full disk) what the peer said ten seconds ago must not be decided
   * on before what it says now. Commands and results of plans are never dropped for it.
   */
  #merge(event: Event): boolean {
    if (event.type === "tick") {
      if (this.#queue.some(({ event }) => event.type === "tick")) return true;
    }
    if (!NEWS.includes(event.type)) return false;
    const at = this.#queue.findIndex((old) => old.event.type === event.type);
    if (at >= 0) this.#queue.splice(at, 1)[0]!.done([]);
    return false;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (
      let next = this.#queue.shift();
      next && !this.#closed;
      next = this.#queue.shift()
    ) {
      let actions: readonly Action[] = [];
      try {
        const result = this.#automaton.step(this.#state, taken(next));
        this.#state = result.state;
        actions = result.actions;
        const saves = actions.some((action) => action.do === "persist");
        if (!saves) this.#told = result.state;
        for (const action of actions) {
          if (action.do === "run") this.#takeAway(action);
        }
        for (const action of actions) await this.#do(action);
        if (actions.length > 0 || next.event.type === "tick") {
          this.#effects.changed();
        }
      } catch (error) {
        this.#closed = true;
        this.#effects.broken(error);
      }
      next.done(actions);
    }
    this.#busy = false;
  }

  async #do(action: Action): Promise<void> {
    switch (action.do) {
      case "persist":
        return await this.#save(action.record, action.late ?? false);
      case "tell":
        return this.#effects.tell();
      case "replicator":
        if (action.command.command === "lease") {
          return void this.#lease(action.command);
        }
        // What comes after it says anew until when.
        this.#nextLease = null;
        return await this.#quick(action.command);
      case "run":
        return this.#run(action);
      case "log":
        return this.#effects.log(action.level, action.text);
      default:
        return action satisfies never;
    }
  }

  /** What is not on disk must be neither told nor acted on: on a full disk everything after it waits. */
  async #save(record: Record, late: boolean): Promise<void> {
    // One after the other, also behind one that was not waited for.
    const before = this.#saved;
    this.#saved = before.then(() => this.#persist(record, late));
    if (late) {
      const limit = new AbortController();
      await Promise.race([this.#saved, sleep(LATE_MS, limit.signal)]);
      limit.abort();
    } else {
      await this.#watched(before);
      await this.#saved;
    }
    this.#told = this.#state;
  }

  #saved: Promise<void> = Promise.resolve();

  async #persist(record: Record, late: boolean): Promise<void> {
    for (let failures = 0; !this.#closed; failures++) {
      try {
        const work = this.#effects.persist(record);
        await (late ? work : this.#watched(work));
        return this.#sticks(null);
      } catch (error) {
        if (failures > 0 && !late) this.#sticks(messageOf(error));
      }
      await sleep(PERSIST_RETRY_MS);
    }
  }

  /** Said where it takes long. */
  async #watched(work: Promise<void>): Promise<void> {
    const limit = new AbortController();
    sleep(STUCK_MS, limit.signal).then(() => {
      if (!limit.signal.aborted) this.#sticks("the disk does not answer");
    });
    await work.finally(() => limit.abort());
  }

  #sticks(cause: string | null): void {
    const stuck = cause === null
      ? null
      : `nothing is decided here: the module's record cannot be saved, it is tried again: ${cause}`;
    if (stuck === this.#stuck) return;
    this.#stuck = stuck;
    const text = stuck ?? "the module's record can be saved again";
    this.#effects.log(stuck === null ? "info" : "error", text);
    this.#effects.alarm?.(stuck);
    this.#effects.changed();
  }

  /**
   * The newest end is enough, and its answer says nothing: waiting for a replicator that stands still would make this node deaf to
   * who hears it, and so lose the lease itself.
   */
  async #lease(command: Command): Promise<void> {
    this.#nextLease = command;
    if (this.#leasing) return;
    this.#leasing = true;
    for (
      let next: Command | null = command;
      next !== null && !this.#closed;
    ) {
      this.#nextLease = null;
      await this.#quick(next);
      next = this.#nextLease;
    }
    this.#leasing = false;
  }

  /** In order and awaited (an "outdate" must be durable before it is told), but never for long. */
  async #quick(command: Command): Promise<void> {
    const limit = new AbortController();
    const work = this.#effects.replicator(command).catch((error) => {
      // It comes back as a report's fault or as replicator-gone; the automaton acts on that.
      this.#effects.log(
        "warning",
        `replicator: ${command.command}: ${messageOf(error)}`,
      );
    }).finally(() => limit.abort());
    await Promise.race([work, sleep(QUICK_MS, limit.signal)]);
  }

  /** A full disk, or a script that ignores that it was ended, does not keep an address here that the other node may have. */
  #takeAway({ actions }: Action & { do: "run" }): void {
    const first = takenAway(actions);
    if (first.length === 0) return;
    const previous = this.#plan;
    previous?.abort.abort();
    const all = async () => {
      for (const action of first) {
        // The plan itself does it once more, and says what failed.
        await this.#effects.perform(action, new AbortController().signal)
          .catch(() => {});
      }
    };
    this.#away = all();
    // What was running may have just taken an address, or let the services go on.
    if (previous) {
      this.#away = Promise.all([this.#away, previous.done]).then(all);
    }
  }

  #run(action: Action & { do: "run" }): void {
    const previous = this.#plan;
    if (action.replace) previous?.abort.abort();
    const abort = new AbortController();
    const done = this.#perform(action, abort.signal, previous);
    const plan = { abort, done };
    this.#plan = plan;
    done.then(() => {
      if (this.#plan === plan) this.#plan = null;
    });
  }

  async #perform(
    { plan, name, actions }: Action & { do: "run" },
    signal: AbortSignal,
    previous: Plan | null,
  ): Promise<void> {
    // Never two plans at once: what was cut short must have ended first.
    await previous?.done;
    // What replaced this one may take away, and waits for its end.
    if (signal.aborted) return;
    await this.#away;
    let failed: { action: string; error: string } | null = null;
    // What takes away waits for nothing.
    const { ready } = this.#effects;
    const waits = takenAway(actions).length === 0 && ready !== undefined;
    for (const action of actions) {
      if (waits) await ready(signal);
      if (signal.aborted) break;
      const start = now();
      try {
        await this.#effects.perform(action, signal);
      } catch (error) {
        if (signal.aborted) break;
        failed = { action: describe(action), error: messageOf(error) };
      }
      const took = `${((now() - start) / 1000).toFixed(2)} s`;
      this.#effects.log(
        failed ? "error" : "info",
        failed
          ? `${name}: ${failed.action} failed after ${took}: ${failed.error}`
          : `${name}: ${describe(action)} (${took})`,
      );
      if (failed) break;
    }
    // A plan that was replaced has nobody who waits for it.
    if (signal.aborted) return;
    this.post({ type: "performed", at: now(), plan, failed });
  }
}

/** "script stop_prim force", "replicator primary": for the log and for `failed`. */
export function describe(action: PlanAction): string {
  switch (action.do) {
    case "replicator":
      return `replicator ${action.command.command}`;
    case "script":
      return `script ${action.script}${action.force ? " force" : ""}`;
    case "take-addresses":
    case "release-addresses":
    case "freeze-services":
      return action.do;
    default:
      return action satisfies never;
  }
}

/** Decisions are made by the time that it is, not by that at which a held up loop was told: a lease may have ended since. */
function taken({ event, since }: Waiting): Event {
  return { ...event, at: event.at + now() - since };
}
