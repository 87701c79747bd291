import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  ALONE,
  Life,
  peer,
  PRIM,
  readySecond,
  report,
} from "../../tests/machine_life.ts";
import { refusal, refusedBy, view } from "./step.ts";

Deno.test("step() persists before it tells, and tells before it acts", () => {
  const life = readySecond().on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
  deepStrictEqual(life.kinds.slice(0, 2), ["persist", "tell"]);
  ok(life.kinds.indexOf("run") > 1);
  deepStrictEqual(life.actions[0], {
    do: "persist",
    record: { goal: "run", lastRole: "ALONE", cameFrom: "SECOND" },
  });
});

Deno.test("step() with failover off waits", () => {
  const life = readySecond();
  life.state = {
    ...life.state,
    config: { ...life.state.config, failover: false },
  };
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() decides nothing before the agent has said what it found", () => {
  const life = new Life(ALONE)
    .on({ type: "heard", view: peer({ role: "WAIT" }) })
    .on({ type: "tick" });
  strictEqual(view(life.state).addresses, true);
  deepStrictEqual(life.state.plan, null);
});

Deno.test("refusal() says why, and what to do", () => {
  const life = readySecond();
  match(
    refusal(life.state, "prim")!,
    /: it is SECOND: "hakit swap app" .*"hakit stop app --node one", then "hakit prim app --node one"$/,
  );
  strictEqual(refusal(life.state, "stop"), null);
  ok(refusal(life.state, "swap") !== null, "the peer is not Ready");
});

Deno.test("refusal() of prim beside a primary says how to move the service without loss, and only then what gives up its writes", () => {
  const life = new Life({ ...PRIM, goal: "stop" })
    .on({ type: "begin", report: report(), boot: false })
    .on({ type: "heard", view: peer({ role: "ALONE" }) });
  if (life.state.plan) life.done();
  match(
    refusal(life.state, "prim")!,
    /: two is ALONE and serves; to move it without loss: "hakit start app --node one", .*"hakit swap app"; only to give up what two has written: "hakit stop app --node two" first$/,
  );
});

Deno.test("view() says that it leaves until nothing runs here any more", () => {
  const life = new Life(ALONE)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "connecting" }),
      boot: true,
    });
  if (life.state.plan) life.done();
  strictEqual(view(life.state).leaving, undefined);
  life.on({ type: "command", command: "stopstart", full: false, by: "ann" });
  strictEqual(life.state.role, "WAIT");
  strictEqual(view(life.state).leaving, true);
  match(
    view(life.state).reason!,
    /^stopstart; what runs here is stopped first$/,
  );
  life.done();
  strictEqual(view(life.state).leaving, undefined);
});

Deno.test("refusedBy() tells what the automaton says to a command that could be obeyed when it was asked", () => {
  const order = { command: "swap", by: "test" } as const;
  const second = { role: "SECOND", status: "Ready" } as const;
  const life = new Life(PRIM)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: peer(second), heardUsAt: 1000 });
  if (life.state.plan) life.done();
  for (let i = 0; i < 4; i++) {
    life.on({ type: "heard", view: peer(second), heardUsAt: life.at });
    if (life.state.plan) life.done();
  }
  strictEqual(refusal(life.state, "swap"), null);
  const before = life.state;
  life.on({ type: "command", ...order, full: false });
  strictEqual(refusedBy(life.actions, order), null);
  life.state = before;
  life.on({ type: "peer", verdict: "lost" });
  life.on({ type: "command", ...order, full: false });
  strictEqual(
    refusedBy(life.actions, order),
    "Cannot swap app: two does not answer",
  );
});

Deno.test("refusal() of prim from half a copy says of the other one what is known", () => {
  const { identity } = report();
  const life = new Life({ ...ALONE, goal: "stop" }).on({
    type: "begin",
    report: report({ identity: { ...identity, consistent: false } }),
    boot: false,
  });
  if (life.state.plan) life.done();
  const why = () => refusal(life.state, "prim") ?? "";
  match(why(), /start two, which has a whole one; only if its disk is gone/);
  for (const consistent of [true, false]) {
    const view = peer({
      role: "STOP",
      phase: "idle",
      identity: { ...identity, consistent },
    });
    life.on({ type: "heard", view });
    match(
      why(),
      consistent
        ? /two has a whole one, say "hakit start app --node two"$/
        : /two has no whole one, either; .*"hakit help primforce"$/,
    );
  }
});

Deno.test("step() in WAIT starts nothing on a folder that is not the mirrored one, but for who has everything copied", () => {
  const strange = '"/srv/data" is not the folder that was mirrored';
  const begin = () =>
    new Life(ALONE)
      .on({ type: "begin", report: report({ strange }), boot: true }).done();
  const life = begin();
  for (let i = 0; i < 200; i++) life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
  strictEqual(life.state.reason, strange);
  strictEqual(view(life.state).otherFolder, true);
  life.on({ type: "command", command: "prim", full: false, by: "test" });
  life.on({ type: "tick" });
  strictEqual(life.state.role, "WAIT");
  const primary = peer({ role: "ALONE", lastRole: "ALONE", phase: "primary" });
  for (const full of [false, true]) {
    life.on({ type: "heard", view: primary, timeoutMs: 2100 });
    life.on({ type: "command", command: "second", full, by: "test" });
    life.on({ type: "heard", view: primary, timeoutMs: 2100 });
    strictEqual(life.state.role, full ? "SECOND" : "WAIT");
  }
  // Mounted meanwhile: it goes on by itself.
  const mounted = begin()
    .on({ type: "report", report: report() })
    .on({ type: "peer", verdict: "lost" });
  strictEqual(mounted.state.role, "ALONE");
  strictEqual(view(mounted.state).otherFolder, undefined);
  // Declared good it would be what an unmounted disk leaves: that needs a word of its own, and prim does not know it.
  for (
    const [command, otherFolder, role] of [
      ["primforce", false, "WAIT"],
      ["prim", true, "WAIT"],
      ["primforce", true, "ALONE"],
    ] as const
  ) {
    const forced = begin();
    forced.on({
      type: "command",
      command,
      full: true,
      otherFolder,
      by: "test",
    });
    for (let i = 0; i < 3; i++) forced.on({ type: "peer", verdict: "lost" });
    strictEqual(forced.state.role, role, command);
  }
});

Deno.test("step() in WAIT starts nothing while what tocheck names is missing", () => {
  const missing = '"/srv/data/marker" does not exist';
  const life = new Life(ALONE)
    .on({ type: "begin", report: report({ missing }), boot: true }).done();
  for (let i = 0; i < 200; i++) life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "WAIT");
  strictEqual(life.state.reason, missing);
  // Not by a person's word either: it would make the empty folder the good copy.
  life.on({ type: "command", command: "prim", full: false, by: "test" });
  life.on({ type: "tick" });
  strictEqual(life.state.role, "WAIT");
  life.on({ type: "report", report: report() });
  life.on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
});
