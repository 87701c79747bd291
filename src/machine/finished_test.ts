/** What follows a plan that has ended, well or not. */
import { ok, strictEqual } from "node:assert/strict";
import {
  ALONE,
  Life,
  peer,
  PRIM,
  readySecond,
  report,
  told,
} from "../../tests/machine_life.ts";
import { view } from "./step.ts";

Deno.test("step() ignores the end of a plan that was replaced", () => {
  const life = new Life(ALONE)
    .on({ type: "begin", report: report(), boot: true });
  const old = life.state.plan!.number;
  life.on({ type: "command", command: "stop", full: false, by: "test" });
  const { plan } = life.state;
  ok(plan !== null && plan.number > old);
  life.on({ type: "performed", plan: old, failed: null });
  strictEqual(life.state.plan?.number, plan.number);
  life.done().done();
  strictEqual(life.state.role, "STOP");
});

/** A life whose replicator fails so often, each time after it has tried again. */
function failing(times: number, error: string): Life {
  const life = new Life(ALONE)
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" });
  for (let failure = 1; failure <= times; failure++) {
    strictEqual(life.state.role, "ALONE");
    life.on({
      type: "performed",
      plan: life.state.plan!.number,
      failed: { action: "replicator primary", error },
    });
    strictEqual(life.state.role, "WAIT");
    life.done();
    for (let tick = 0; tick < 100; tick++) life.on({ type: "tick" });
  }
  return life.done();
}

Deno.test("step() stops a module that failed more than three times in a day", () => {
  const life = failing(4, "input/output error");
  strictEqual(life.state.role, "STOP");
  ok(view(life.state).reason?.includes("4 times in 24 hours"));
});

Deno.test("step() tries again what found a full disk, however often: somebody makes room, and nobody need start the module", () => {
  const life = failing(10, "No space left on device (os error 28)");
  strictEqual(life.state.role, "ALONE");
});

Deno.test("step() that could not take over says why it waits", () => {
  const life = new Life(ALONE);
  life.on({ type: "begin", report: report(), boot: true });
  life.on({ type: "peer", verdict: "lost" }).done();
  strictEqual(life.state.role, "ALONE");
  const error =
    'Cannot take address "10.0.0.9/24": another machine answers for it';
  life.on({
    type: "performed",
    plan: life.state.plan!.number,
    failed: { action: "take-addresses", error },
  });
  strictEqual(life.state.role, "WAIT");
  ok(view(life.state).reason?.includes(error));
  life.done();
  ok(view(life.state).reason?.includes(error), "also while it pauses");
});

Deno.test("step() goes on trying for an address that nobody lets it have: a switch may boot slower than the servers", () => {
  const life = new Life(ALONE);
  life.on({ type: "begin", report: report(), boot: true });
  life.on({ type: "peer", verdict: "lost" }).done();
  const failed = { action: "take-addresses", error: "no interface has it" };
  for (let tries = 1; tries <= 10; tries++) {
    while (life.state.role !== "ALONE") {
      ok(life.at < tries * 30_000, `try ${tries} never comes`);
      if (life.state.plan === null) life.on({ type: "tick" });
      else life.done();
    }
    const { number } = life.state.plan!;
    life.on({ type: "performed", plan: number, failed });
    strictEqual(life.state.record.goal, "run");
  }
});

Deno.test("step() whose yield failed half-way stops the primary's services nevertheless", () => {
  const life = new Life(PRIM);
  const serving = report({ phase: "primary", session: "lost" });
  life.on({ type: "begin", report: serving, boot: false });
  const other = peer({ role: "ALONE", status: "Ready", phase: "primary" });
  life.on({ type: "heard", view: other });
  strictEqual(life.state.plan?.name, "yield");
  life.on({
    type: "performed",
    plan: life.state.plan.number,
    failed: { action: "replicator idle", error: "it does not run" },
  });
  strictEqual(life.state.role, "WAIT");
  const leaves = life.actions.find((action) => action.do === "run");
  ok(leaves?.do === "run");
  ok(
    leaves.actions.some((action) =>
      action.do === "script" && action.script === "stop_prim"
    ),
  );
});

Deno.test("step() that fails beside a peer that is heard, or alone, leaves what runs on both nodes", () => {
  const failing = readySecond().on({
    type: "report",
    report: report({ phase: "idle", fault: "input/output error" }),
  });
  strictEqual(failing.state.role, "WAIT");
  strictEqual(told(failing), "stopstart");

  const alone = new Life(ALONE)
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" });
  const failed = { action: "replicator primary", error: "no space left" };
  alone.on({ type: "performed", plan: alone.state.plan!.number, failed });
  strictEqual(alone.state.role, "WAIT");
  strictEqual(told(alone), "stopstart");
});

Deno.test("step() that leaves because the other node may serve tells scripts to stop all", () => {
  const life = readySecond();
  life.state = {
    ...life.state,
    config: { ...life.state.config, failover: false },
  };
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(told(life), "stopwait");
});

Deno.test("step() that gives up hands over at once, and stops the rest by force afterwards", () => {
  const life = new Life(ALONE)
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" });
  const failed = { action: "script start_prim", error: "exit code 1" };
  life.on({ type: "performed", plan: life.state.plan!.number, failed });
  strictEqual(life.state.record.goal, "stop");
  strictEqual(told(life), "stopstart");
  // What did not stop is not asked to leave in order once more.
  const again = { action: "replicator idle", error: "busy" };
  life.on({ type: "performed", plan: life.state.plan!.number, failed: again });
  for (let tick = 0; tick < 100 && life.state.plan === null; tick++) {
    life.on({ type: "tick" });
  }
  strictEqual(told(life), "stopwait");

  const asked = new Life(ALONE)
    .on({ type: "begin", report: report(), boot: true }).done()
    .on({ type: "peer", verdict: "lost" }).done();
  asked.on({ type: "command", command: "stop", full: false, by: "test" });
  strictEqual(told(asked), "stop");
});
