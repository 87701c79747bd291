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

const leave = {
  action: "stop",
  all: false,
  replicator: true,
  stuck: false,
  fenced: false,
};

const CUT = {
  do: "replicator",
  command: { command: "idle", atOnce: true },
};

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
      ...plans.yieldPlan("ALONE"),
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

Deno.test("plans: transition is told whether a person made this copy the good one, or the automaton went on by itself", () => {
  const words = (actions: readonly PlanAction[]) =>
    actions.flatMap((one) => one.do === "script" ? [one.action] : []);
  const force = { full: false };
  const start = ["start", "start", "start"];
  deepStrictEqual(words(plans.alonePlan("WAIT")), ["start", ...start]);
  // Others, which may have come from elsewhere, know no such word.
  deepStrictEqual(words(plans.alonePlan("WAIT", { force })), [
    ...["prim", ...start],
  ]);
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

Deno.test("leavePlan() takes the mount away before scripts that would hang on it", () => {
  const plan = plans.leavePlan("PRIM", { ...leave, stuck: true });
  deepStrictEqual(plan[0], CUT);
  strictEqual(plan[1]!.do, "script");
});

Deno.test("leavePlan() and yieldPlan() beside a node that serves wait for nobody: address, services and data are taken away first", () => {
  for (
    const plan of [
      plans.leavePlan("PRIM", { ...leave, fenced: true }),
      plans.yieldPlan("PRIM"),
      plans.yieldPlan("ALONE"),
    ]
  ) {
    deepStrictEqual(plan.slice(0, 3), [
      { do: "release-addresses" },
      { do: "freeze-services" },
      CUT,
    ]);
    strictEqual(plan[3]!.do, "script");
  }
});
