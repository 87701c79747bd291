/** A node that stood still decides nothing on what it remembers. */
import { strictEqual } from "node:assert/strict";
import {
  Life,
  peer,
  PRIM,
  readySecond,
  report,
  WITNESS,
} from "../../tests/machine_life.ts";
import { view } from "./step.ts";

Deno.test("step() does not take the peer's old word for its present one after its own absence", () => {
  const life = readySecond();
  life.at += 5000;
  life.on({ type: "tick" });
  strictEqual(view(life.state).status, "Transient");
  life.on({ type: "peer", verdict: "lost" });
  // What waits in the queue comes first: the verdict may be as old as the sleep was long.
  strictEqual(life.state.role, "SECOND");
  life.at += 200;
  life.on({ type: "tick" });
  strictEqual(life.state.role, "WAIT");
});

Deno.test("step() was absent for half of the shorter time-out, and neither for every tick nor for more than a second", () => {
  const absent = (timeoutMs: number, pauseMs: number) => {
    const life = readySecond();
    life.on({ type: "heard", view: peer({ role: "PRIM" }), timeoutMs });
    life.at += pauseMs - 50;
    return life.on({ type: "tick" }).state.awakeAt === life.at;
  };
  for (
    const [timeoutMs, longest] of [
      ...[[1, 250], [500, 250], [1_000, 500], [2_100, 1_000]],
      // This node's own is shorter.
      [60_000, 1_000],
    ] as const
  ) {
    strictEqual(absent(timeoutMs!, longest!), false, `${timeoutMs}`);
    strictEqual(absent(timeoutMs!, longest! + 1), true, `${timeoutMs}`);
  }
});

Deno.test("step() that stood still decides nothing on what the peer said meanwhile", () => {
  const life = new Life(PRIM)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: peer({ role: "SECOND", phase: "secondary" }) });
  life.at += 9_000;
  // Of ten seconds ago: it left, came back, and took over meanwhile.
  const left = peer({ role: "WAIT", lastRole: "SECOND", addresses: false });
  life.on({
    type: "report",
    report: report({ phase: "primary", session: "lost" }),
  });
  life.on({ type: "heard", view: left });
  strictEqual(life.state.role, "PRIM");
  life.on({
    type: "heard",
    view: peer({ role: "ALONE", lastRole: "ALONE", phase: "primary" }),
  });
  life.at += 200;
  life.on({ type: "tick" });
  strictEqual(life.state.role, "SECOND");
});

Deno.test("step() as primary that stood still goes alone only where the other node cannot have gone on meanwhile", () => {
  const follower = peer({ role: "SECOND", phase: "secondary" });
  const after = (absenceMs: number, heardAgain: boolean) => {
    const life = new Life(PRIM).on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    });
    const hear = () =>
      life.on({ type: "heard", view: follower, heardUsAt: life.at });
    for (let i = 0; i < 10; i++) hear();
    life.at += absenceMs;
    life.on({ type: "tick" });
    if (heardAgain) { for (let i = 0; i < 10; i++) hear(); }
    life.at += 700;
    life.on({ type: "tick" }).on({ type: "peer", verdict: "lost" });
    return life.state.role;
  };
  // Nobody but the other node could tell, and that one is silent: dead, or serving.
  strictEqual(after(5_000, false), "WAIT");
  strictEqual(after(5_000, true), "ALONE");
  strictEqual(after(1_200, false), "ALONE", "it waits 1.8 s for its primary");
});

Deno.test("step() of a machine whose clock stood still with it goes on by nothing that it remembers, and by what it hears then", () => {
  const mirrored = peer({
    role: "PRIM",
    phase: "primary",
    session: "mirrored",
  });
  const secondary = (heardAgain: boolean) => {
    const life = readySecond();
    life.at += 100;
    life.on({ type: "stood-still" });
    if (heardAgain) life.on({ type: "heard", view: mirrored });
    life.at += 200;
    life.on({ type: "tick" }).on({ type: "peer", verdict: "lost" });
    return life.state.role;
  };
  strictEqual(secondary(false), "WAIT");
  strictEqual(secondary(true), "ALONE");

  const follower = peer({ role: "SECOND", phase: "secondary" });
  const primary = (heardAgain: boolean) => {
    const life = new Life(PRIM).on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    });
    const hear = () =>
      life.on({ type: "heard", view: follower, heardUsAt: life.at });
    for (let i = 0; i < 10; i++) hear();
    life.on({ type: "stood-still" });
    if (heardAgain) { for (let i = 0; i < 10; i++) hear(); }
    life.at += 700;
    life.on({ type: "tick" }).on({ type: "peer", verdict: "lost" });
    return life.state.role;
  };
  strictEqual(primary(false), "WAIT");
  strictEqual(primary(true), "ALONE");
});

Deno.test("step() as primary that stood still until its lease had ended takes no address back before it is heard again", () => {
  const resumes = (heard: boolean) => {
    const life = new Life({ ...PRIM, claim: 4 });
    life.state = { ...life.state, arbiter: WITNESS };
    life.on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    });
    const follows = peer({ role: "SECOND", claim: 4, witness: "w" });
    const hear = () =>
      life.on({ type: "heard", view: follows, heardUsAt: life.at });
    for (let at = 0; at < 10; at++) hear();
    life.done();
    life.at += 5_000;
    life.on({ type: "tick" });
    for (let at = 0; at < 5; at++) {
      if (heard) hear();
      else life.on({ type: "tick" });
    }
    life.on({ type: "address", problem: "10.0.0.100 is lost" });
    return life.actions.some((action) =>
      action.do === "run" && action.name === "resume"
    );
  };
  strictEqual(resumes(true), true);
  strictEqual(resumes(false), false);
});
