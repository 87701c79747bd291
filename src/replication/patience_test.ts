import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Connection, Outgoing } from "../peer/connection.ts";
import { Patience, type Stage } from "./patience.ts";
import type { Pipeline } from "./pipeline.ts";

/** A peer that has been silent since 0; whether it is waited for. */
function bed(alone: boolean) {
  const pipeline = { alone, syncingSince: 0, session: null };
  const patience = new Patience(
    pipeline as unknown as Pipeline,
    { room: 0 } as Outgoing,
    1,
  );
  const connection = { heardAt: 0, fd: -1 } as Connection;
  return {
    waits: (stage: Stage, holding: boolean, now: number) =>
      patience.over({ stage, since: 0, connection, holding }, now) === null,
    level: () => patience.level(),
  };
}

Deno.test("Patience: a peer that is levelled may work for 30 s on one request, while no application waits", () => {
  const { waits } = bed(true);
  strictEqual(waits("resync", false, 29_000), true);
  strictEqual(waits("resync", false, 31_000), false);
});

Deno.test("Patience: in the last pass applications wait no longer than for a peer that is gone", () => {
  const { waits } = bed(true);
  strictEqual(waits("resync", true, 2000), true);
  strictEqual(waits("resync", true, 2200), false);
});

Deno.test("Patience: a peer whose last pass takes longer is given more time with each, until it is level", () => {
  const { waits, level } = bed(true);
  const given = () => {
    for (let now = 0;; now += 100) if (!waits("resync", true, now)) return now;
  };
  deepStrictEqual(
    Array.from({ length: 6 }, given),
    [2200, 4300, 8500, 16_900, 30_100, 30_100],
  );
  level();
  strictEqual(given(), 2200);
});
