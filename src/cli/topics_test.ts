/** Help that is not true is worse than none: what it shows is read as module.yaml would be. */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { checkersSchema, processesSchema } from "../module/checkers.ts";
import { parseModule } from "../module/load.ts";
import { CLASSES, RESOURCE_STATES, RULE_ACTIONS } from "../rules/rule.ts";
import { TOPICS } from "./topics.ts";

const text = (name: string) => TOPICS.find((one) => one.name === name)!.text;
/** From the first line that begins so to the next empty one. */
const example = (name: string, first: string) => {
  const from = text(name).indexOf(`\n${first}`);
  return text(name).slice(from, text(name).indexOf("\n\n", from)) + "\n";
};
const BASE = "name: a\nmode: mirror\ndirectories: [{ path: /srv/data }]\n";

Deno.test("hakit help checkers shows what module.yaml takes, every kind with every key", () => {
  const module = parseModule(
    BASE + example("checkers", "checkers:"),
    "module.yaml",
  );
  for (const [kind, list] of Object.entries(checkersSchema.shape)) {
    const found = module.checkers[kind as keyof typeof module.checkers];
    ok(found.length > 0, kind);
    ok(list);
  }
  const common = ["interval", "timeout", "when", "action"];
  for (const key of common) match(text("checkers"), new RegExp(`\n  ${key} `));
  const keys = [...Object.values(module.checkers), module.processes]
    .flatMap((all) => all.flatMap((one) => Object.keys(one)));
  for (const key of keys) {
    match(text("checkers"), new RegExp(`\\b${key}\\b`), key);
  }
  ok(processesSchema);
});

Deno.test("hakit help rules shows rules that count, with all classes, states and actions", () => {
  const source = example("rules", "rules: |");
  const checks =
    "checkers:\n  ping: [{ name: router, address: 10.0.0.254 }]\n" +
    "  intf: [{ name: lan, interface: eth0 }]\n  custom: [{ name: app }]\n";
  const { rules } = parseModule(BASE + checks + source, "module.yaml");
  deepStrictEqual(rules.includes("router: if"), true);
  for (const word of [...CLASSES, ...RESOURCE_STATES, ...RULE_ACTIONS]) {
    match(text("rules"), new RegExp(`\\b${word}\\b`), word);
  }
});
