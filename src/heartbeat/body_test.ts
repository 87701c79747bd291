import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ModuleView } from "../machine/state.ts";
import { EMPTY } from "../replication/identity.ts";
import { checkBody, followers, promises } from "./body.ts";

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
  bids: false,
};

Deno.test("checkBody() takes nothing away that a node says of its modules", () => {
  const body = { version: "1", modules: [view] };
  deepStrictEqual(checkBody(body), body);
});

Deno.test("promises() a reply for each module by itself to a peer that knows what bids", () => {
  const { bids: _, ...older } = view;
  const says = (...bids: boolean[]) => ({
    version: "1",
    modules: bids.map((bids) => ({ ...view, bids })),
  });
  strictEqual(promises(says(false, true), [view]), true);
  strictEqual(promises(says(false, false), [older]), true);
  // It would take the reply for a promise of the module that is about to go on without it.
  strictEqual(promises(says(false, true), [older]), false);
  strictEqual(promises(says(false, true), []), false);
});

Deno.test("followers() leaves out what follows nobody, and what is about to go on by itself", () => {
  const modules = [
    { ...view, module: "a", role: "SECOND", bids: true },
    { ...view, module: "b", role: "SECOND" },
    { ...view, module: "c" },
  ] as const;
  deepStrictEqual(followers({ version: "1", modules }), ["b"]);
});
