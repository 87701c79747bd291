import assert from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import { type Seen, Takeovers } from "./takeovers.ts";

const SECOND = { role: "SECOND", status: "Ready" } as const;

/** node2 as seen by itself. */
function seen(
  module: Parameters<typeof sampleState>[1],
  { reachable = true, link = "up" }: {
    reachable?: boolean;
    link?: "up" | "down" | "unknown";
  } = {},
): Seen {
  const { nodes, links } = sampleState({}, module);
  return {
    modules: nodes.find(({ name }) => name === "node2")!.modules,
    peerReachable: reachable,
    links: links.map((entry) => ({ ...entry, state: link })),
  };
}

Deno.test("Takeovers counts a failover when the service is up again, with the time since the decision", () => {
  const takeovers = new Takeovers();
  const at = (ms: number, state: Seen) =>
    takeovers.observe(state, { at: ms, date: 1_000_000 + ms });
  at(0, seen(SECOND));
  // Of an earlier way.
  takeovers.line("k3s", "start_second ended after 0.30 s");
  takeovers.line("k3s", "node1 is lost after 2.05 s");
  takeovers.line("k3s", "SECOND becomes ALONE: node1 is lost");
  at(100, seen({ role: "ALONE", status: "Transient" }, { reachable: false }));
  takeovers.line("k3s", "directories mounted after 0.04 s");
  takeovers.line("k3s", "start_prim begins, start_prim_x.log");
  takeovers.line("k3s", "start_prim ended after 1.25 s");
  at(200, seen({ role: "ALONE", status: "Transient" }, { reachable: false }));
  assert.equal(takeovers.takeovers()[0]!.count, 0);
  at(1600, seen({ role: "ALONE", status: "Ready" }, { reachable: false }));
  at(1700, seen({ role: "ALONE", status: "Ready" }, { reachable: false }));
  assert.deepEqual(takeovers.takeovers(), [
    {
      module: "k3s",
      reason: "failover",
      count: 1,
      lastSeconds: 1.5,
      lastAt: 1_001_600,
      phases: [
        { phase: "detection", seconds: 2.05 },
        { phase: "directories", seconds: 0.04 },
        { phase: "start_prim", seconds: 1.25 },
        { phase: "other", seconds: 0.21 },
      ],
    },
    {
      module: "k3s",
      reason: "handover",
      count: 0,
      lastSeconds: null,
      lastAt: null,
      phases: [],
    },
  ]);
});

Deno.test("Takeovers tells a swap from a failover, and counts neither a start nor one that failed", () => {
  const takeovers = new Takeovers();
  let ms = 0;
  const observe = (state: Seen) =>
    takeovers.observe(state, { at: ms += 100, date: 0 });
  observe(seen({ role: "WAIT", status: "NotReady" }));
  observe(seen({ role: "PRIM", status: "Ready" }));
  observe(seen(SECOND));
  observe(seen({ role: "PRIM", status: "Transient" }));
  observe(seen({ role: "STOP", status: "NotReady" }));
  observe(seen(SECOND));
  observe(seen({ role: "PRIM", status: "Ready" }));
  const counts = takeovers.takeovers().map(({ reason, count }) =>
    `${reason} ${count}`
  );
  assert.deepEqual(counts, ["failover 0", "handover 1"]);
});

Deno.test("Takeovers counts each time that a link goes down", () => {
  const takeovers = new Takeovers();
  for (
    const link of [
      "unknown",
      "up",
      "down",
      "down",
      "unknown",
      "down",
      "up",
      "down",
    ] as const
  ) {
    takeovers.observe(seen(SECOND, { link }), { at: 0, date: 0 });
  }
  assert.equal(takeovers.linkLosses()[0]!.count, 2);
});
