/** The lab with a witness: real processes, real cables. Never two that serve; and the witness itself is nobody's single point of failure. */
import assert from "node:assert/strict";
import type { KillResult } from "../../src/lab/drill.ts";
import {
  bothReady,
  hakit,
  isAlone,
  lab,
  labJson,
  moduleOf,
  stateOf,
  tell,
  until,
} from "./lab.ts";

const seconds = (count: number) =>
  new Promise((done) => setTimeout(done, count * 1000));

/** The same module on both nodes, once a tenth of a second, for so long: never two primaries at one look. */
async function neverTwo(forSeconds: number): Promise<void> {
  const end = performance.now() + forSeconds * 1000;
  let looks = 0;
  while (performance.now() < end) {
    const roles = await Promise.all(
      ([1, 2] as const).map(async (node) =>
        (await moduleOf(node).catch(() => null))?.role
      ),
    );
    const primaries = roles.filter((role) =>
      role === "ALONE" || role === "PRIM"
    );
    assert.ok(primaries.length < 2, `two primaries: ${roles.join(" and ")}`);
    if (roles.every((role) => role !== undefined)) looks++;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.ok(looks >= 5, `both nodes were seen only ${looks} times`);
}

/** Both nodes agree, and the witness knows it. */
async function decided(): Promise<1 | 2> {
  const primary = await bothReady();
  await until(
    "the witness decides",
    20_000,
    async () => /decides/.test((await stateOf(primary)).arbiter),
  );
  await seconds(1);
  return primary;
}

Deno.test("a cluster with a witness in the lab", async (t) => {
  await lab("down");
  const step = async (name: string, body: () => Promise<void>) => {
    if (!await t.step(name, body)) {
      const log = await hakit(["lab", "state"]);
      throw new Error(`stopped after "${name}"\n${log.out}${log.err}`);
    }
  };
  try {
    await step("witness add, while the cluster runs", async () => {
      await lab("up", "--module", "counter");
      await lab("witness");
      await decided();
    });

    await step("a power cut of the primary: within its times", async () => {
      const result = await labJson<KillResult>("drill");
      tell(result);
      assert.equal(result.lost, 0);
      assert.ok(result.detectedMs! <= 2500, `${result.detectedMs} ms`);
      assert.ok(result.serviceMs! <= 5000, `${result.serviceMs} ms`);
    });

    await step("all links between the nodes break: one stays", async () => {
      const primary = await decided();
      const other = primary === 1 ? 2 : 1;
      await lab("cut", String(primary));
      await neverTwo(6);
      await until("ALONE", 20_000, () => isAlone(primary));
      const { role, reason } = await moduleOf(other);
      assert.equal(role, "WAIT");
      assert.match(reason ?? "", /witness/);
      await lab("heal", String(primary));
      assert.equal(await decided(), primary);
    });

    await step("the witness dies: nothing happens", async () => {
      const primary = await decided();
      const before = (await moduleOf(primary)).identity;
      await lab("witness", "kill");
      await seconds(8);
      assert.equal(await bothReady(), primary);
      assert.deepEqual((await moduleOf(primary)).identity, before);
      assert.match((await stateOf(primary)).arbiter, /does not answer/);
      await lab("witness");
      await decided();
    });

    await step("the primary is cut from everything: it stops", async () => {
      const primary = await decided();
      const other = primary === 1 ? 2 : 1;
      await lab("witness", "cut", String(primary));
      await lab("cut", String(primary));
      await neverTwo(6);
      await until("the other one is ALONE", 20_000, () => isAlone(other));
      assert.equal((await moduleOf(primary)).role, "WAIT");
      await lab("witness", "heal", String(primary));
      await lab("heal", String(primary));
      assert.equal(await decided(), other);
    });

    await step("witness remove: nothing happens", async () => {
      const primary = await decided();
      const { code, err } = await hakit(["witness", "remove"], {
        env: { HAKIT_HOME: `/var/lib/hakit-lab/node${primary}` },
      });
      assert.equal(code, 0, err);
      assert.equal(await bothReady(), primary);
      assert.match((await stateOf(primary)).arbiter, /no arbiter/);
    });
  } finally {
    if (Deno.env.get("HAKIT_KEEP_LAB") !== "1") await lab("down");
  }
});
