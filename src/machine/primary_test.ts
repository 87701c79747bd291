/** What a primary waits for before it acknowledges alone, and how it comes back from that. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ALONE, Life, peer, PRIM, report } from "../../tests/machine_life.ts";
import type { Report } from "../replication/control.ts";
import { view } from "./step.ts";

const second = peer({
  role: "SECOND",
  phase: "secondary",
  status: "Ready",
  lastRole: "SECOND",
  addresses: false,
});

Deno.test("step() as primary keeps writes waiting until the peer answers this very request", () => {
  const life = new Life(PRIM)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: second })
    .on({
      type: "report",
      report: report({ phase: "primary", session: "lost" }),
    });
  const { shutOut } = view(life.state);
  ok(shutOut !== null);
  life.on({ type: "heard", view: { ...second, outdated: "g1/1" } });
  strictEqual(life.state.role, "PRIM");
  life.on({ type: "heard", view: { ...second, outdated: shutOut } });
  strictEqual(life.state.role, "ALONE");
  ok(
    life.actions.some((action) =>
      action.do === "replicator" && action.command.command === "alone"
    ),
  );
});

Deno.test("step() as primary whose disk hangs says so, and leaves where the other node can go on at once", () => {
  const stalls = (ms: number, what: "fsync" | "word" = "fsync") => ({
    type: "report" as const,
    report: {
      ...report({ phase: "primary", session: "mirrored" }),
      stalled: { what, ms },
    },
  });
  const serving = (other = second) =>
    new Life({ ...PRIM, settled: true })
      .on({
        type: "begin",
        report: report({ phase: "primary", session: "mirrored" }),
        boot: true,
      })
      .on({ type: "heard", view: other, heardUsAt: 1_000 })
      .done();
  const life = serving().on(stalls(19_999));
  strictEqual(life.state.role, "PRIM");
  strictEqual(
    view(life.state).reason,
    "applications wait: the disk of one has not ended an fsync for 15 s",
  );
  life.on(stalls(20_000));
  strictEqual(life.state.role, "WAIT");
  // Its disk may hold every script up: the other node waits for none of them.
  const plan = life.actions.findLast((action) => action.do === "run");
  ok(plan?.do === "run");
  deepStrictEqual(plan.actions, [
    { do: "release-addresses" },
    { do: "freeze-services" },
    { do: "replicator", command: { command: "idle", atOnce: true } },
  ]);
  // Nor for a record, which may lie on the same disk.
  const saves = life.actions.filter((action) => action.do === "persist");
  ok(saves.every(({ late }) => late));

  // Of a replicator that is silent the other node knows no more than this one; it counts as it was.
  const silent = { ...second, status: "Transient" as const };
  strictEqual(serving(silent).on(stalls(20_000, "word")).state.role, "WAIT");

  for (
    const other of [
      { ...second, failover: false },
      { ...second, stalls: true },
      { ...second, identity: { ...second.identity, upToDate: false } },
    ]
  ) {
    const alone = serving(other).on(stalls(60_000));
    strictEqual(alone.state.role, "PRIM");
    ok(view(alone.state).reason?.endsWith("for 60 s"));
  }
});

Deno.test("step() that went ALONE is PRIM again only after it has dialled, whatever an older report says", () => {
  const mirrored = report({ phase: "primary", session: "mirrored" });
  const life = new Life(PRIM)
    .on({ type: "begin", report: mirrored, boot: true })
    .on({ type: "heard", view: second })
    .on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
  // A moment later it is heard, and the replicator's report is still one from before: writes are acknowledged alone by now.
  life.on({ type: "heard", view: second });
  strictEqual(life.state.role, "ALONE");
  life.on({
    type: "report",
    report: report({ phase: "primary", session: "none" }),
  });
  ok(
    life.actions.some((action) =>
      action.do === "replicator" && action.command.command === "connect"
    ),
  );
  life.on({ type: "report", report: mirrored });
  strictEqual(life.state.role, "PRIM");
});

Deno.test("step() as ALONE dials at once when its peer begins to follow anew, and once", () => {
  const alone = (session: Report["session"]) => ({
    type: "report" as const,
    report: report({ phase: "primary", session }),
  });
  const life = new Life(ALONE)
    .on({ ...alone("connecting"), type: "begin", boot: true })
    .on({ type: "heard", view: second });
  const dials = () => {
    let count = 0;
    for (let i = 0; i < 100; i++) {
      life.on({ type: "heard", view: second });
      for (const action of life.actions) {
        const { command } = action.do === "replicator" ? action : {};
        if (command?.command === "connect") count++;
      }
    }
    return count;
  };
  dials();
  // What the peer's disk refuses is tried again every 5 minutes: nothing is to be hurried meanwhile.
  life.on(alone("resync")).on(alone("connecting"));
  strictEqual(dials(), 0);
  // Its replicator was ended.
  life.on({ type: "heard", view: { ...second, phase: "absent" } });
  strictEqual(dials(), 1);
  // The module is started there again.
  life.on({ type: "heard", view: { ...second, role: "STOP", phase: "idle" } });
  strictEqual(dials(), 1);
});

Deno.test("step() that says alone once more is not PRIM by a report that crossed the word", () => {
  const life = new Life(PRIM)
    .on({
      type: "begin",
      report: report({ phase: "primary", session: "mirrored" }),
      boot: true,
    })
    .on({ type: "heard", view: second })
    .on({ type: "peer", verdict: "lost" });
  const said = (session: Report["session"]) => {
    life.on({ type: "report", report: report({ phase: "primary", session }) });
    return life.actions.flatMap((action) =>
      action.do === "replicator" ? [action.command.command] : []
    );
  };
  const wait = () => {
    for (let i = 0; i < 50; i++) life.on({ type: "heard", view: second });
  };
  life.on({ type: "heard", view: second });
  deepStrictEqual(said("none"), ["connect"]);
  wait();
  deepStrictEqual(said("lost"), ["alone"]);
  // From just before the word reached it: it goes on by itself by now.
  said("mirrored");
  strictEqual(life.state.role, "ALONE");
  wait();
  deepStrictEqual(said("none"), ["connect"]);
  said("mirrored");
  strictEqual(life.state.role, "PRIM");
});

Deno.test("step() as primary whose peer dies while a swap is taken back makes its replicator primary anew, alone", () => {
  const mirrored = report({ phase: "primary", session: "mirrored" });
  const life = new Life({ ...PRIM, settled: true })
    .on({ type: "begin", report: mirrored, boot: true })
    .on({ type: "heard", view: second, heardUsAt: 1_000 })
    .done()
    .on({ type: "command", command: "swap", full: false, by: "test" });
  strictEqual(life.state.plan?.name, "swap-release");
  life.on({
    type: "report",
    report: report({ phase: "primary", session: "lost" }),
  });
  strictEqual(life.state.plan?.name, "swap-back");
  // The idle of the broken swap is done first: a quick word would find no primary, and the next one waits for the peer.
  life.on({ type: "report", report: report() })
    .on({ type: "peer", verdict: "lost" });
  strictEqual(life.state.role, "ALONE");
  const [command] = life.actions.flatMap((action) =>
    action.do === "run" ? action.actions : []
  );
  deepStrictEqual(command, {
    do: "replicator",
    command: { command: "primary", alone: true },
  });
});

Deno.test("step() that went ALONE says so again to a replicator that refused it once and was level by itself", () => {
  const mirrored = report({ phase: "primary", session: "mirrored" });
  const life = new Life(PRIM)
    .on({ type: "begin", report: mirrored, boot: true })
    .on({ type: "heard", view: second })
    .on({ type: "peer", verdict: "lost" });
  const said = (session: Report["session"]) => {
    const all: string[] = [];
    for (let i = 0; i < 30; i++) {
      life.on({ type: "heard", view: second })
        .on({ type: "report", report: report({ phase: "primary", session }) });
      for (const action of life.actions) {
        if (action.do === "replicator") all.push(action.command.command);
      }
    }
    return all;
  };
  strictEqual(said("mirrored").includes("alone"), true);
  deepStrictEqual(said("none").slice(0, 1), ["connect"]);
  said("mirrored");
  strictEqual(life.state.role, "PRIM");
});

Deno.test("step() as primary whose agent is back asks again for an address that is in use, and is not ready without it", () => {
  const life = new Life({ ...PRIM, settled: true }).on({
    type: "begin",
    report: report({ phase: "primary", session: "mirrored" }),
    boot: true,
  });
  const hear = () =>
    life.on({
      type: "heard",
      view: peer({ role: "SECOND", phase: "secondary" }),
      heardUsAt: life.at,
    });
  const failed = { action: "take-addresses", error: "10.0.0.9 is in use" };
  hear();
  for (const tries of [1, 2, 3]) {
    strictEqual(life.state.plan !== null, true, `try ${tries}`);
    const { number } = life.state.plan!;
    life.on({ type: "performed", plan: number, failed });
    strictEqual(life.state.plan?.name, undefined, "asked for without end");
    strictEqual(view(life.state).status, "Transient");
    strictEqual(life.state.role, "PRIM");
    const complaints = life.actions.filter((action) =>
      action.do === "log" && action.text.includes("in use")
    );
    strictEqual(complaints.length, tries === 1 ? 1 : 0, "it is said once");
    hear();
    strictEqual(
      view(life.state).reason,
      "the virtual address is not here, it is tried again: take-addresses: 10.0.0.9 is in use",
    );
    for (let at = 50; at < 5_000; at += 50) hear();
  }
  life.done();
  strictEqual(view(life.state).status, "Ready");
});
