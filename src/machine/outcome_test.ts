import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ModuleView } from "./state.ts";
import { outcome, type Progress } from "./outcome.ts";

function kind(
  command: Progress["command"],
  now: Partial<ModuleView>,
  change: Partial<Progress> = {},
): string {
  return outcome({
    command,
    before: { module: "m", role: "STOP", status: "NotReady" } as ModuleView,
    now: { module: "m", reason: null, ...now } as ModuleView,
    peer: null,
    stableMs: 0,
    moved: true,
    ...change,
  }).kind;
}

Deno.test("outcome() of start: a role is reached, a WAIT is an answer when it lasts, a STOP afterwards is a failure", () => {
  strictEqual(kind("start", { role: "WAIT", status: "Transient" }), "pending");
  strictEqual(kind("start", { role: "WAIT", status: "NotReady" }), "pending");
  const stable = { stableMs: 2000 };
  strictEqual(
    kind("start", { role: "WAIT", status: "NotReady", reason: "r" }, stable),
    "done",
  );
  strictEqual(kind("start", { role: "ALONE", status: "Transient" }), "pending");
  strictEqual(kind("start", { role: "ALONE", status: "Ready" }), "done");
  strictEqual(kind("start", { role: "STOP", status: "NotReady" }), "failed");
  strictEqual(
    kind("start", { role: "STOP", status: "NotReady" }, { moved: false }),
    "pending",
  );
});

Deno.test("outcome() of start: a secondary that is being filled has its role", () => {
  const copying = {
    role: "SECOND",
    status: "Transient",
    session: "resync",
  } as const;
  strictEqual(kind("start", copying), "done");
  strictEqual(kind("start", { ...copying, session: "connecting" }), "pending");
});

Deno.test("outcome() of stop: STOP without anything left to do", () => {
  strictEqual(kind("stop", { role: "WAIT", status: "Transient" }), "pending");
  strictEqual(kind("stop", { role: "STOP", status: "Transient" }), "pending");
  strictEqual(kind("stop", { role: "STOP", status: "NotReady" }), "done");
});

Deno.test("outcome() of swap: done only when the other side serves", () => {
  const before = { module: "m", role: "PRIM", status: "Ready" } as ModuleView;
  const second = { role: "SECOND", status: "Ready" } as const;
  const busy = { role: "PRIM", status: "Transient" } as ModuleView;
  const ready = { role: "PRIM", status: "Ready" } as ModuleView;
  strictEqual(kind("swap", second, { before, peer: busy }), "pending");
  strictEqual(kind("swap", second, { before, peer: ready }), "done");
});

Deno.test("outcome() of swap: back where it was is a failure, with the reason", () => {
  const before = { module: "m", role: "PRIM", status: "Ready" } as ModuleView;
  deepStrictEqual(
    outcome({
      command: "swap",
      before,
      now: { ...before, reason: "node2 did not take over" },
      peer: null,
      stableMs: 5000,
      moved: true,
    }),
    {
      kind: "failed",
      message: 'Module "m" did not change places: node2 did not take over',
    },
  );
});
