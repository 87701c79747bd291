import { ok, strictEqual } from "node:assert/strict";
import {
  Life,
  PRIM,
  readySecond,
  report,
  WITNESS,
} from "../../tests/machine_life.ts";
import { refusal, view } from "./step.ts";

const PRIM_ASKED = {
  type: "command",
  command: "prim",
  full: false,
  by: "ann",
} as const;

/** Seconds of nothing: ten. */
function later(life: Life, seconds = 10): Life {
  for (let at = 0; at < 20 * seconds; at++) life.on({ type: "tick" });
  return life;
}

/** Everything that can be quoted in a reason, as a command of this node. */
function commands(reason: string | null): string[] {
  return [...(reason ?? "").matchAll(/"hakit (\w+) app --node one"/g)].map((
    [, word],
  ) => word!);
}

function stopped(): Life {
  const record = { ...PRIM, goal: "stop" } as const;
  return new Life(record).on({ type: "begin", report: null, boot: false })
    .done();
}

Deno.test("waiting() tells why a person's prim does not come about without a replicator, and does not come back to it much later", () => {
  const life = stopped().on({ type: "peer", verdict: "lost" }).on(PRIM_ASKED)
    .done();
  ok(life.state.reason !== null, "it waits for a moment");
  later(life);
  ok(life.state.reason?.includes("has not started"), life.state.reason ?? "");
  strictEqual(view(life.state).status, "NotReady");
  later(life, 300);
  life.on({ type: "report", report: report() });
  strictEqual(life.state.role, "WAIT", "the other node may serve by now");
});

Deno.test("waiting() does what a person asked for when a slow server's replicator comes a minute late", () => {
  const life = later(
    stopped().on({ type: "peer", verdict: "lost" })
      .on({ ...PRIM_ASKED, command: "start" }).done(),
    30,
  );
  ok(life.state.reason?.includes("has not started"), life.state.reason ?? "");
  later(life.on(PRIM_ASKED), 60);
  life.on({ type: "report", report: report() });
  strictEqual(life.state.role, "ALONE");
});

Deno.test("waiting() does not come back to a person's prim that a rule held up", () => {
  const blocked = { reason: "ping.router is down", pending: false };
  const life = stopped()
    .on({ type: "report", report: report() })
    .on({ type: "peer", verdict: "lost" })
    .on({ type: "blocked", blocked })
    .on(PRIM_ASKED)
    .done();
  strictEqual(life.state.reason, blocked.reason);
  later(life);
  life.on({ type: "blocked", blocked: null });
  strictEqual(life.state.role, "WAIT");
  // Not known yet is no refusal.
  life.on({ type: "blocked", blocked: { ...blocked, pending: true } })
    .on(PRIM_ASKED)
    .on({ type: "blocked", blocked: null });
  strictEqual(life.state.role, "ALONE");
});

Deno.test("permission() names commands that this very role obeys", () => {
  const life = readySecond();
  life.state = {
    ...life.state,
    arbiter: WITNESS,
    record: { ...life.state.record, claim: 4 },
  };
  life.on({ type: "peer", verdict: "lost" }).on({ type: "tick" });
  strictEqual(life.state.role, "SECOND");
  const [first] = commands(life.state.reason);
  strictEqual(refusal(life.state, first as "stop"), null, `"hakit ${first}"`);
  const waits = stopped();
  waits.state = { ...waits.state, arbiter: { ...WITNESS, retired: true } };
  waits.on({ type: "report", report: report() })
    .on({ type: "peer", verdict: "lost" })
    .on({ ...PRIM_ASKED, command: "start" })
    .done();
  waits.state = { ...waits.state, record: { ...waits.state.record, claim: 4 } };
  waits.on({ type: "tick" });
  strictEqual(commands(waits.state.reason)[0], "prim", `${waits.state.reason}`);
});

Deno.test("waiting() does not come back to a person's prim that a busy mount held up", () => {
  const mounted = {
    type: "report",
    report: report({ phase: "primary" }),
  } as const;
  const failed = { action: "replicator idle", error: "busy" };
  const life = stopped().on(mounted).on({ type: "peer", verdict: "lost" })
    .on(PRIM_ASKED).done();
  const plan = life.state.plan!.number;
  life.on({ type: "performed", plan, failed })
    .on({ type: "report", report: report() });
  later(life);
  strictEqual(life.state.role, "WAIT");
});
