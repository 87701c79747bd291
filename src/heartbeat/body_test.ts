import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ModuleView } from "../machine/state.ts";
import { EMPTY } from "../replication/identity.ts";
import fc from "fast-check";
import { MAX_MODULES } from "../system/limits.ts";
import { checkBody, fitBody, followers, promises } from "./body.ts";
import { Codec, MAX_DATAGRAM, MAX_ECHO } from "./message.ts";

const view: ModuleView = {
  module: "k3s",
  role: "PRIM",
  status: "Ready",
  goal: "run",
  lastRole: "PRIM",
  cameFrom: null,
  identity: EMPTY,
  phase: "primary",
  session: "mirrored",
  shutOut: null,
  outdated: null,
  swap: null,
  reason: null,
  resync: null,
  lastResync: { bytesSent: 1, seconds: 2, full: true },
  proven: "2026-11-23T17:00:00.000Z",
  differences: 3,
  stalls: true,
  otherFolder: true,
  dirtyBytes: 0,
  addresses: true,
  bids: false,
};

Deno.test("checkBody() takes nothing away that a node says of its modules", () => {
  const body = {
    version: "1",
    modules: [{ ...view, keeps: null, salvage: "2026-11-23T02-30-00-000Z" }],
    configuration: { links: "0123456789ab" },
    arbiterAnswers: false,
  };
  deepStrictEqual(checkBody(body), body);
});

Deno.test("promises() a reply for each module by itself to a peer that knows what bids", () => {
  const { bids: _, ...older } = view;
  const says = (...bids: boolean[]) => ({
    version: "1",
    modules: bids.map((bids) => ({ ...view, bids })),
  });
  strictEqual(promises(says(false, true), [view]), true);
  strictEqual(promises(says(false, false), [older]), true);
  // It would take the reply for a promise of the module that is about to go on without it.
  strictEqual(promises(says(false, true), [older]), false);
  strictEqual(promises(says(false, true), []), false);
});

Deno.test("followers() leaves out what follows nobody, and what is about to go on by itself", () => {
  const modules = [
    { ...view, module: "a", role: "SECOND", bids: true },
    { ...view, module: "b", role: "SECOND" },
    { ...view, module: "c" },
  ] as const;
  deepStrictEqual(followers({ version: "1", modules }), ["b"]);
});

const ID = "f".repeat(64);
const BIG = Number.MAX_SAFE_INTEGER;

/** As large as what other files promise: ids are letters, texts are anything. */
const largest = fc.record({
  module: fc.constant("m".repeat(31)),
  identity: fc.constant({
    ...{ current: ID, bitmap: ID, history: Array(8).fill(ID), epoch: BIG },
    ...{ upToDate: false, consistent: false, connected: false },
  }),
  reason: fc.option(text(2000)),
  shutOut: fc.constant(ID + ID),
  outdated: fc.constant(ID + ID),
  resync: fc.constant({
    ...{ stage: "names" as const, bytesDone: BIG, bytesTotal: BIG },
    ...{ bytesSent: BIG, bytesPerSecond: BIG, secondsLeft: BIG },
    ...{ paused: false, limit: BIG },
  }),
  claim: fc.constant(BIG),
  keeps: fc.constant("k".repeat(31)),
  salvage: fc.constant("2026-11-23T02-30-00-000Z"),
  witness: fc.constant(ID),
  watch: fc.record({
    resources: fc.array(
      fc.record({
        name: fc.constant("custom.".padEnd(90, "n")),
        state: fc.constant("unknown" as const),
        detail: fc.option(text(300)),
      }),
      { maxLength: 100, size: "max" },
    ),
    maintenance: fc.constant(Array(4).fill("failover off")),
  }),
}).map((change) => ({ ...view, ...change }) as ModuleView);

/** Letters that take one byte, three, or six as JSON. */
function text(length: number) {
  return fc.constantFrom("a", "字", "\u0001", "😀").map((letter) =>
    letter.repeat(length)
  );
}

Deno.test("fitBody() makes of whatever there is a datagram that is sent, and heard", () => {
  const codec = new Codec({ key: "ab".repeat(32), cluster: "c" });
  const fits = (modules: readonly ModuleView[]) => {
    const body = fitBody({
      version: "1".repeat(99),
      modules,
      timeoutMs: 2100,
    });
    deepStrictEqual(
      checkBody(JSON.parse(JSON.stringify(body)))?.modules.map((one) =>
        one.identity
      ),
      body.modules.map((one) => one.identity),
    );
    strictEqual(body.modules.length, modules.length);
    const time = 123456789.123456;
    const bytes = codec.seal({
      sender: 0,
      boot: "ab".repeat(16),
      link: 7,
      number: BIG,
      content: {
        echo: Array(MAX_ECHO).fill("ab".repeat(16)),
        sentAt: time,
        reply: { sentAt: time, heldMs: time },
        body,
      },
    });
    strictEqual(bytes.length <= MAX_DATAGRAM, true);
  };
  fc.assert(
    fc.property(
      fc.array(largest, { maxLength: MAX_MODULES, size: "max" }),
      fits,
    ),
    { numRuns: 50 },
  );
  fc.assert(
    fc.property(largest, (one) => fits(Array(MAX_MODULES).fill(one))),
    { numRuns: 20 },
  );
});

Deno.test("fitBody() leaves what fits as it is", () => {
  const body = {
    version: "1",
    modules: Array(MAX_MODULES).fill({
      ...view,
      reason: "because ".repeat(20),
    }),
    timeoutMs: 2100,
  };
  deepStrictEqual(fitBody(body), body);
});
