/** Facts of one node, or of both, to findings: the doctor's whole judgement. Pure. */
import type { DoctorFacts, Finding, Rule } from "./facts.ts";
import { NETWORK_RULES } from "./network_rules.ts";
import { type Pair, PAIR_RULES } from "./pair_rules.ts";
import { STORAGE_RULES } from "./storage_rules.ts";
import { SYSTEM_RULES } from "./system_rules.ts";

export interface Examination {
  readonly findings: readonly Finding[];
  /** What was looked at and is well: "clock (node1)". */
  readonly well: readonly string[];
}

const NODE_RULES = [...SYSTEM_RULES, ...NETWORK_RULES, ...STORAGE_RULES];

export function examineNode(facts: DoctorFacts): Examination {
  return apply(NODE_RULES, facts, facts.node.name);
}

export function examinePair(pair: Pair): Examination {
  return apply(PAIR_RULES, pair, null);
}

/** Problems first; within a level as they were found. */
export function together(
  examinations: readonly Examination[],
): Examination {
  const findings = examinations.flatMap((each) => each.findings);
  const level = (wanted: Finding["level"]) =>
    findings.filter(({ level }) => level === wanted);
  return {
    findings: [...level("problem"), ...level("warning")],
    well: examinations.flatMap((each) => each.well),
  };
}

function apply<Facts>(
  rules: readonly Rule<Facts>[],
  facts: Facts,
  node: string | null,
): Examination {
  const findings: Finding[] = [];
  const well: string[] = [];
  for (const rule of rules) {
    const found = rule.look(facts);
    findings.push(...found.map((each) => ({ ...each, node })));
    if (found.length === 0) {
      well.push(node === null ? rule.title : `${rule.title} (${node})`);
    }
  }
  return { findings, well };
}
