import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Connection } from "../peer/connection.ts";
import { newFrame } from "../peer/frame.ts";
import { E, Memory } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { IdentityStore, newGeneration } from "./identity_store.ts";
import { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { SecondarySession } from "./secondary_session.ts";
import type { Volume } from "./volume.ts";

/** A copy that was made level hears that the primary's disk has everything, after a sync of its own disk that ended so; what it says of itself. */
function levelledAfter(error: number) {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const dirty = new Dirty(`${folder}/dirty.log`);
  const identity = new IdentityStore(`${folder}/identity.json`);
  identity.advance({ bitmap: null, consistent: false });
  const context = {
    config: { directories: [] },
    places: [],
    identity,
    dirty,
    marks: new Marks(),
    journal: { begin() {}, settle() {} },
    external: { noted: false, forget() {} },
    tide: { kept: { value: 0 }, keep() {} },
    left: null,
    now: () => 0,
    log() {},
  } as unknown as Context;
  const frame = newFrame();
  let words = "";
  const connection = {
    frame,
    incoming: new Memory(4096),
    bytes: () => new TextEncoder().encode(words),
    close() {},
  };
  const broken: number[] = [], volumes: Volume[] = [];
  const session = new SecondarySession(context, volumes, {
    connection: connection as unknown as Connection,
    sequence: 0,
    fresh: false,
    events: {
      broken: (error) => broken.push(error),
      attempt: (action) => action(),
      isOver: () => false,
      resync() {},
      level() {},
      changed() {},
    },
  });
  try {
    const generation = newGeneration(), sequence = 5;
    const level = {
      mode: "level",
      generation,
      history: [],
      sequence,
      epoch: 0,
    };
    words = JSON.stringify(level);
    frame.kind = KIND.BEGIN;
    strictEqual(session.heard(), null);
    const sync = (_: unknown, done: (error: number) => void) => done(error);
    volumes.push({ sync } as unknown as Volume);
    session.follower.settle();
    frame.kind = KIND.SETTLED;
    frame.sequence = sequence;
    strictEqual(session.heard(), null);
    const { consistent, upToDate } = identity.value;
    return { broken, consistent, upToDate };
  } finally {
    session.close();
    dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("SecondarySession: a copy whose disk fails a sync before it is recorded as level is not recorded", () => {
  deepStrictEqual(levelledAfter(0), {
    broken: [],
    consistent: true,
    upToDate: true,
  });
  deepStrictEqual(levelledAfter(E.IO), {
    broken: [E.IO],
    consistent: false,
    upToDate: false,
  });
});
