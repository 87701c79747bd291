import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseLine } from "./lines.ts";
import { inOrder, momentsOf, waysOf } from "./story.ts";

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

Deno.test("waysOf() leaves a way open that did not come to its end", () => {
  const [way] = waysOf(momentsOf("node2", LOG.slice(0, 5), 0));
  strictEqual(way!.seconds, null);
});
