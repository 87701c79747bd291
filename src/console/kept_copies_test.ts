import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { BEFORE } from "../agent/copy_folders.ts";
import { fineStamp } from "../system/clock.ts";
import { keptCopy } from "./kept_copies.ts";

Deno.test("keptCopy() tells by the name when a copy was made, and why it is kept", () => {
  const at = "2026-11-26 02:30:07";
  const moment = "2026-11-26T02-30-07-123Z";
  for (
    const [name, kind] of [
      [moment, "taken"],
      [`before-${moment}`, "replaced"],
      [`before-resync-${moment}`, "resync"],
    ] as const
  ) deepStrictEqual(keptCopy(name), { name, kind, at });
  deepStrictEqual(keptCopy("by-hand"), {
    name: "by-hand",
    kind: "taken",
    at: null,
  });
});

Deno.test("keptCopy() reads the names that the agent gives", () => {
  const today = new Date().toISOString().slice(0, 10);
  for (const name of [fineStamp(), `${BEFORE}${fineStamp()}`]) {
    strictEqual(keptCopy(name).at?.slice(0, 10), today);
  }
  strictEqual(keptCopy(`${BEFORE}${fineStamp()}`).kind, "replaced");
});
