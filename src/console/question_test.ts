import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { EMPTY } from "../replication/identity.ts";
import { en } from "./text/en.ts";
import {
  type Command,
  commandsFor,
  moreFor,
  orderOf,
  question,
  swapFrom,
} from "./question.ts";
import { places } from "./view.ts";

const both = (state: ClusterState) => places(state, "k3s");
const stopped: Partial<ModuleState> = { role: "STOP", status: "NotReady" };

Deno.test("swapFrom() names the primary only when both nodes are Ready and level", () => {
  strictEqual(swapFrom(both(sampleState())), "node1");
  const swapped = sampleState({ role: "SECOND" }, { role: "PRIM" });
  strictEqual(swapFrom(both(swapped)), "node2");
  for (
    const state of [
      sampleState({ role: "ALONE" }),
      sampleState({}, { status: "Transient" }),
      sampleState({}, { upToDate: false }),
      sampleState({ status: "Transient" }),
      sampleState({}, stopped),
    ]
  ) strictEqual(swapFrom(both(state)), null);
  const empty = { identity: EMPTY, upToDate: false };
  strictEqual(swapFrom(both(sampleState(empty, empty))), "node1");
  const silent = sampleState();
  const nodes = silent.nodes.map((node) =>
    node.local ? node : { ...node, reachable: false }
  );
  strictEqual(swapFrom(both({ ...silent, nodes })), null);
});

Deno.test("commandsFor() offers what makes sense in each role", () => {
  const offered = (change: Partial<ModuleState>) =>
    commandsFor(both(sampleState(change))[0]!, "administrator");
  deepStrictEqual(offered({}), ["stop"]);
  deepStrictEqual(offered(stopped), ["start"]);
  deepStrictEqual(offered({ role: "STOP", status: "Transient" }), []);
  const waits = { role: "WAIT", status: "NotReady" } as const;
  deepStrictEqual(offered(waits), ["prim", "stop"]);
  const half = { ...EMPTY, consistent: false };
  deepStrictEqual(offered({ ...waits, identity: half }), ["stop"]);
});

Deno.test("commandsFor() and moreFor() offer a role only where the automaton would not refuse it", () => {
  const forced = (state: ClusterState) => {
    const [place] = both(state);
    return [
      ...commandsFor(place!, "administrator"),
      ...moreFor(place!, "administrator"),
    ].filter((one) => /^(prim|primforce|second|full)$/.test(one));
  };
  for (const role of ["STOP", "WAIT"] as const) {
    const mine = { role, status: "NotReady" } as const;
    const alone = role === "WAIT" ? ["prim", "primforce"] : ["primforce"];
    deepStrictEqual(forced(sampleState(mine, stopped)), alone);
    deepStrictEqual(forced(sampleState(mine)), alone);
    for (const serving of ["PRIM", "ALONE"] as const) {
      const state = sampleState(mine, { role: serving });
      deepStrictEqual(forced(state), ["second", "full"]);
      // What it said before it fell silent binds nobody.
      deepStrictEqual(forced(silenced(state)), alone);
    }
  }
  const second = sampleState({ role: "SECOND" }, { role: "PRIM" });
  deepStrictEqual(forced(second), ["full"]);
  deepStrictEqual(forced(silenced(second)), []);
});

Deno.test("moreFor() offers another folder than the mirrored one only as what it is, and question() names what goes out of use", () => {
  const waits = {
    role: "WAIT",
    status: "NotReady",
    otherFolder: true,
  } as const;
  const state = sampleState(waits, stopped);
  const [place] = both(state);
  deepStrictEqual(commandsFor(place!, "administrator"), ["stop"]);
  const more = moreFor(place!, "administrator");
  strictEqual(more[0], "otherFolder");
  strictEqual(more.includes("primforce"), false);
  strictEqual(moreFor(place!, "operator").includes("otherFolder"), false);
  const ask = (state: ClusterState) =>
    question(
      state,
      { command: "otherFolder", module: "k3s", node: "node1" },
      en,
    );
  const asked = ask(state)!;
  strictEqual(asked.typed, "node1");
  match(asked.cost, /perhaps an empty folder.*not in use any more.*set aside/);
  match(asked.loss!, /node2 has nothing that the other copy lacks/);
  // Mounted meanwhile: the question goes away.
  strictEqual(
    ask(sampleState({ ...waits, otherFolder: false }, stopped)),
    null,
  );
  deepStrictEqual(orderOf("otherFolder"), {
    command: "primforce",
    body: { otherFolder: true },
  });
});

/** node2 does not answer. */
function silenced(state: ClusterState): ClusterState {
  const nodes = state.nodes.map((node) =>
    node.local ? node : { ...node, reachable: false }
  );
  return { ...state, nodes };
}

Deno.test("commandsFor() offers an operator nothing that gives up data, a viewer nothing", () => {
  const waiting = sampleState({ role: "WAIT", status: "NotReady" });
  deepStrictEqual(commandsFor(both(waiting)[0]!, "operator"), ["stop"]);
  deepStrictEqual(commandsFor(both(waiting)[0]!, "viewer"), []);
});

Deno.test("question() names what a stop costs, by what the other node can do", () => {
  const stop = (state: ClusterState, node: string) =>
    question(state, { command: "stop", module: "k3s", node }, en)!.cost;
  match(stop(sampleState(), "node1"), /node2 takes over.*no second copy/);
  match(stop(sampleState(), "node2"), /service on node1 goes on, but alone/);
  match(
    stop(sampleState({ role: "ALONE" }, stopped), "node1"),
    /stops for everybody/,
  );
  match(
    stop(sampleState({}, { upToDate: false }), "node1"),
    /stops for everybody/,
  );
});

Deno.test("question() does not say that a silent node goes on serving, nor that silence is enough to take its data's place", () => {
  const ask = (command: "stop" | "prim", state: ClusterState) =>
    question(state, { command, module: "k3s", node: "node1" }, en)!.cost;
  const second = sampleState({ role: "SECOND" }, { role: "PRIM" });
  match(ask("stop", second), /The service on node2 goes on/);
  strictEqual(
    ask("stop", silenced(second)),
    "node2 is silent: nobody is known to serve. node1 stops waiting for it, and does not take over by itself any more.",
  );
  const both = sampleState({ role: "SECOND" }, { role: "SECOND" });
  match(ask("stop", both), /no longer waits here/);
  const waits = { role: "WAIT", status: "NotReady" } as const;
  match(
    ask("prim", silenced(sampleState(waits))),
    /only if node2 is switched off \(look: if only the network is broken, both/,
  );
});

Deno.test("question() promises no takeover while failover is off on the other node", () => {
  const cost = (command: "stop" | "stopstart", state: ClusterState) =>
    question(state, { command, module: "k3s", node: "node1" }, en)!.cost;
  const off = sampleState({}, { failover: false });
  match(cost("stop", off), /stops for everybody: failover is off/);
  match(cost("stopstart", off), /nobody takes over/);
  // It is the other node's switch that counts.
  const here = sampleState({ failover: false });
  match(cost("stop", here), /node2 takes over/);
  match(cost("stopstart", here), /node2 takes over if/);
});

Deno.test("question() is withdrawn when the state no longer allows the wish", () => {
  const swap = { command: "swap", module: "k3s", node: "node1" } as const;
  match(
    question(sampleState(), swap, en)!.cost,
    /stops on node1 and starts on node2/,
  );
  strictEqual(
    question(sampleState({ role: "ALONE" }, stopped), swap, en),
    null,
  );
  strictEqual(question(sampleState(), { ...swap, command: "start" }, en), null);
  strictEqual(question(sampleState(), { ...swap, node: "node9" }, en), null);
  strictEqual(question(sampleState(), { ...swap, module: "gone" }, en), null);
});

Deno.test("moreFor() keeps forced roles for administrators, and offers the switch that is off to be switched on", () => {
  const state = sampleState(
    { maintenance: ["checker off"] },
    { role: "WAIT", status: "NotReady" },
  );
  const [first, second] = both(state);
  const operator = moreFor(first!, "operator");
  strictEqual(operator.includes("restart"), true);
  strictEqual(operator.includes("checker on"), true);
  strictEqual(operator.includes("checker off"), false);
  strictEqual(moreFor(second!, "operator").includes("full"), false);
  strictEqual(moreFor(second!, "administrator").includes("full"), true);
  deepStrictEqual(moreFor(first!, "viewer"), []);
});

Deno.test("moreFor() offers of boot and failover what they are not, and the way back to what module.yaml says", () => {
  const offered = (change: Partial<ModuleState>) =>
    moreFor(both(sampleState(change))[0]!, "operator")
      .filter((command) => /^(boot|failover) /.test(command));
  deepStrictEqual(offered({}), ["failover off", "boot on", "boot off"]);
  // It may be module.yaml that says so: no switch is off then.
  deepStrictEqual(offered({ failover: false })[0], "failover on");
  deepStrictEqual(offered({ maintenance: ["boot off"] }).slice(1), [
    "boot on",
    "boot auto",
  ]);
  const state = sampleState({ maintenance: ["boot on"] });
  const asked = (command: Command) =>
    question(state, { command, module: "k3s", node: "node1" }, en);
  match(asked("boot off")!.cost, /does not start by itself/);
  match(asked("boot auto")!.cost, /as module\.yaml says/);
  strictEqual(asked("boot on"), null);
});

Deno.test("question() asks for the node's name before what may cost data", () => {
  for (const command of ["primforce", "second", "full"] as const) {
    const asked = question(
      sampleState(command === "primforce" ? stopped : {}, stopped),
      { command, module: "k3s", node: "node2" },
      en,
    );
    strictEqual(asked?.typed, "node2", command);
  }
  const restart = { command: "restart", module: "k3s", node: "node1" } as const;
  strictEqual(question(sampleState(), restart, en)?.typed, undefined);
});

Deno.test("question() says how much a forced role sets aside, and never that what was not counted is nothing", () => {
  const loss = (
    command: "primforce" | "prim" | "second" | "full",
    state: ClusterState,
    node = "node1",
  ) => question(state, { command, module: "k3s", node }, en)!.loss!;
  const waits = { role: "WAIT", status: "NotReady" } as const;
  const behind = { ...waits, upToDate: false };
  const ahead = { ...EMPTY, current: "a2", bitmap: "a1", upToDate: true };
  const has = { identity: ahead, dirtyBytes: 3 << 20 };
  const counted = sampleState(behind, { ...stopped, ...has });
  for (const command of ["primforce", "prim"] as const) {
    strictEqual(
      loss(command, counted),
      "node2 has up to 3.0 MiB that the other copy lacks.",
    );
  }
  // The copy that gives way is the other one.
  const serves = sampleState({ role: "ALONE" }, { ...stopped, ...has });
  match(loss("second", serves, "node2"), /^node2 has up to 3\.0 MiB/);
  const served = sampleState(behind, { role: "ALONE", ...has });
  match(loss("full", served), /node1 has that the other copy lacks was not/);
  match(loss("primforce", sampleState(behind, stopped)), /was not counted/);
  // Both full of data that has nothing in common, as at a first start: neither counts what the other lacks.
  const strange = { ...ahead, current: "b1", bitmap: null };
  match(
    loss("primforce", sampleState(waits, { ...stopped, identity: strange })),
    /was not counted/,
  );
  match(
    loss(
      "primforce",
      sampleState(waits, {
        ...stopped,
        identity: { ...strange, bitmap: "b0" },
        dirtyBytes: 1,
      }),
    ),
    /was not counted/,
  );
  match(
    loss("primforce", sampleState(waits, stopped)),
    /^As far as is known, node2 has nothing/,
  );
  match(
    loss("primforce", sampleState(waits, { ...stopped, identity: ahead })),
    /was not counted/,
  );
  const proven = "2026-11-25T02:03:04.000Z";
  const silent = sampleState({ ...behind, proven }, {
    identity: ahead,
    dirtyBytes: 1 << 10,
  });
  const nodes = silent.nodes.map((node) =>
    node.local ? node : { ...node, reachable: false }
  );
  strictEqual(
    loss("primforce", { ...silent, nodes }),
    "node2 has up to 1.0 KiB that the other copy lacks. node2 does not answer: this is what it last said, and what it has written since is not known. Both copies were last found identical at 2026-11-25 02:03 UTC.",
  );
  match(
    loss("primforce", {
      ...silent,
      nodes: [nodes[0]!, { ...nodes[1]!, modules: [] }],
    }),
    /What node2 has is not known here/,
  );
  const never = { ...waits, identity: EMPTY };
  strictEqual(
    question(
      sampleState(never, never),
      { command: "prim", module: "k3s", node: "node1" },
      en,
    )!.loss,
    undefined,
  );
});
