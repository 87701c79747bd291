import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import type { ModuleState } from "./state.ts";
import { runsOn, servesOn, takesOn } from "./copy_places.ts";

Deno.test("copies are taken on the secondary, or here where the module is stopped, and seen where it does not serve", () => {
  const both = sampleState();
  strictEqual(takesOn(both, "k3s"), "node2");
  strictEqual(servesOn(both, "node1", "k3s"), true);
  strictEqual(servesOn(both, "node2", "k3s"), false);
  const stopped = sampleState({ role: "STOP" }, { role: "STOP" });
  strictEqual(takesOn(stopped, "k3s"), "node1");
  strictEqual(
    takesOn(sampleState({ role: "ALONE" }, { role: "STOP" }), "k3s"),
    null,
  );
  strictEqual(takesOn(both, "other"), null);
  strictEqual(takesOn(silent({ role: "STOP" }), "k3s"), "node1");
  strictEqual(takesOn(silent({ role: "ALONE" }), "k3s"), null);
});

Deno.test("runsOn() names what is in the way of restoring a copy, on either node", () => {
  const off = { role: "STOP" } as const;
  strictEqual(runsOn(sampleState(off, off), "k3s"), null);
  deepStrictEqual(runsOn(sampleState(off), "k3s"), {
    node: "node2",
    role: "SECOND",
  });
});

/** node2 was SECOND when it was last heard, or STOP. */
function silent(here: Partial<ModuleState>, there: Partial<ModuleState> = {}) {
  const { nodes: [node1, node2] } = sampleState(here, there);
  return { nodes: [node1!, { ...node2!, reachable: false }] };
}

Deno.test("runsOn() does not believe what a silent node said last: it may serve", () => {
  const off = { role: "STOP" } as const;
  for (const there of [off, { role: "SECOND" }] as const) {
    deepStrictEqual(runsOn(silent(off, there), "k3s"), {
      node: "node2",
      role: null,
    });
  }
  deepStrictEqual(runsOn(silent({ role: "WAIT" }), "k3s"), {
    node: "node1",
    role: "WAIT",
  });
});
