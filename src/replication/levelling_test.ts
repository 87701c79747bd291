import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { Outgoing } from "../peer/connection.ts";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { Levelling } from "./levelling.ts";
import { encodeMarks, Marks } from "./marks.ts";
import type { Pipeline } from "./pipeline.ts";

/** A node that crashed while mirrored hears what its peer's journal names; what is on its disk then, and whether it is in doubt still. */
function begun(
  { full = false, room = true }: { full?: boolean; room?: boolean } = {},
) {
  const path = Deno.makeTempFileSync();
  const dirty = new Dirty(path);
  const context = { dirty, doubt: true, now: () => 0 } as unknown as Context;
  const pipeline = { unsettled: new Marks() } as unknown as Pipeline;
  const levelling = new Levelling(context, pipeline, [], {
    full,
    outgoing: {} as Outgoing,
    control: { limit: 0, paused: false },
    persist: () => {
      if (!room) throw new Error("no space left");
      dirty.flush();
    },
    everything() {},
  });
  strictEqual(
    levelling.take(new TextEncoder().encode("d 0 77 3\ng 0 5")),
    true,
  );
  try {
    if (room) levelling.begin();
    else throws(() => levelling.begin(), /no space left/);
    const left = new Dirty(path);
    const marks = [...encodeMarks(left.marks)];
    left.close();
    return { doubt: context.doubt, marks };
  } finally {
    levelling.end();
    dirty.close();
    Deno.removeSync(path);
  }
}

Deno.test("Levelling: after a crash of both what the peer's journal names is known here, so a resync that breaks off goes on with it", () => {
  deepStrictEqual(begun(), {
    doubt: false,
    marks: ["g 0 5", "a 0 77", "d 0 77 3"],
  });
});

Deno.test("Levelling: what could not be recorded, or was not asked for, is not known", () => {
  strictEqual(begun({ room: false }).doubt, true);
  strictEqual(begun({ full: true }).doubt, true);
});
