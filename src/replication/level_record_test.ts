import { deepStrictEqual, throws } from "node:assert/strict";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { recordLevel } from "./level_record.ts";
import { encodeMarks, Marks } from "./marks.ts";

Deno.test("recordLevel() forgets what differed, and the doubt, when the record is on the disk, not before", () => {
  const path = Deno.makeTempFileSync();
  const dirty = new Dirty(path);
  const marks = new Marks();
  marks.names(0, 77, 0);
  dirty.add(marks);
  dirty.flush();
  let room = false;
  const context = {
    dirty,
    doubt: true,
    places: ["/srv/db"],
    config: { directories: [{ path: "/srv/db" }] },
    identity: {
      save() {
        if (!room) throw new Error("no space left");
      },
    },
  } as unknown as Context;
  const known = () => {
    const again = new Dirty(path);
    again.close();
    const [here, there] = [dirty, again].map((log) => [
      ...encodeMarks(log.marks),
    ]);
    return { doubt: context.doubt, here, there };
  };
  try {
    throws(() => recordLevel(context, null), /no space left/);
    deepStrictEqual(known(), {
      doubt: true,
      here: ["n 0 77"],
      there: ["n 0 77"],
    });
    room = true;
    recordLevel(context, null);
    deepStrictEqual(known(), { doubt: false, here: [], there: [] });
  } finally {
    dirty.close();
    Deno.removeSync(path);
  }
});
