import { match, ok, strictEqual } from "node:assert/strict";
import { Life, peer, PRIM, report } from "../../tests/machine_life.ts";

Deno.test("step() swaps by a rule only with a mirror that is whole; what it refuses does not count", () => {
  const second = peer({
    ...{ role: "SECOND", phase: "secondary", status: "Ready" },
    ...{ lastRole: "SECOND", addresses: false },
  });
  const life = new Life({ ...PRIM, settled: true }).on({
    type: "begin",
    report: report({ phase: "primary", session: "mirrored" }),
    boot: true,
  }).on({ type: "heard", view: second, heardUsAt: 1_000 }).done();
  const swaps = (session: "mirrored" | "lost") =>
    life.on({ type: "report", report: report({ phase: "primary", session }) })
      .on({ type: "rule", rule: "r", order: "swap", reason: "eth0 is out" });
  // What broke one link has broken the replicators' connection, too, for a moment; the other node's word is older.
  for (let times = 0; times < 5; times++) {
    strictEqual(swaps("lost").state.swap, null);
  }
  strictEqual(life.state.role, "PRIM");
  strictEqual(life.state.failures.length, 0);
  // Nor to one that shuts down, or that a person wants no service on.
  life.on({ type: "heard", view: { ...second, failover: false } });
  strictEqual(swaps("mirrored").state.swap, null);
  strictEqual(life.state.failures.length, 0);
  // Nor to one that clients of another virtual address do not reach: it would come back, and go again, until it is stopped.
  const out = { name: "intf.10.0.2.9", state: "down", detail: null } as const;
  const watch = { resources: [out], maintenance: [] };
  life.on({ type: "heard", view: { ...second, watch } });
  strictEqual(swaps("mirrored").state.swap, null);
  match(life.state.refused ?? "", /intf\.10\.0\.2\.9 is down on/);
  strictEqual(life.state.failures.length, 0);
  life.on({ type: "heard", view: second });
  ok(swaps("mirrored").state.swap === "releasing");
  strictEqual(life.state.failures.length, 1);
});
