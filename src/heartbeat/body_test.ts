import { deepStrictEqual } from "node:assert/strict";
import type { ModuleView } from "../machine/state.ts";
import { EMPTY } from "../replication/identity.ts";
import { checkBody } from "./body.ts";

Deno.test("checkBody() takes nothing away that a node says of its modules", () => {
  const view: ModuleView = {
    module: "k3s",
    role: "PRIM",
    status: "Ready",
    goal: "run",
    lastRole: "PRIM",
    cameFrom: null,
    identity: EMPTY,
    phase: "primary",
    session: "mirrored",
    shutOut: null,
    outdated: null,
    swap: null,
    reason: null,
    resync: null,
    lastResync: { bytesSent: 1, seconds: 2, full: true },
    proven: "2026-11-23T17:00:00.000Z",
    differences: 3,
    dirtyBytes: 0,
    addresses: true,
  };
  const body = { version: "1", modules: [view] };
  deepStrictEqual(checkBody(body), body);
});
