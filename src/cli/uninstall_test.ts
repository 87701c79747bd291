import assert from "node:assert/strict";
import { join } from "node:path";
import { sampleModule, sampleState } from "../../tests/console/sample.ts";
import type { ClusterState, ModuleState } from "../api/state.ts";
import { EMPTY } from "../replication/identity.ts";
import { onlyCopy, partedText, question } from "./uninstall.ts";

const LEVEL = { ...EMPTY, current: "a1", upToDate: true };
/** What a node becomes that writes alone. */
const WENT_ON = { ...LEVEL, current: "a2", bitmap: "a1" };
const OLD = { ...LEVEL, upToDate: false };
const ALONE = { role: "ALONE", identity: WENT_ON } as const;
const STOP = { role: "STOP", status: "NotReady", session: "none" } as const;

function pair(
  mine: Partial<ModuleState>,
  theirs: Partial<ModuleState> | null,
  { reachable = true } = {},
): ClusterState {
  const module = ({ identity = LEVEL, ...change }: Partial<ModuleState>) =>
    sampleModule({ identity, upToDate: identity.upToDate, ...change });
  const { nodes, ...rest } = sampleState();
  const node2 = theirs === null ? [] : [module(theirs)];
  return {
    ...rest,
    nodes: [
      { ...nodes[0]!, modules: [module(mine)] },
      { ...nodes[1]!, modules: node2, reachable },
    ],
  };
}

const used = { used: true };

Deno.test("uninstall --data is refused where the other node was stopped and lacks what was written since, whatever it says of itself", () => {
  assert.equal(
    onlyCopy(pair(ALONE, { ...STOP, upToDate: true }), used),
    `node2's copy of k3s lacks what was written since it stopped (STOP): this server's is the only newest one; "hakit start k3s --node node2", wait for PRIM and SECOND Ready, then again.`,
  );
  // Stopped both, the newer one last.
  assert.match(
    onlyCopy(pair({ ...STOP, identity: WENT_ON }, STOP), used)!,
    /^node2's copy of k3s lacks/,
  );
  assert.equal(
    onlyCopy(pair(STOP, { ...STOP, identity: WENT_ON }), used),
    null,
  );
  assert.equal(onlyCopy(pair(STOP, STOP), used), null);
});

Deno.test("uninstall --data is refused where the other node holds no good copy, and where nobody can tell", () => {
  const second = { role: "SECOND", status: "Transient" } as const;
  for (
    const [mine, theirs, why] of [
      [ALONE, null, /^node2 has no copy of k3s/],
      [ALONE, { ...second, identity: OLD }, /is not up to date: .* newest/],
      [STOP, { ...STOP, identity: OLD }, /may be the only good one.*state/],
      // Neither is known to be good: this one may be the better one.
      [
        { ...STOP, identity: OLD },
        { ...STOP, identity: OLD },
        /may be the only good one/,
      ],
      [STOP, { ...STOP, identity: EMPTY }, /is not up to date|only good/],
      [ALONE, { role: "ALONE", identity: LEVEL }, /only this server wrote/],
      [
        { ...STOP, identity: WENT_ON },
        { ...STOP, identity: { ...WENT_ON, current: "a3" } },
        /only this server wrote/,
      ],
    ] as const
  ) assert.match(onlyCopy(pair(mine, theirs), used) ?? "", why);
  assert.match(
    onlyCopy(pair(STOP, ALONE, { reachable: false }), used)!,
    /^node2 is not reachable.*may be the only one/,
  );
  assert.match(onlyCopy(null, used)!, /^The agent does not answer here/);
  const begun = pair({ ...STOP, identity: EMPTY }, ALONE);
  assert.match(onlyCopy(begun, used)!, /does not know its own copy yet/);
  // The other one serves, or acknowledges every write.
  assert.equal(
    onlyCopy(pair({ role: "PRIM" }, { role: "SECOND" }), used),
    null,
  );
  assert.equal(onlyCopy(pair({ ...STOP, identity: OLD }, ALONE), used), null);
});

Deno.test("uninstall --data asks for no more where no data was ever served", () => {
  assert.equal(onlyCopy(null, { used: false }), null);
  const fresh = pair({ ...STOP, identity: EMPTY }, null, { reachable: false });
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
