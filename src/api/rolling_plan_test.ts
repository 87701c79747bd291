import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { ClusterState } from "./state.ts";
import {
  allStopped,
  obstacles,
  obstacleText,
  order,
  restartRefusal,
  toSwap,
} from "./rolling_plan.ts";

type Side = readonly [role: string, status?: string];

/** Two nodes, the first one is asked; modules by name: what the first and the second have. */
function cluster(
  modules: Readonly<{ [name: string]: readonly [Side, Side] }>,
  reachable = true,
): ClusterState {
  const node = (index: 0 | 1) => ({
    name: `node${index + 1}`,
    local: index === 0,
    reachable: index === 0 || reachable,
    modules: Object.entries(modules).map(([name, sides]) => ({
      name,
      role: sides[index][0],
      status: sides[index][1] ?? "Ready",
    })),
  });
  return { nodes: [node(0), node(1)] } as unknown as ClusterState;
}

Deno.test("order() begins with the node that serves least, then the one that is not asked", () => {
  const here = cluster({ a: [["PRIM"], ["SECOND"]] });
  deepStrictEqual(order(here), ["node2", "node1"]);
  deepStrictEqual(order(cluster({ a: [["SECOND"], ["PRIM"]] })), [
    "node1",
    "node2",
  ]);
  const both = cluster({
    a: [["PRIM"], ["SECOND"]],
    b: [["SECOND"], ["PRIM"]],
  });
  deepStrictEqual(order(both), ["node2", "node1"]);
  deepStrictEqual(toSwap(both, "node2"), ["b"]);
  deepStrictEqual(toSwap(both, "node1"), ["a"]);
});

Deno.test("obstacles() names whatever would interrupt a service, and nothing else", () => {
  deepStrictEqual(
    obstacles(cluster({
      a: [["PRIM"], ["SECOND"]],
      b: [["STOP", "NotReady"], ["STOP", "NotReady"]],
    })),
    [],
  );
  for (
    const sides of [
      [["ALONE"], ["STOP", "NotReady"]],
      [["ALONE"], ["SECOND", "Transient"]],
      [["PRIM", "Transient"], ["SECOND"]],
      [["WAIT", "NotReady"], ["WAIT", "NotReady"]],
      [["ALONE"], ["ALONE"]],
    ] as const
  ) {
    const [line, ...rest] = obstacles(cluster({ a: sides })).map(obstacleText);
    match(line!, /^a is .* on node1 and .* on node2, expected PRIM and SECOND/);
    deepStrictEqual(rest, []);
  }
  match(
    obstacleText(obstacles(cluster({ a: [["PRIM"], ["SECOND"]] }, false))[0]!),
    /^node2 does not answer/,
  );
});

Deno.test("allStopped() is what versions apart from each other need", () => {
  strictEqual(
    allStopped(cluster({ a: [["STOP", "NotReady"], ["STOP", "NotReady"]] })),
    true,
  );
  strictEqual(
    allStopped(cluster({ a: [["STOP", "NotReady"], ["STOP", "Transient"]] })),
    false,
  );
  strictEqual(allStopped(cluster({ a: [["PRIM"], ["SECOND"]] })), false);
});

Deno.test("restartRefusal() lets an agent begin again only where nothing is served and nothing is half done", () => {
  const whole = cluster({
    a: [["PRIM"], ["SECOND"]],
    b: [["STOP", "NotReady"], ["STOP", "NotReady"]],
  });
  match(restartRefusal(whole, "node1")!, /^a is PRIM on node1: .*hakit swap a/);
  strictEqual(restartRefusal(whole, "node2"), null);
  const copying = cluster({ a: [["ALONE"], ["SECOND", "Transient"]] });
  match(restartRefusal(copying, "node1")!, /^a is ALONE/);
  match(restartRefusal(copying, "node2")!, /^a is ALONE/);
  const silent = cluster({ a: [["PRIM"], ["SECOND"]] }, false);
  match(restartRefusal(silent, "node1")!, /^node2 does not answer/);
  // Two that read another port do not hear each other for a while: what rests stands in nobody's way.
  const resting = cluster({ a: [["STOP", "NotReady"], ["ALONE"]] }, false);
  strictEqual(restartRefusal(resting, "node1"), null);
  const ending = cluster({ a: [["STOP", "Transient"], ["PRIM"]] });
  match(restartRefusal(ending, "node1")!, /^a is STOP \(Transient\) on node1/);
});
