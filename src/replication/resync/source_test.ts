import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Outgoing } from "../../peer/connection.ts";
import { type Frame, newFrame } from "../../peer/frame.ts";
import { Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import { E, libc, Memory, O } from "../../system/libc.ts";
import { NotLevel } from "../unlike_disks.ts";
import type { Volume } from "../volume.ts";
import { ResyncSource } from "./source.ts";

/** Runs a resync of nothing against a target that does each pass; what happened, in order. */
function passes(
  fresh: readonly Marks[],
  volumes: readonly Volume[] = [],
): string[] {
  const said: string[] = [], left = [...fresh];
  const outgoing = {
    room: 1 << 30,
    append: ({ kind }: Frame) => {
      if (kind === KIND.END) said.push("pass");
    },
  };
  const source = new ResyncSource({
    volumes,
    outgoing: outgoing as unknown as Outgoing,
    control: { limit: 0, paused: false },
    now: () => 0,
    takeFresh: () => left.shift() ?? new Marks(),
    everything() {},
    hold: () => said.push("hold"),
    release: (gapMs) => said.push(gapMs === 0 ? "go on" : `${gapMs} ms apart`),
  });
  let answered = 0;
  for (const _ of source.run(new Marks())) {
    const ended = said.filter((each) => each === "pass").length;
    // Whoever waits for an answer asks for no turns until it is there.
    strictEqual(source.waits, ended > answered);
    if (ended === answered) continue;
    answered = ended;
    source.heard({ ...newFrame(), kind: KIND.ENDED }, new Uint8Array(4));
    strictEqual(source.waits, false);
  }
  return said;
}

Deno.test("ResyncSource: applications do not wait for the first pass, in which the peer may have millions of names to remove", () => {
  deepStrictEqual(passes([]), ["go on", "pass", "hold", "pass"]);
});

Deno.test("ResyncSource: what changed during a pass makes another one", () => {
  const some = new Marks();
  some.attributes(0, 7, 0);
  deepStrictEqual(
    passes([new Marks(), new Marks(), some]),
    ["go on", "pass", "hold", "pass", "hold", "pass"],
  );
});

Deno.test("ResyncSource: who changes more in each pass than may be left for the last one is slowed, and not held for it", () => {
  const much = () => {
    const marks = new Marks();
    marks.data(0, 7, { offset: 0, length: 64 << 20 }, 1);
    return marks;
  };
  const said = passes(Array.from({ length: 14 }, much));
  const goes = Array.from({ length: 12 }, () => ["go on", "pass"]).flat();
  deepStrictEqual(said, [
    ...goes,
    ...["1 ms apart", "pass", "2 ms apart", "pass", "4 ms apart", "pass"],
    ...["hold", "pass"],
  ]);
});

Deno.test("ResyncSource: a mark to the end of a file counts by its size: a trim of a large image holds nobody", () => {
  const trimmed = new Marks();
  trimmed.tail(0, 7, 0, 1);
  const file = Deno.makeTempFileSync({ dir: "/dev/shm" });
  Deno.truncateSync(file, 50 * 2 ** 30);
  const fd = libc.open(new Memory(4096).string(file), O.PATH, 0);
  const volume = {
    index: 0,
    has: () => true,
    get: () => ({ fd }),
    pathNearby: () => null,
  } as unknown as Volume;
  deepStrictEqual(
    passes([trimmed], [volume]),
    ["go on", "pass", "go on", "pass", "hold", "pass"],
  );
  libc.close(fd);
  Deno.removeSync(file);
});

Deno.test("ResyncSource gives up after one more look at everything where the target's file system never takes what it is told", () => {
  const tried = (error: number) => {
    let ends = 0, refused: unknown = null;
    const outgoing = {
      room: 1 << 30,
      append: ({ kind }: Frame) => {
        if (kind === KIND.END) ends++;
      },
    };
    const source = new ResyncSource({
      volumes: [],
      outgoing: outgoing as unknown as Outgoing,
      control: { limit: 0, paused: false },
      now: () => 0,
      takeFresh: () => new Marks(),
      everything() {},
      hold() {},
      release() {},
    });
    const words = new TextEncoder().encode("\0\0\0\0its disk refuses it");
    let answered = 0;
    try {
      for (const _ of source.run(new Marks())) {
        if (ends === answered) continue;
        answered = ends;
        const frame = { ...newFrame(), kind: KIND.ENDED, flags: error };
        source.heard(frame, words);
      }
    } catch (thrown) {
      refused = thrown;
    }
    ok(refused instanceof NotLevel);
    deepStrictEqual([refused.why, refused.error], [
      "its disk refuses it",
      error,
    ]);
    return ends;
  };
  strictEqual(tried(E.NAMETOOLONG), 2);
  strictEqual(tried(E.NOSPC), 4);
});

Deno.test("ResyncSource whose session ends before its first turn watches nobody's names, nor one that has ended", () => {
  const volume = { index: 0, onMove: null, onGone: null } as unknown as Volume;
  const source = () =>
    new ResyncSource({
      volumes: [volume],
      outgoing: { room: 0, append() {} } as unknown as Outgoing,
      control: { limit: 0, paused: false },
      now: () => 0,
      takeFresh: () => new Marks(),
      everything() {},
      hold() {},
      release() {},
    }).run(new Marks());
  source().return();
  deepStrictEqual([volume.onMove, volume.onGone], [null, null]);
  const begun = source();
  begun.next();
  strictEqual(volume.onMove === null, false);
  begun.return();
  deepStrictEqual([volume.onMove, volume.onGone], [null, null]);
});
