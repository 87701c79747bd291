/** The words of failover rules. Pure. */
import type { RuleOrder } from "../machine/event.ts";

/** up, down; init: its first result is awaited; unknown: nobody looks, or nobody can tell. */
export type ResourceState = "up" | "down" | "init" | "unknown";

/** It is looked at, and what it is cannot be found out; one that nobody looks at now has no detail. */
export function cannotBeTold({ state, detail }: {
  readonly state: ResourceState;
  readonly detail: string | null;
}): boolean {
  return state === "unknown" && detail !== null;
}

export const RESOURCE_STATES = ["up", "down", "init", "unknown"] as const;

/** Kinds of checkers, which are the first part of their resources' names. */
export const CLASSES = [
  "tcp",
  "ping",
  "intf",
  "ip",
  "http",
  "custom",
  "module",
  "mount",
  "proc",
] as const;
export type ResourceClass = typeof CLASSES[number];

export const RULE_ACTIONS = [
  "restart",
  "stopstart",
  "stop",
  "swap",
  "wait",
] as const satisfies readonly (RuleOrder | "wait")[];
export type RuleAction = typeof RULE_ACTIONS[number];

export interface Place {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/** `remote.intf.*`: a name, or all (`*`) or any (`?`) of those whose names begin with what stands before. */
export interface Reference extends Place {
  readonly side: "local" | "remote";
  readonly kind: ResourceClass;
  readonly id: string;
  readonly which: "one" | "all" | "any";
}

export type Expression =
  | {
    readonly is: "compare";
    readonly reference: Reference;
    readonly equal: boolean;
    readonly state: ResourceState;
  }
  | { readonly is: "not"; readonly of: Expression }
  | {
    readonly is: "and" | "or";
    readonly left: Expression;
    readonly right: Expression;
  };

export interface Rule extends Place {
  readonly label: string;
  readonly condition: Expression;
  readonly action: RuleAction;
  /** How long the condition must hold without a break; null: the module's holding time. */
  readonly holdMs: number | null;
}

/** All references of an expression, from left to right. */
export function references(expression: Expression): Reference[] {
  switch (expression.is) {
    case "compare":
      return [expression.reference];
    case "not":
      return references(expression.of);
    case "and":
    case "or":
      return [
        ...references(expression.left),
        ...references(expression.right),
      ];
    default:
      return expression satisfies never;
  }
}

/** Which of the names ("tcp.web") a reference means. */
export function matching(
  reference: Reference,
  names: Iterable<string>,
): string[] {
  const { kind, id, which } = reference;
  const prefix = `${kind}.${id}`;
  return [...names].filter((name) =>
    which === "one" ? name === prefix : name.startsWith(prefix)
  );
}
