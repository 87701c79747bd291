import { strictEqual } from "node:assert/strict";
import { sampleModule } from "../../tests/console/sample.ts";
import { EMPTY } from "../replication/identity.ts";
import { standing } from "./standing.ts";
import type { ModuleState } from "./state.ts";

const LEVEL = { ...EMPTY, current: "a1", upToDate: true };
/** It went on alone from that one. */
const WENT_ON = { ...LEVEL, current: "a2", bitmap: "a1" };

function said(
  mine: Partial<ModuleState>,
  theirs: Partial<ModuleState> | null,
): string {
  const stopped = {
    role: "STOP",
    status: "NotReady",
    session: "none",
  } as const;
  const other = theirs === null
    ? undefined
    : sampleModule({ ...stopped, identity: LEVEL, ...theirs });
  return standing(
    sampleModule({ ...stopped, identity: LEVEL, ...mine }),
    other,
  );
}

Deno.test("standing() does not believe a copy's own word once the other node has written alone", () => {
  const alone = { role: "ALONE", status: "Ready", identity: WENT_ON } as const;
  strictEqual(said({}, alone), "behind");
  strictEqual(said({}, { identity: WENT_ON }), "behind");
  strictEqual(said({ identity: WENT_ON }, {}), "newer");
  strictEqual(said({}, {}), "equal");
  strictEqual(said({}, { ...alone, identity: LEVEL }), "equal");
  const apart = { ...LEVEL, current: "a3", bitmap: "a1" };
  strictEqual(said({ identity: apart }, alone), "apart");
  strictEqual(said({}, null), "unknown");
  // Before its replicator has reported a node shows an empty copy.
  strictEqual(said({}, { identity: EMPTY, upToDate: false }), "unknown");
});

Deno.test("standing() takes the copy in use, and one that acknowledges every write, for the newest", () => {
  for (const role of ["PRIM", "ALONE"] as const) {
    strictEqual(said({ role, status: "Transient" }, null), "newest");
  }
  const second = { role: "SECOND", session: "mirrored" } as const;
  const serving = { role: "PRIM", status: "Ready" } as const;
  strictEqual(said({ ...second, status: "Ready" }, serving), "newest");
  strictEqual(said({ ...second, status: "Transient" }, null), "unknown");
  // Nothing is mirrored.
  strictEqual(said({ identity: EMPTY, upToDate: true }, {}), "newest");
});

Deno.test("standing() calls a copy doubtful that says so itself, and behind where the other one serves", () => {
  const old = { upToDate: false, identity: { ...LEVEL, upToDate: false } };
  strictEqual(said(old, old), "doubtful");
  strictEqual(said(old, null), "doubtful");
  strictEqual(said(old, { role: "ALONE", status: "Ready" }), "behind");
  const half = { identity: { ...LEVEL, consistent: false } };
  strictEqual(said(half, half), "doubtful");
  strictEqual(said(half, {}), "behind");
});
