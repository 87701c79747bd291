import assert from "node:assert/strict";
import { join } from "node:path";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { onlyCopy, partedText, question } from "./uninstall.ts";

function pair(
  { mine, theirs, reachable = true }: {
    readonly mine: boolean;
    readonly theirs: boolean | null;
    readonly reachable?: boolean;
  },
): ClusterState {
  const module = (upToDate: boolean) =>
    ({ name: "k3s", role: "ALONE", upToDate }) as ModuleState;
  return {
    nodes: [
      { name: "node1", local: true, reachable: true, modules: [module(mine)] },
      {
        name: "node2",
        local: false,
        reachable,
        modules: theirs === null ? [] : [module(theirs)],
      },
    ],
  } as unknown as ClusterState;
}

Deno.test("uninstall --data is refused where the other node holds no good copy", () => {
  assert.match(
    onlyCopy(pair({ mine: true, theirs: false }))!,
    /^The copy of k3s on node2 is not up to date.*hakit state.*without --data/,
  );
  for (
    const state of [
      pair({ mine: true, theirs: true }),
      // Then this one is no good copy.
      pair({ mine: false, theirs: false }),
      // Nobody knows: a lost node is no reason to keep this one for ever.
      pair({ mine: true, theirs: false, reachable: false }),
      pair({ mine: true, theirs: null }),
    ]
  ) assert.equal(onlyCopy(state), null);
});

Deno.test("uninstall --data names what a split brain left, in its question and without one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(await partedText(folder), null);
    await Deno.mkdir(join(folder, "k3s", "2026-11-23T02-30-00-000Z"), {
      recursive: true,
    });
    const text = await partedText(folder);
    assert.match(
      text!,
      /what only this server wrote in a split brain: k3s\/2026-11-23T02-30-00-000Z/,
    );
    assert(question({ data: true, parted: text }).includes(text!));
    assert.match(question({ data: false, parted: null }), /No cluster/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
