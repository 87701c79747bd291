/** Whether a rule's condition holds, and because of which resources. Pure. */
import {
  type Expression,
  matching,
  type Reference,
  type ResourceState,
} from "./rule.ts";

/** What is known of a resource; `detail` says why it is so, null: nothing to say. */
export interface Known {
  readonly state: ResourceState;
  readonly detail: string | null;
}

/** By name, "tcp.web". The remote side is empty when the peer is not heard. */
export interface Resources {
  readonly local: ReadonlyMap<string, Known>;
  readonly remote: ReadonlyMap<string, Known>;
}

const UNKNOWN: Known = { state: "unknown", detail: null };

/** What a reference stands for now. One that means nothing counts as one unknown resource: "all of none" must fire no rule. */
export function resolve(
  reference: Reference,
  resources: Resources,
): readonly (Known & { readonly name: string })[] {
  const side = resources[reference.side];
  const prefix = reference.side === "remote" ? "remote." : "";
  const names = matching(reference, side.keys());
  if (names.length > 0) {
    return names.map((name) => ({
      ...side.get(name)!,
      name: `${prefix}${name}`,
    }));
  }
  const sign = { one: "", all: "*", any: "?" }[reference.which];
  return [{
    ...UNKNOWN,
    name: `${prefix}${reference.kind}.${reference.id}${sign}`,
  }];
}

export function holds(expression: Expression, resources: Resources): boolean {
  switch (expression.is) {
    case "compare": {
      const found = resolve(expression.reference, resources);
      const fits = ({ state }: Known) =>
        (state === expression.state) === expression.equal;
      return expression.reference.which === "any"
        ? found.some(fits)
        : found.every(fits);
    }
    case "not":
      return !holds(expression.of, resources);
    case "and":
      return holds(expression.left, resources) &&
        holds(expression.right, resources);
    case "or":
      return holds(expression.left, resources) ||
        holds(expression.right, resources);
    default:
      return expression satisfies never;
  }
}

/** "tcp.web is down (connection refused) and remote.intf.lan is up": the comparisons that are true, each resource once. */
export function because(expression: Expression, resources: Resources): string {
  const words = new Set<string>();
  for (const compare of trueOnes(expression, resources)) {
    const { equal, state, reference } = compare;
    for (const found of resolve(reference, resources)) {
      if ((found.state === state) !== equal) continue;
      const detail = found.detail === null ? "" : ` (${found.detail})`;
      words.add(`${found.name} is ${found.state}${detail}`);
    }
  }
  return [...words].join(" and ") || "its condition holds";
}

type Compare = Expression & { readonly is: "compare" };

function trueOnes(expression: Expression, resources: Resources): Compare[] {
  switch (expression.is) {
    case "compare":
      return holds(expression, resources) ? [expression] : [];
    case "not":
      return [];
    case "and":
    case "or":
      return [
        ...trueOnes(expression.left, resources),
        ...trueOnes(expression.right, resources),
      ];
    default:
      return expression satisfies never;
  }
}
