/**
 * Rules over time: a condition must hold without a break for its holding time, on a module that is not itself on its way, so that a
 * checker that flaps does not make a cluster that flaps. Pure: time is an argument.
 */
import type { Blocked, RuleOrder } from "../machine/event.ts";
import { because, holds, resolve, type Resources } from "./evaluate.ts";
import { references, type Rule } from "./rule.ts";

/** A rule whose order could not be obeyed does not ask again before. */
const AGAIN_MS = 5_000;

export interface Surroundings {
  readonly at: number;
  readonly resources: Resources;
  /** The module is in a role and no plan runs: what resources say is not the echo of a change. */
  readonly atRest: boolean;
  /** The module is in WAIT and wants to run: what would block it blocks it at once. */
  readonly waits: boolean;
}

export interface Memory {
  /** Since when the condition of a rule holds, by label. */
  readonly since: ReadonlyMap<string, number>;
  /** Not again before, by label. */
  readonly again: ReadonlyMap<string, number>;
  readonly blocked: Blocked | null;
  /** Since when no wait rule holds; null: one does. */
  readonly freeSince: number | null;
}

export const EMPTY_MEMORY: Memory = {
  since: new Map(),
  again: new Map(),
  blocked: null,
  freeSince: null,
};

export interface Judgement {
  readonly memory: Memory;
  /** The first rule in order whose time has come. */
  readonly fired: {
    readonly rule: string;
    readonly order: RuleOrder;
    readonly reason: string;
  } | null;
}

/** `holdMs` is for rules that name no time of their own. */
export function judge(
  rules: readonly Rule[],
  memory: Memory,
  now: Surroundings & { readonly holdMs: number },
): Judgement {
  const since = new Map<string, number>();
  const again = new Map(memory.again);
  let fired: Judgement["fired"] = null;
  for (const rule of rules) {
    const counts = rule.action === "wait" || now.atRest;
    if (!counts || !holds(rule.condition, now.resources)) {
      again.delete(rule.label);
      continue;
    }
    since.set(rule.label, memory.since.get(rule.label) ?? now.at);
    if (rule.action === "wait" || fired !== null) continue;
    if (!due(rule, since, now) || now.at < (again.get(rule.label) ?? 0)) {
      continue;
    }
    again.set(rule.label, now.at + Math.max(AGAIN_MS, hold(rule, now)));
    fired = {
      rule: rule.label,
      order: rule.action,
      reason: because(rule.condition, now.resources),
    };
  }
  const waits = rules.filter(({ action }) => action === "wait");
  const free = !waits.some(({ label }) => since.has(label));
  const freeSince = free ? memory.freeSince ?? now.at : null;
  const blocked = block(waits, { ...memory, since, freeSince }, now);
  return { memory: { since, again, blocked, freeSince }, fired };
}

function hold(rule: Rule, now: { readonly holdMs: number }): number {
  return rule.holdMs ?? now.holdMs;
}

function due(
  rule: Rule,
  since: ReadonlyMap<string, number>,
  now: { readonly at: number; readonly holdMs: number },
): boolean {
  const from = since.get(rule.label);
  return from !== undefined && now.at - from >= hold(rule, now);
}

/** wait(): begins after the holding time (at once where nothing runs), and ends after as long. */
function block(
  waits: readonly Rule[],
  memory: Memory,
  now: Surroundings & { readonly holdMs: number },
): Blocked | null {
  const rule = waits.find((one) =>
    memory.since.has(one.label) && (now.waits || due(one, memory.since, now))
  );
  if (rule !== undefined) {
    const reason = `${
      because(rule.condition, now.resources)
    } (rule ${rule.label}); it goes on by itself when that has changed`;
    return { reason, pending: false };
  }
  const before = memory.blocked;
  if (before !== null && !before.pending) {
    const longest = Math.max(0, ...waits.map((one) => hold(one, now)));
    const free = memory.freeSince !== null &&
      now.at - memory.freeSince >= longest;
    if (!free) return before;
  }
  if (!now.waits) return null;
  const awaited = waits.flatMap(({ condition }) => references(condition))
    .flatMap((reference) => resolve(reference, now.resources))
    .find(({ state }) => state === "init");
  return awaited === undefined ? null : {
    reason: `waits for the first result of ${awaited.name}`,
    pending: true,
  };
}
