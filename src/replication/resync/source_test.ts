import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Outgoing } from "../../peer/connection.ts";
import { type Frame, newFrame } from "../../peer/frame.ts";
import { Marks } from "../marks.ts";
import { KIND } from "../operation.ts";
import { ResyncSource } from "./source.ts";

/** Runs a resync of nothing against a target that does each pass; what happened, in order. */
function passes(fresh: readonly Marks[]): string[] {
  const said: string[] = [], left = [...fresh];
  const outgoing = {
    room: 1 << 30,
    append: ({ kind }: Frame) => {
      if (kind === KIND.END) said.push("pass");
    },
  };
  const source = new ResyncSource({
    volumes: [],
    outgoing: outgoing as unknown as Outgoing,
    control: { limit: 0, paused: false },
    now: () => 0,
    takeFresh: () => left.shift() ?? new Marks(),
    hold: () => said.push("hold"),
    release: () => said.push("go on"),
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
