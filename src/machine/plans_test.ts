/** The order of scripts is what users of such products know; it is written here once more, transition by transition. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { PlanAction } from "./action.ts";
import * as plans from "./plans.ts";

/** Scripts only, "(2x)" for a request that is followed by force. */
function scripts(actions: readonly PlanAction[]): string {
  const names = actions.flatMap((action) =>
    action.do === "script" ? [action] : []
  );
  return names.flatMap(({ script, force }, at) => {
    const next = names[at + 1];
    const before = names[at - 1];
    if (force && before?.script === script && !before.force) return [];
    const both = next?.script === script && next.force && !force;
    return [`${script}${both ? "(2x)" : ""}${force ? " force" : ""}`];
  }).join(", ");
}

/** Everything else. */
function others(actions: readonly PlanAction[]): string {
  return actions.flatMap((action) => {
    if (action.do === "script") return [];
    return [
      action.do === "replicator" ? action.command.command : action.do,
    ];
  }).join(", ");
}

const leave = { action: "stop", all: false, replicator: true, stuck: false };

const TABLE: readonly [string, PlanAction[], string][] = [
  ["STOP to WAIT", plans.prestartPlan(), "transition, prestart"],
  [
    "WAIT to ALONE",
    plans.alonePlan("WAIT"),
    "transition, start_both, start_prim, start_sec",
  ],
  [
    "WAIT to SECOND",
    plans.secondScripts("STOP"),
    "transition, start_both, start_second, start_sec",
  ],
  ["ALONE to PRIM", plans.aloneToPrimaryPlan(), "stop_sec, transition"],
  ["PRIM to ALONE", plans.primaryToAlonePlan(), "transition, start_sec"],
  [
    "SECOND to ALONE",
    plans.alonePlan("SECOND"),
    "stop_second, transition, start_prim",
  ],
  [
    "ALONE to SECOND",
    [
      ...plans.yieldPlan("ALONE", { stuck: false }),
      ...plans.secondScripts("ALONE"),
    ],
    "stop_prim(2x), transition, start_second",
  ],
  [
    "swap, PRIM to SECOND",
    [...plans.swapReleasePlan(), ...plans.secondScripts("PRIM")],
    "stop_prim(2x), transition, start_second, start_sec",
  ],
  [
    "swap, SECOND to PRIM",
    plans.primPlan(),
    "stop_sec, stop_second, transition, start_prim",
  ],
  [
    "restart of ALONE",
    plans.restartPlan("ALONE"),
    "stop_sec, stop_prim(2x), stop_both(2x), start_both, start_prim, start_sec",
  ],
  [
    "PRIM to WAIT",
    plans.leavePlan("PRIM", leave),
    "stop_prim(2x), stop_both(2x), transition",
  ],
  [
    "ALONE to WAIT",
    plans.leavePlan("ALONE", leave),
    "stop_sec, stop_prim(2x), stop_both(2x), transition",
  ],
  [
    "SECOND to WAIT",
    plans.leavePlan("SECOND", leave),
    "stop_sec, stop_second, stop_both(2x), transition",
  ],
  [
    "WAIT to STOP",
    plans.finishPlan(),
    "stop_sec force, stop_prim force, stop_second force, stop_both force, poststop, transition",
  ],
];

for (const [name, actions, expected] of TABLE) {
  Deno.test(`plans: scripts of ${name}`, () => {
    deepStrictEqual(scripts(actions), expected);
  });
}

Deno.test("plans: the mount is up before the address, and both before the service", () => {
  const [first, second, third] = plans.alonePlan("WAIT");
  deepStrictEqual(others([first!, second!]), "primary, take-addresses");
  deepStrictEqual(third!.do, "script");
});

Deno.test("plans: leaving releases the address and the data after the service has stopped", () => {
  const actions = plans.leavePlan("ALONE", leave);
  const at = actions.findIndex(({ do: what }) => what === "release-addresses");
  deepStrictEqual(
    others(actions.slice(at)),
    "release-addresses, idle",
  );
  deepStrictEqual(scripts(actions.slice(at)), "transition");
});

Deno.test("plans: a plan that was cut short is followed by the end of everything", () => {
  deepStrictEqual(
    scripts(plans.leavePlan("SECOND", { ...leave, all: true })),
    "stop_sec, stop_prim(2x), stop_second, stop_both(2x), transition",
  );
});

Deno.test("leavePlan() and yieldPlan() take the mount away before scripts that would hang on it", () => {
  const first = (actions: readonly PlanAction[]) =>
    actions.findIndex((action) => action.do === "replicator");
  const script = (actions: readonly PlanAction[]) =>
    actions.findIndex((action) => action.do === "script");
  for (
    const plan of [
      plans.leavePlan("PRIM", { ...leave, stuck: true }),
      plans.yieldPlan("PRIM", { stuck: true }),
    ]
  ) {
    deepStrictEqual(plan[first(plan)], {
      do: "replicator",
      command: { command: "idle" },
    });
    strictEqual(first(plan) < script(plan), true);
  }
});
