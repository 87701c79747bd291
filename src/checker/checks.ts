/** What a module.yaml asks to be looked at, as one list; and the rules that follow from it. Pure. */
import type { Checkers, ProcessCheck } from "../module/checkers.ts";
import { parseRules } from "../rules/parse.ts";
import {
  CLASSES,
  matching,
  type Reference,
  references,
  type ResourceClass,
  type Rule,
} from "../rules/rule.ts";
import { RuleError } from "../rules/tokens.ts";

type Spec =
  | { [kind in keyof Checkers]: { kind: kind } & Checkers[kind][number] }[
    keyof Checkers
  ]
  | ({ kind: "proc" } & ProcessCheck);

/** One thing to look at; its resource is called `resource`. */
export type Check = Spec & {
  readonly resource: string;
  /** The virtual address whose interface this is. */
  readonly serves?: string;
};

interface VirtualAddress {
  readonly address: string;
  readonly interface?: string | undefined;
}

export interface Watched {
  readonly virtual_addresses: readonly VirtualAddress[];
  readonly variables: Readonly<{ [name: string]: string }>;
  readonly checkers: Checkers;
  readonly processes: readonly ProcessCheck[];
  readonly rules: string;
}

/** "${DATADIR}" in the texts of a check stands for the module's variable, so that a folder is written down once. */
const VARIABLE = /\$\{([A-Z][A-Z0-9_]*)\}/g;

/** Variables that a text names and the module does not have. */
export function unknownVariables(
  value: unknown,
  variables: Watched["variables"],
): string[] {
  return [...JSON.stringify(value).matchAll(VARIABLE)].map(([, name]) => name!)
    .filter((name) => !Object.hasOwn(variables, name));
}

function filled<T>(value: T, variables: Watched["variables"]): T {
  if (typeof value === "string") {
    return value.replaceAll(
      VARIABLE,
      (all, name) => Object.hasOwn(variables, name) ? variables[name]! : all,
    ) as T;
  }
  if (Array.isArray(value)) {
    return value.map((one) => filled(one, variables)) as T;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, filled(one, variables)]),
  ) as T;
}

export function checksOf({ checkers, processes, variables }: Watched): Check[] {
  const named = CLASSES.flatMap((kind) =>
    kind === "proc"
      ? processes.map((spec) => ({ kind, ...spec }) as Spec)
      : checkers[kind].map((spec) => ({ kind, ...spec }) as Spec)
  );
  return named.map((spec) => ({
    ...filled(spec, variables),
    resource: `${spec.kind}.${spec.name}`,
  }));
}

const REACH = { interval: 30_000, timeout: 10_000 } as const;

/**
 * Beside what module.yaml asks for: whether a secondary gets an answer from the virtual addresses that the other node holds. A filter in a
 * virtual switch or a switch's port may know that node by its own address only; it shows when somebody looks from outside, or too late.
 */
export function reachOf(
  { virtual_addresses, checkers }: {
    readonly virtual_addresses: readonly VirtualAddress[];
    readonly checkers: Checkers;
  },
): Check[] {
  return virtual_addresses.map((spec) => {
    const address = spec.address.split("/")[0]!;
    return {
      ...{ kind: "ip", when: "second", action: "nothing" } as const,
      ...REACH,
      ...{ name: address, address, resource: `ip.${address}` },
      interface: spec.interface,
    };
  }).filter(({ name }) => !checkers.ip.some((own) => own.name === name));
}

/** It costs a system call: a second more is one that clients wait. */
const LINK = { interval: 1_000, timeout: 1_000 } as const;
/**
 * How long only this node is without the network of its clients. Longer than a cable that is put into another socket, a driver that is
 * set anew or one port of a switch that starts later than another (2 to 4 s), and than it takes until both nodes have looked and told;
 * with the swap itself shorter than K3s waits for its datastore (10 s).
 */
const LINK_HOLD_MS = 5_000;

/** Beside what module.yaml asks for: whether the interface of each virtual address lets clients reach this node, on both, in every role. */
export function linksOf(
  { virtual_addresses }: Pick<Watched, "virtual_addresses">,
): Check[] {
  return virtual_addresses.map((spec) => {
    const address = spec.address.split("/")[0]!;
    return {
      ...{ kind: "intf", when: "pre", action: "nothing" } as const,
      ...LINK,
      ...{ name: address, serves: address, resource: `intf.${address}` },
      interface: spec.interface,
    };
  });
}

/**
 * Clients do not find this node any more, and would find the other one, which is heard by another link. Where both lost their network
 * (a switch starts anew), or there is one link only and nothing is heard, nothing moves: it would help nobody.
 */
function linkRule({ name }: Check): Rule {
  const place = { line: 0, column: 0 };
  const compare = (side: "local" | "remote", state: "up" | "down") => ({
    is: "compare" as const,
    reference: {
      ...place,
      side,
      kind: "intf",
      id: name,
      which: "one",
    } as const,
    equal: true,
    state,
  });
  return {
    ...place,
    label: LABELS.intf(name),
    condition: {
      is: "and",
      left: compare("local", "down"),
      right: compare("remote", "up"),
    },
    action: "swap",
    holdMs: LINK_HOLD_MS,
  };
}

/** The names of the rules that checkers bring along, as users of such products know them. */
const LABELS: Readonly<{ [kind in ResourceClass]: (name: string) => string }> =
  {
    tcp: (name) => `t_${name}`,
    ping: (name) => `p_${name}`,
    intf: (name) => `interface_failure_${name}`,
    ip: (name) => `ip_failure_${name}`,
    http: (name) => `h_${name}`,
    custom: (name) => `c_${name}`,
    module: (name) => `module_failure_${name}`,
    mount: (name) => `m_${name}`,
    proc: (name) => `errd_${name}`,
  };

/** A process that is gone is gone: its rule waits no longer than a glance. */
const PROCESS_HOLD_MS = 0;

function defaultRule(check: Check): Rule[] {
  if (check.action === "nothing") return [];
  const place = { line: 0, column: 0 };
  const { kind, name } = check;
  return [{
    ...place,
    label: LABELS[kind](name),
    condition: {
      is: "compare",
      reference: { ...place, side: "local", kind, id: name, which: "one" },
      equal: true,
      state: "down",
    },
    action: check.action,
    holdMs: kind === "proc" ? PROCESS_HOLD_MS : null,
  }];
}

/**
 * The module's own rules, then those of its checkers and of its virtual addresses. An own rule with the name of a checker's replaces
 * that one. Throws RuleError.
 */
export function rulesOf(watched: Watched): Rule[] {
  const own = parseRules(watched.rules);
  const checks = checksOf(watched);
  const links = linksOf(watched);
  for (const rule of own) checkRule(rule, checks, links);
  const labels = own.map(({ label }) => label);
  return [
    ...own,
    ...checks.flatMap(defaultRule).filter(({ label }) =>
      !labels.includes(label)
    ),
    ...links.map(linkRule),
  ];
}

function checkRule(
  rule: Rule,
  checks: readonly Check[],
  links: readonly Check[],
): void {
  for (const reference of references(rule.condition)) {
    const meant = matching(
      reference,
      [...checks, ...links].map(({ resource }) => resource),
    );
    if (meant.length === 0) {
      throw new RuleError(
        `no checker is called "${nameOf(reference)}", expected ${
          checks.map(({ resource }) => resource).join(", ") ||
          "one of checkers or processes, of which there is none"
        }`,
        reference.line,
        reference.column,
      );
    }
    if (rule.action !== "wait" || reference.side === "remote") continue;
    const other = checks.find(({ resource, when }) =>
      meant.includes(resource) && when !== "pre"
    );
    if (other) {
      throw new RuleError(
        `wait() looks at ${other.resource}, which is not looked at while the module waits: it needs "when: pre"`,
        reference.line,
        reference.column,
      );
    }
  }
}

function nameOf({ kind, id, which }: Reference): string {
  return `${kind}.${id}${{ one: "", all: "*", any: "?" }[which]}`;
}

/** The resources that rules on the other node look at here: only these travel in every heartbeat. */
export function remoteNames(
  rules: readonly Rule[],
  checks: readonly Check[],
): string[] {
  const names = checks.map(({ resource }) => resource);
  const wanted = rules.flatMap(({ condition }) => references(condition))
    .filter(({ side }) => side === "remote")
    .flatMap((reference) => matching(reference, names));
  return [...new Set(wanted)];
}
