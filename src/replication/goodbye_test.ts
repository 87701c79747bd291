import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { goodbye } from "./goodbye.ts";
import { Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import type { Stage } from "./patience.ts";
import type { Pipeline } from "./pipeline.ts";

/** A primary that stops, which has done everything up to 7 and has a mark that the peer may lack. */
function stop(durable: number, peer: "answers" | "silent" | "gone") {
  const told: [number, number][] = [];
  const unsettled = new Marks();
  unsettled.attributes(0, 5, 7);
  let now = 0;
  const session = { stage: "mirrored" as Stage, closed: false };
  const tell = (kind: number, _: number, _id: number, _p: null, number = 0) =>
    told.push([kind, number]);
  const pipeline = { session: {}, sequence: 7, unsettled, tell };
  const leaving = goodbye(session, {
    pipeline: pipeline as unknown as Pipeline,
    durable,
    tide: 3,
    now: () => now,
    over: () => peer === "gone",
  });
  for (const _ of leaving) {
    now += 1000;
    session.closed = peer === "answers";
  }
  return { told, marked: !unsettled.isEmpty, now };
}

Deno.test("goodbye: everything is on this disk: marks go when the peer has said the same", () => {
  const { told, marked } = stop(7, "answers");
  deepStrictEqual(told, [[KIND.SETTLED, 7], [KIND.CLOSE, 0]]);
  strictEqual(marked, false);
});

Deno.test("goodbye: what was done while the disk was synced is not called durable, and its mark stays", () => {
  deepStrictEqual(stop(6, "answers"), { told: [], marked: true, now: 0 });
});

Deno.test("goodbye: a peer that does not answer is waited for 5 s, one that is gone is not; marks stay", () => {
  deepStrictEqual(
    [stop(7, "silent"), stop(7, "gone")].map((
      { marked, now },
    ) => [marked, now]),
    [[true, 5000], [true, 0]],
  );
});
