import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseLine } from "./lines.ts";
import { aheadOf, inOrder, momentsOf, waysOf } from "./story.ts";

const LOG = [
  "2026-11-25T02:00:00.000Z info begins: goal run",
  "2026-11-25T02:00:01.990Z info node1 is lost after 2.03 s",
  "2026-11-25T02:00:02.000Z info SECOND becomes ALONE: no heartbeat of node1",
  "2026-11-25T02:00:02.040Z info directories mounted after 0.04 s",
  "2026-11-25T02:00:02.150Z info addresses taken after 0.11 s",
  "2026-11-25T02:00:02.160Z info start_prim begins, start_prim_2026-11-25T02-00-02.log",
  "2026-11-25T02:00:03.360Z info start_prim ended after 1.20 s",
  "2026-11-25T02:00:03.400Z info ALONE is ready after 1.40 s",
  "2026-11-25T02:00:09.000Z warning tcp.web is down: refused",
].map(parseLine);

Deno.test("waysOf() measures a failover with its phases", () => {
  const [way] = waysOf(momentsOf("node2", LOG, 0));
  deepStrictEqual(way, {
    node: "node2",
    at: Date.parse("2026-11-25T02:00:02Z"),
    from: "SECOND",
    role: "ALONE",
    why: "no heartbeat of node1",
    lost: 2.03,
    seconds: 1.4,
    underWay: false,
    phases: [
      { name: "directories", seconds: 0.04 },
      { name: "addresses", seconds: 0.11 },
      { name: "start_prim", seconds: 1.2 },
    ],
  });
});

Deno.test("momentsOf() corrects the other node's clock, so that effects follow their causes", () => {
  const cause = momentsOf("node1", [
    parseLine("2026-11-25T02:00:30.000Z info swap called by user ann"),
  ], 0);
  // Its clock is a minute behind.
  const effect = momentsOf("node2", [
    parseLine(
      "2026-11-25T01:59:31.000Z info SECOND becomes PRIM: node1 has handed over",
    ),
  ], -60_000);
  const both = inOrder([...effect, ...cause]);
  deepStrictEqual(both.map(({ node }) => node), ["node1", "node2"]);
  strictEqual(both[1]!.at - both[0]!.at, 1000);
});

Deno.test("waysOf() says of the newest way alone that it may still come to its end", () => {
  const begun = LOG.slice(0, 5);
  const [way] = waysOf(momentsOf("node2", begun, 0));
  strictEqual(way!.seconds, null);
  strictEqual(way!.underWay, true);
  const given = parseLine(
    "2026-11-25T02:00:05.000Z error ALONE becomes WAIT: start_prim failed",
  );
  const [ended] = waysOf(momentsOf("node2", [...begun, given], 0));
  strictEqual(ended!.underWay, false);
  // It died on the way, and the other one took over.
  const other = parseLine(
    "2026-11-25T02:01:00.000Z info SECOND becomes ALONE: no heartbeat of node2",
  );
  const both = waysOf([
    ...momentsOf("node2", begun, 0),
    ...momentsOf("node1", [other], 0),
  ]);
  deepStrictEqual(both.map(({ node, underWay }) => [node, underWay]), [
    ["node1", true],
    ["node2", false],
  ]);
});

Deno.test("aheadOf() invents no difference to a clock that was not heard", () => {
  strictEqual(aheadOf([40, 1274]), 1234);
  strictEqual(aheadOf([40, null]), null);
  strictEqual(aheadOf([null, 1_764_000_000_000]), null);
  strictEqual(aheadOf([40]), null);
});
