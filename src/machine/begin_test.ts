/** An agent that begins beside a replicator that serves and, its disk hanging, does not say so. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  ALONE,
  Life,
  peer,
  PRIM,
  readySecond,
  report,
  SECOND,
} from "../../tests/machine_life.ts";
import { refusal, view } from "./step.ts";
import { hasLetGo } from "./turn.ts";
import { wardOf } from "./ward.ts";

const SERVES = report({ phase: "primary", session: "mirrored" });
const FOLLOWS = peer({
  role: "SECOND",
  phase: "secondary",
  session: "mirrored",
});

/** Half a minute beside a peer that follows. */
function silent(record: typeof PRIM): Life {
  const life = new Life({ ...record, settled: true })
    .on({ type: "begin", report: null, boot: true, silent: true });
  for (let tick = 0; tick < 600; tick++) {
    life.on({ type: "peer", verdict: "alive" });
    life.on({ type: "heard", view: FOLLOWS, heardUsAt: life.at - 50 });
    life.on({ type: "tick" });
    strictEqual(life.actions.some((action) => action.do === "run"), false);
    strictEqual(life.actions.some((action) => action.do === "persist"), false);
  }
  return life;
}

Deno.test("step() beside a silent replicator that serves by its record stops nothing, and goes on as what it was with the first word", () => {
  for (
    const [record, session] of [[PRIM, "mirrored"], [ALONE, "resync"]] as const
  ) {
    const life = silent(record);
    strictEqual(hasLetGo(view(life.state)), false);
    strictEqual(view(life.state).status, "Transient");
    life.on({ type: "report", report: { ...SERVES, session } });
    strictEqual(life.state.role, record.lastRole);
    strictEqual(life.state.plan?.name, "resume");
    ok(life.state.addresses);
    strictEqual(life.done().state.record.settled, true);
  }
});

Deno.test("step() that follows stays beside a primary whose replicator is silent: it may serve", () => {
  const told = view(silent(PRIM).state);
  const life = readySecond();
  for (let tick = 0; tick < 600; tick++) {
    life.on({ type: "heard", view: told }).on({ type: "tick" });
    strictEqual(life.state.role, "SECOND");
    strictEqual(life.state.plan, null);
  }
});

Deno.test("wardOf() beside a silent replicator: what the last agent said holds, then what the peer has heard; nothing of a node that was ALONE", () => {
  const begins = { type: "begin", report: null, boot: true, silent: true };
  const life = new Life(PRIM).on(begins as never);
  deepStrictEqual(
    [wardOf(life.state)?.until, wardOf(life.state)?.leaving],
    [null, false],
  );
  life.on({ type: "heard", view: FOLLOWS, heardUsAt: life.at });
  ok(wardOf(life.state)!.until! > life.at);
  strictEqual(wardOf(new Life(ALONE).on(begins as never).state), null);
});

Deno.test("step() beside a silent replicator that ends, or that did not serve, begins as without it", () => {
  const gone = silent(PRIM).on({ type: "replicator-gone" });
  deepStrictEqual([gone.state.role, gone.state.plan?.name], [
    "WAIT",
    "prestart",
  ]);
  const idle = silent(PRIM).on({ type: "report", report: report() });
  deepStrictEqual([idle.state.role, idle.state.plan?.name], [
    "WAIT",
    "prestart",
  ]);
  const follows = silent(PRIM)
    .on({ type: "report", report: { ...SERVES, phase: "secondary" } });
  deepStrictEqual([follows.state.role, follows.state.record.lastRole], [
    "SECOND",
    SECOND.lastRole,
  ]);
});

Deno.test("step() beside a silent replicator remembers that it is to stop, and obeys nothing else", () => {
  const life = silent(PRIM);
  for (const command of ["start", "restart", "prim", "second"] as const) {
    match(refusal(life.state, command) ?? "", /does not say yet what it does/);
    life.on({ type: "command", command, full: false, by: "test" });
    deepStrictEqual([life.state.role, life.state.plan], ["STOP", null]);
  }
  strictEqual(refusal(life.state, "stop"), null);
  life.on({ type: "command", command: "stop", full: false, by: "test" });
  strictEqual(life.state.plan, null);
  strictEqual(view(life.state).status, "Transient");
  const { state } = life.on({ type: "report", report: SERVES });
  deepStrictEqual([state.role, state.plan?.name], ["WAIT", "leave"]);
});
