/** Which rows of the decision tables, changes of role, plans and faults were reached, and how often. Each must be, by a seed or a scenario. */
import { decide, ROWS as START_ROWS } from "../../src/machine/verdict.ts";
import { TABLE as SPLIT_ROWS, whoYields } from "../../src/machine/yields.ts";
import type { Event } from "../../src/machine/event.ts";
import {
  alive,
  ALLOWED,
  type PlanName,
  type State,
} from "../../src/machine/turn.ts";
import { rowOf, TABLE as DATA_ROWS } from "../../src/replication/identity.ts";

const PLANS: readonly PlanName[] = [
  "clean",
  "prestart",
  "become-alone",
  "become-prim",
  "become-second",
  "second-scripts",
  "primary-to-alone",
  "alone-to-primary",
  "restart",
  "resume",
  "complete",
  "yield",
  "swap-release",
  "swap-back",
  "leave",
  "fence",
  "let-go",
  "finish",
];

/** Everything that can be reached. */
export const ALL: readonly string[] = [
  ...DATA_ROWS.map(({ name }) => `data: ${name}`),
  ...START_ROWS.map((name) => `start: ${name}`),
  ...SPLIT_ROWS.map(({ name }) => `split brain: ${name}`),
  ...Object.entries(ALLOWED).flatMap(([from, to]) =>
    to.map((role) => `role: ${from} to ${role}`)
  ),
  ...PLANS.map((name) => `plan: ${name}`),
];

export class Coverage {
  readonly counts = new Map<string, number>();

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** One step of a node's automaton. */
  stepped(before: State, event: Event, after: State): void {
    if (before.role !== after.role && before.begun) {
      this.count(`role: ${before.role} to ${after.role}`);
    }
    if (after.plan !== null && after.plan.number !== before.plan?.number) {
      this.count(`plan: ${after.plan.name}`);
    }
    if (event.type === "performed" && event.failed !== null) {
      this.count(`failed: ${before.plan?.name}`);
    }
    this.#start(before, event, after);
    if (event.type === "heard") this.#heard(before, event, after);
  }

  /** Asked in WAIT, with what this event has brought; where it led to another role, that one is put back. */
  #start(before: State, event: Event, after: State): void {
    const rests = before.plan === null || event.type === "performed";
    if (before.role !== "WAIT" || !rests || event.at < before.retryAt) return;
    const waits = after.role === "WAIT"
      ? after.plan === null
      : after.role !== "STOP" && before.intent === null;
    if (!waits || after.blocked !== null || after.intent !== null) return;
    const { record, since } = before;
    if (record.goal !== "run") return;
    const asked = { ...after, role: before.role, record, since };
    this.count(`start: ${decide(asked, event.at - since).row}`);
  }

  #heard(before: State, event: Event & { type: "heard" }, after: State): void {
    const { view } = event;
    if (view === null || !alive(after) || before.identity === null) return;
    if (before.report?.session === "mirrored") return;
    const known = view.phase !== "absent" && before.report !== null;
    if (known) {
      this.count(`data: ${rowOf(before.identity, view.identity).name}`);
    }
    const both = whoYields(before, view);
    if (both !== null) this.count(`split brain: ${both.row}`);
  }

  add(counts: Iterable<readonly [string, number]>): void {
    for (const [what, by] of counts) this.count(what, by);
  }

  get missing(): string[] {
    return ALL.filter((what) => !this.counts.has(what));
  }

  /** A line for each, those that were never reached first. */
  report(): string {
    const width = Math.max(...ALL.map((what) => what.length)) + 2;
    const line = (what: string) =>
      `${what.padEnd(width)}${this.counts.get(what) ?? "never"}`;
    const others = [...this.counts.keys()].filter((what) => !ALL.includes(what))
      .sort();
    return [...ALL, ...others].map(line).join("\n");
  }
}
