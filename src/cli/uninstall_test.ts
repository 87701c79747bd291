import assert from "node:assert/strict";
import { join } from "node:path";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { onlyCopy, partedText, question } from "./uninstall.ts";

function pair(
  { mine, theirs, reachable = true, current = "0123456789abcdef" }: {
    readonly mine: boolean;
    readonly theirs: boolean | null;
    readonly reachable?: boolean;
    readonly current?: string | null;
  },
): ClusterState {
  const module = (upToDate: boolean) =>
    ({
      name: "k3s",
      role: "ALONE",
      upToDate,
      identity: { current },
    }) as ModuleState;
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

Deno.test("uninstall --data is refused where the other node holds no good copy, and where nobody can tell", () => {
  const used = { used: true };
  for (const theirs of [false, null]) {
    assert.match(
      onlyCopy(pair({ mine: true, theirs }), used)!,
      /^The copy of k3s on node2 is not up to date.*hakit state/,
    );
  }
  for (const mine of [true, false]) {
    assert.match(
      onlyCopy(pair({ mine, theirs: true, reachable: false }), used)!,
      /^node2 is not reachable.*may be the only one/,
    );
  }
  assert.match(onlyCopy(null, used)!, /^The agent does not answer here/);
  const begun = pair({ mine: false, theirs: true, current: null });
  assert.match(onlyCopy(begun, used)!, /does not know its own copy yet/);
  assert.equal(onlyCopy(pair({ mine: true, theirs: true }), used), null);
  // Then this one is no good copy.
  assert.equal(onlyCopy(pair({ mine: false, theirs: true }), used), null);
  assert.equal(onlyCopy(pair({ mine: false, theirs: false }), used), null);
});

Deno.test("uninstall --data asks for no more where no data was ever served", () => {
  assert.equal(onlyCopy(null, { used: false }), null);
  const fresh = pair({
    ...{ mine: false, theirs: null, reachable: false, current: null },
  });
  assert.equal(onlyCopy(fresh, { used: false }), null);
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
