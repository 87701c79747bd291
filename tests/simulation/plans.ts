/** Plans beside an agent's loop, one at a time, as src/agent/loop.ts: each action takes its time, and what is replaced ends first. */
import {
  type Action,
  type PlanAction,
  takenAway,
} from "../../src/machine/action.ts";
import type { Event } from "../../src/machine/event.ts";
import { atPresent } from "../../src/machine/lease.ts";
import type { Agent } from "./agent.ts";
import type { Node } from "./node.ts";

/** Of a script, in the simulation. */
const SCRIPT_LIMIT_MS = 60_000;

type Failure = { readonly action: string; readonly error: string };

interface Plan {
  readonly number: number;
  cancelled: boolean;
  done: boolean;
}

export class Plans {
  #plan: Plan | null = null;
  /** Nothing is being taken away. */
  #away = true;
  readonly #node: Node;
  readonly #agent: Agent;
  readonly #post: (event: Event) => void;

  constructor(node: Node, agent: Agent, post: (event: Event) => void) {
    this.#node = node;
    this.#agent = agent;
    this.#post = post;
  }

  run(action: Action & { readonly do: "run" }): void {
    const previous = this.#plan;
    if (previous !== null) {
      if (!previous.done && !action.replace) {
        throw new Error(
          `plan ${action.name} while another runs, without replacing it`,
        );
      }
      previous.cancelled = true;
    }
    this.#node.note(`plan ${action.plan} ${action.name}`);
    const plan = { number: action.plan, cancelled: false, done: false };
    this.#plan = plan;
    const begin = () => {
      // What was cut short ends first.
      const waits = previous !== null && !previous.done;
      if (waits || !this.#away && !plan.cancelled) {
        return this.#node.world.later(5, begin);
      }
      this.#next(plan, action.actions, 0);
    };
    begin();
  }

  /** Before the record of it, as src/agent/loop.ts. */
  takeAway({ actions }: Action & { readonly do: "run" }): void {
    if (takenAway(actions).length === 0) return;
    const node = this.#node;
    const previous = this.#plan;
    if (previous !== null) previous.cancelled = true;
    this.#away = false;
    const all = (then: () => void) =>
      node.world.later(node.world.between(2, 40), () => {
        if (!this.#agent.alive) return;
        node.addresses = this.#agent.holds = false;
        node.frozen = this.#agent.condemned = true;
        then();
      });
    const end = () => {
      this.#away = true;
    };
    const again = () => {
      if (previous === null) return end();
      if (previous.done) return all(end);
      node.world.later(5, again);
    };
    all(again);
  }

  #end(plan: Plan, failed: Failure | null): void {
    plan.done = true;
    if (plan.cancelled) return;
    const { clock } = this.#node;
    this.#agent.main("own", () =>
      this.#post({
        type: "performed",
        at: clock.now,
        plan: plan.number,
        failed,
      }));
  }

  #next(plan: Plan, actions: readonly PlanAction[], at: number): void {
    const go = () => this.#perform(plan, actions, at);
    // What takes away waits for nothing.
    if (takenAway(actions).length > 0) go();
    else this.#whenReady(plan, go);
  }

  #perform(plan: Plan, actions: readonly PlanAction[], at: number): void {
    if (!this.#agent.alive) return;
    const action = actions[at];
    if (plan.cancelled || action === undefined) return this.#end(plan, null);
    const node = this.#node;
    const before = actions[at - 1];
    if (before?.do === "replicator" && before.command.command === "primary") {
      node.options.serves(node);
    }
    const { world } = node;
    const next = () => this.#next(plan, actions, at + 1);
    switch (action.do) {
      case "take-addresses":
      case "release-addresses":
        if (action.do === "take-addresses") this.#agent.thaw();
        return world.later(world.between(2, 40), () => {
          if (!this.#agent.alive) return;
          if (action.do === "take-addresses" && node.addressFails) {
            return this.#end(plan, {
              action: action.do,
              error: "10.0.0.100 is in use by 02:00:00:00:00:99",
            });
          }
          node.addresses = action.do === "take-addresses";
          this.#agent.holds = node.addresses;
          if (node.addresses) node.options.takes(node);
          next();
        });
      case "freeze-services":
        node.frozen = this.#agent.condemned = true;
        return next();
      case "replicator":
        return this.#replicator(plan, action, next);
      case "script":
        return this.#script(plan, action, next);
      default:
        return action satisfies never;
    }
  }

  /** As src/agent/standstill.ts: not before what came while the agent stood still has been judged. */
  #whenReady(plan: Plan, go: () => void): void {
    const agent = this.#agent;
    agent.main("own", () => {
      const ready = !agent.standstill.catchesUp && !agent.state.unsure;
      if (plan.cancelled || ready) return go();
      this.#node.world.later(20, () => this.#whenReady(plan, go));
    });
  }

  #replicator(
    plan: Plan,
    action: PlanAction & { readonly do: "replicator" },
    next: () => void,
  ): void {
    const node = this.#node;
    const name = `replicator ${action.command.command}`;
    let answered = false;
    const answer = (error: string | null) => {
      if (answered || !this.#agent.alive) return;
      answered = true;
      if (error !== null) return this.#end(plan, { action: name, error });
      next();
    };
    node.command(atPresent(action.command, this.#agent.state), {
      wanted: () => !plan.cancelled,
      answer: (error) => this.#agent.main("replicator", () => answer(error)),
    });
    // A plan that is cut short waits for no answer.
    const watch = () => {
      if (answered) return;
      if (plan.cancelled) return answer(null);
      node.world.later(20, watch);
    };
    watch();
  }

  #lasts({ script, force }: PlanAction & { readonly do: "script" }): number {
    if (force) return 60;
    if (script === "start_prim") return 900;
    if (script === "stop_prim") return this.#node.stopMs;
    const second = script === "stop_sec" || script === "stop_second";
    return second ? this.#node.secondScriptsMs : 60;
  }

  #script(
    plan: Plan,
    action: PlanAction & { readonly do: "script" },
    next: () => void,
  ): void {
    const node = this.#node;
    const { world } = node;
    this.#agent.thaw();
    const until = world.now + world.between(1, this.#lasts(action));
    const limit = until + SCRIPT_LIMIT_MS;
    const wait = () => {
      if (!this.#agent.alive) return;
      // A replaced plan's script is killed; one that the guard has frozen with the services stands still until its time is over.
      const stands = node.frozen && world.now < limit;
      if ((world.now < until || stands) && !plan.cancelled) {
        return world.later(stands ? 20 : Math.min(20, until - world.now), wait);
      }
      if (action.script === "start_prim" && node.startFails) {
        node.startFails = false;
        return this.#end(plan, {
          action: "script start_prim",
          error: "exit code 1",
        });
      }
      if (!plan.cancelled) {
        if (action.script === "start_prim") node.service = true;
        const stops = ["stop_prim", "prestart"];
        if (stops.includes(action.script)) node.service = false;
      }
      next();
    };
    wait();
  }
}
