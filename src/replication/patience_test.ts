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
  const connection = { heardAt: 0, fd: -1 };
  let lookedAt = 0;
  const looks = (stage: Stage, holding: boolean, now: number) => {
    lookedAt = now;
    const looked = { stage, since: 0, connection: connection as Connection };
    return patience.over({ ...looked, holding }, now) === null;
  };
  return {
    pipeline,
    /** The first look since the one before. */
    looks,
    heard: (at: number) => connection.heardAt = at,
    /** Looks all the time until then. */
    waits(stage: Stage, holding: boolean, now: number) {
      for (let at = lookedAt + 100; at < now; at += 100) {
        if (!looks(stage, holding, at)) return false;
      }
      return looks(stage, holding, now);
    },
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
  const { looks, heard, level } = bed(true);
  let now = 0;
  const given = () => {
    const since = now += 100;
    heard(since);
    while (looks("resync", true, now)) now += 100;
    return now - since;
  };
  deepStrictEqual(
    Array.from({ length: 6 }, given),
    [2200, 4300, 8500, 16_900, 30_100, 30_100],
  );
  level();
  strictEqual(given(), 2200);
});

Deno.test("Patience: for how long this node itself stood still is not the peer's silence", () => {
  const { looks, waits, heard } = bed(false);
  for (const at of [100, 3200]) strictEqual(looks("mirrored", false, at), true);
  // It was asked only now.
  strictEqual(waits("mirrored", false, 4600), true);
  heard(4700);
  // As often as it stands still, it asks and hears in between.
  for (let at = 8000; at < 30_000; at += 3000) {
    strictEqual(looks("mirrored", false, at), true);
    heard(at + 1);
  }
});

Deno.test("Patience: a peer that is gone is noticed after this node stood still, and when its every turn takes long", () => {
  const once = bed(false);
  for (const at of [100, 3200]) once.looks("mirrored", false, at);
  strictEqual(once.waits("mirrored", false, 4900), false);
  const often = bed(false);
  let turns = 0;
  while (often.looks("mirrored", false, turns * 1500)) turns++;
  strictEqual(turns, 5);
});

Deno.test("Patience: an fsync of the peer has 10 s, without those in which this node stood still", () => {
  const { pipeline, looks, heard } = bed(false);
  /** The peer lives. */
  const lastsUntil = (at: number) => {
    heard(at);
    return looks("mirrored", false, at);
  };
  strictEqual(lastsUntil(100), true);
  // Two are asked, and nothing is sent before this node goes on.
  pipeline.syncingSince = 200;
  strictEqual(lastsUntil(12_000), true);
  pipeline.syncingSince = 300;
  let at = 12_000;
  while (lastsUntil(at)) at += 100;
  strictEqual(at, 21_600);
  // Waited for since before it was the oldest.
  pipeline.syncingSince = 13_000;
  strictEqual(lastsUntil(21_700), true);
  at = 23_000;
  while (lastsUntil(at)) at += 100;
  strictEqual(at, 23_900);
});
