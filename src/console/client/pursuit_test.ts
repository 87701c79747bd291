import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sampleState } from "../../../tests/console/sample.ts";
import type { ClusterState, ModuleState } from "../../api/state.ts";
import type { Command } from "../question.ts";
import { advance, pursue, taken } from "./pursuit.ts";

const STOP: Partial<ModuleState> = { role: "STOP", status: "NotReady" };

/** What is told of a command to node1's module, state by state, one second each. */
function told(
  command: Command,
  states: readonly ClusterState[],
  { answered = true } = {},
): string[] {
  const wish = { command, module: "k3s", node: "node1" };
  let pursuit = pursue(states[0]!, wish, 0)!;
  if (answered) pursuit = taken(pursuit, 0);
  return states.slice(1).map((state, index) => {
    const found = advance(pursuit, state, (index + 1) * 1000);
    pursuit = found.pursuit;
    const { end } = found;
    return "why" in end ? `${end.kind}: ${end.why}` : end.kind;
  });
}

Deno.test("advance() says of a swap that it is done when the other node serves", () => {
  const states = [
    sampleState(),
    sampleState(),
    sampleState({ status: "Transient" }),
    sampleState({ role: "SECOND" }, { role: "PRIM", status: "Transient" }),
    sampleState({ role: "SECOND" }, { role: "PRIM" }),
  ];
  deepStrictEqual(told("swap", states), [
    "asked",
    "under way",
    "under way",
    "done",
  ]);
  // Nothing is told to have ended before the agent has said that it does it.
  deepStrictEqual(
    told("swap", states, { answered: false }).at(-1),
    "under way",
  );
});

Deno.test("advance() says of a swap that changed nothing that it failed, with the state's word", () => {
  const states = Array.from(
    { length: 4 },
    () => sampleState({ reason: "heartbeats came late" }),
  );
  deepStrictEqual(told("swap", states), [
    "asked",
    "asked",
    "failed: heartbeats came late",
  ]);
});

Deno.test("advance() tells the reason of a start that ended stopped, and of one that waits, which may go on", () => {
  const starts = sampleState({ role: "WAIT", status: "Transient" }, STOP);
  deepStrictEqual(
    told("start", [
      sampleState(STOP, STOP),
      starts,
      sampleState({ ...STOP, reason: "start_prim exited with 1" }, STOP),
    ]),
    ["under way", "failed: start_prim exited with 1"],
  );
  const waits = sampleState(
    { role: "WAIT", status: "NotReady", reason: "node2 is newer" },
    STOP,
  );
  deepStrictEqual(
    told("start", [
      sampleState(STOP, STOP),
      starts,
      waits,
      waits,
      waits,
      sampleState({ role: "ALONE" }, STOP),
    ]),
    [
      "under way",
      "under way",
      "under way",
      "waits: node2 is newer",
      "done",
    ],
  );
});

Deno.test("advance() says of a full copy that it is done when it is copied", () => {
  const copying = sampleState(
    { role: "SECOND", status: "Transient", session: "resync" },
    { role: "PRIM" },
  );
  const level = sampleState({ role: "SECOND" }, { role: "PRIM" });
  deepStrictEqual(told("full", [level, level, copying, copying, level]), [
    "asked",
    "under way",
    "under way",
    "done",
  ]);
});

Deno.test("advance() takes no node's silence for an end, and pursue() follows no switch", () => {
  const silent = sampleState();
  const nodes = silent.nodes.map((node) => ({
    ...node,
    local: node.name === "node2",
    reachable: node.name === "node2",
  }));
  deepStrictEqual(
    told("stop", [sampleState(), { ...silent, nodes }, sampleState(STOP)]),
    ["under way", "done"],
  );
  const wish = {
    command: "checker off",
    module: "k3s",
    node: "node1",
  } as const;
  strictEqual(pursue(sampleState(), wish, 0), null);
});
