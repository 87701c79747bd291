/** When a secondary may take over, and when it must not any more. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  GOOD,
  Life,
  peer,
  readySecond,
  report,
  SECOND,
} from "../../tests/machine_life.ts";
import { view } from "./step.ts";

Deno.test("step() as secondary does not take over before the primary's record says PRIM", () => {
  const life = new Life(SECOND)
    .on({
      type: "begin",
      report: report({ phase: "secondary", session: "mirrored" }),
      boot: true,
    })
    .on({
      type: "heard",
      view: peer({ role: "ALONE", phase: "primary", session: "mirrored" }),
    });
  strictEqual(view(life.state).status, "Transient");
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() as secondary says that it is behind only when that is on disk", () => {
  const life = readySecond()
    .on({
      type: "report",
      report: report({ phase: "secondary", session: "none" }),
    })
    .on({
      type: "heard",
      view: peer({ role: "PRIM", phase: "primary", shutOut: "g1/7" }),
    });
  deepStrictEqual(
    life.actions.filter(({ do: what }) => what === "replicator"),
    [
      { do: "replicator", command: { command: "outdate" } },
    ],
  );
  strictEqual(view(life.state).outdated, null);
  life.on({
    type: "report",
    report: report({
      phase: "secondary",
      identity: { ...GOOD, upToDate: false },
    }),
  });
  strictEqual(view(life.state).outdated, "g1/7");
  // From now on the death of the primary does not make a primary of this node.
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() as secondary whose replicator hangs stands back all the same: the primary's writes wait for it", () => {
  const life = readySecond();
  strictEqual(life.state.synced, true);
  const asks = peer({ role: "PRIM", phase: "primary", shutOut: "g1/7" });
  life.on({ type: "heard", view: asks });
  strictEqual(view(life.state).outdated, null);
  strictEqual(life.state.synced, false);
  for (let i = 0; i < 25; i++) life.on({ type: "heard", view: asks });
  strictEqual(view(life.state).outdated, "g1/7");
  // An old report must not make it good again, and neither must the primary's old word.
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() as secondary does not believe that it is up to date once the primary is or was alone, whatever its replicator reported last", () => {
  for (
    const view of [
      peer({ role: "ALONE", phase: "primary", lastRole: "ALONE" }),
      peer({ role: "WAIT", lastRole: "ALONE", addresses: false }),
    ]
  ) {
    const life = readySecond();
    strictEqual(life.state.synced, true);
    strictEqual(life.on({ type: "heard", view }).state.synced, false);
    // It left, and this copy lacks what it wrote.
    const left = peer({ role: "WAIT", lastRole: "ALONE", addresses: false });
    life.on({ type: "heard", view: left }).on({ type: "tick" });
    strictEqual(life.state.role, "WAIT");
  }
});

Deno.test("step() as secondary gives up its right when it hears that the primary went on alone", () => {
  const life = readySecond()
    .on({
      type: "report",
      report: report({ phase: "secondary", session: "connecting" }),
    })
    .on({
      type: "heard",
      view: peer({ role: "ALONE", phase: "primary", session: "none" }),
    })
    .on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
  ok(!life.kinds.includes("persist"), "and the record still says SECOND");
});
