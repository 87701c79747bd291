/** The life of a cluster, told by `hakit lab` with a real database: every step is what a person would type. */
import assert from "node:assert/strict";
import type { KillResult, SwapResult } from "../../src/lab/drill.ts";
import {
  addRow,
  bothReady,
  hakit,
  hasRow,
  isAlone,
  lab,
  labJson,
  moduleOf,
  stateOf,
  tell,
  until,
} from "./lab.ts";

Deno.test("a cluster's life in the lab", async (t) => {
  await lab("down");
  const step = async (name: string, body: () => Promise<void>) => {
    // What follows a failed step would only repeat its failure.
    if (!await t.step(name, body)) {
      const log = await hakit(["lab", "state"]);
      throw new Error(`stopped after "${name}"\n${log.out}${log.err}`);
    }
  };
  try {
    await step("lab up ends with PRIM and SECOND, both Ready", async () => {
      const out = await lab("up", "--module", "mariadb");
      assert.match(out, /Try this:/);
      assert.equal(await bothReady(), 1);
    });

    await step("a second lab up changes nothing", async () => {
      const before = await moduleOf(1);
      await lab("up");
      assert.deepEqual((await moduleOf(1)).identity, before.identity);
    });

    await step("state says it in words, codes and JSON", async () => {
      const state = await stateOf(2);
      assert.equal(state.nodes.length, 2);
      for (const node of state.nodes) {
        assert.equal(node.modules[0]!.name, "mariadb");
        assert.equal(node.modules[0]!.upToDate, true);
      }
      assert.notEqual(state.sentence, "");
      for (const [node, code] of [[1, 3], [2, 4]] as const) {
        const quiet = await hakit(["state", "--quiet"], {
          env: { HAKIT_HOME: `/var/lib/hakit-lab/node${node}` },
        });
        assert.equal(quiet.code, code);
      }
    });

    await step("a power cut of the primary loses nothing", async () => {
      for (let round = 0; round < 2; round++) {
        const result = await labJson<KillResult>("drill");
        tell(result);
        assert.equal(result.lost, 0);
        assert.ok(result.acknowledged > 20);
        assert.ok(result.detectedMs! <= 2500, `${result.detectedMs} ms`);
        assert.ok(result.addressMs! <= 3000, `${result.addressMs} ms`);
        assert.ok(result.serviceMs! <= 5000, `${result.serviceMs} ms`);
      }
    });

    await step("a swap loses nothing", async () => {
      const result = await labJson<SwapResult>("drill", "--swap");
      tell(result);
      assert.equal(result.lost, 0);
      assert.ok(result.pauseMs <= 3000, `${result.pauseMs} ms`);
    });

    await step("one pulled cable is a warning and nothing else", async () => {
      const primary = await bothReady();
      const before = await moduleOf(primary);
      await lab("cut", String(primary), "2");
      await until(
        "a warning, before the silence is long enough for one",
        1_000,
        async () =>
          (await stateOf(primary)).links.some(({ state }) => state === "down"),
      );
      await addRow("one-cable");
      assert.equal(await bothReady(), primary);
      assert.deepEqual((await moduleOf(primary)).identity, before.identity);
      await lab("heal", String(primary));
      await until(
        "all links up",
        10_000,
        async () =>
          (await stateOf(primary)).links.every(({ state }) => state === "up"),
      );
    });

    await step("an agent that dies harms no service", async () => {
      const primary = await bothReady();
      const before = (await moduleOf(primary)).identity;
      await lab(
        "exec",
        String(primary),
        "--",
        "pkill",
        "-KILL",
        "-f",
        "hakit agent$",
      );
      await addRow("agent-died");
      assert.equal(await bothReady(), primary);
      assert.deepEqual((await moduleOf(primary)).identity, before);
      assert.ok(await hasRow("agent-died"));
    });

    await step("an orderly shutdown of the primary hands over", async () => {
      const primary = await bothReady();
      const survivor = primary === 1 ? 2 : 1;
      await addRow("before-shutdown");
      await lab("stop", String(primary));
      await until(
        "the other one is ALONE and Ready",
        20_000,
        () => isAlone(survivor),
      );
      await addRow("while-alone");
      await lab("start", String(primary));
      assert.equal(await bothReady(), survivor);
      assert.ok(await hasRow("before-shutdown"));
      assert.ok(await hasRow("while-alone"));
    });

    for (const order of [[1, 2], [2, 1]] as const) {
      await step(
        `both lose power, ${order.join(" then ")} return`,
        async () => {
          const note = `both-${order.join("")}`;
          await bothReady();
          await addRow(note);
          await Promise.all([lab("kill", "1"), lab("kill", "2")]);
          await lab("start", String(order[0]));
          await new Promise((done) => setTimeout(done, 3000));
          await lab("start", String(order[1]));
          await bothReady();
          assert.ok(await hasRow(note));
        },
      );
    }

    await step("the newer data wins when the other returns first", async () => {
      const primary = await bothReady();
      const survivor = primary === 1 ? 2 : 1;
      await lab("kill", String(primary));
      await until(
        "ALONE",
        20_000,
        () => isAlone(survivor),
      );
      await addRow("only-on-survivor");
      await lab("kill", String(survivor));
      await lab("start", String(primary));
      await new Promise((done) => setTimeout(done, 10_000));
      assert.equal((await moduleOf(primary)).role, "WAIT");
      assert.notEqual((await moduleOf(primary)).reason, null);
      await lab("start", String(survivor));
      assert.equal(await bothReady(), survivor);
      assert.ok(await hasRow("only-on-survivor"));
    });

    await step(
      "all cables out and in again: one yields, nothing is destroyed",
      async () => {
        const primary = await bothReady();
        await addRow("before-cut");
        await lab("cut", String(primary));
        const other = primary === 1 ? 2 : 1;
        await until(
          "the cut-off node takes over",
          30_000,
          () => isAlone(other),
        );
        await addRow("other-side");
        await lab("heal", String(primary));
        await bothReady(120_000);
        // Both held the address: clients learn again where it is.
        await until("clients reach it", 15_000, () => hasRow("before-cut"));
        if (await hasRow("other-side")) return;
        // The side that yielded kept what it alone wrote.
        await lab(
          ...["exec", "0", "--", "grep", "-rqa", "other-side"],
          `/var/lib/hakit-lab/node${other}/state/salvage/mariadb`,
        );
      },
    );
  } finally {
    if (Deno.env.get("HAKIT_KEEP_LAB") !== "1") await lab("down");
  }
});

Deno.test("the lab works without a database, too", async () => {
  await lab("down");
  try {
    await lab("up", "--module", "counter");
    const killed = await labJson<KillResult>("drill");
    tell(killed);
    assert.equal(killed.lost, 0);
    assert.ok(killed.serviceMs! <= 5000, `${killed.serviceMs} ms`);
    const swapped = await labJson<SwapResult>("drill", "--swap");
    tell(swapped);
    assert.equal(swapped.lost, 0);

    // The lab's module has no record of where it came from; the first update makes one, the second has nothing to do.
    const on1 = { env: { HAKIT_HOME: "/var/lib/hakit-lab/node1" } };
    const update = ["module", "update", "counter", "--json"];
    for (const expected of [["template.json"], []]) {
      const { code, out, err } = await hakit(update, on1);
      assert.equal(code, 0, err);
      const { plan } = JSON.parse(out);
      assert.deepEqual(
        plan.files.map(({ path }: { path: string }) => path),
        expected,
      );
    }
    const list = await hakit(["module", "list", "--json"], on1);
    assert.deepEqual(JSON.parse(list.out).outdated, []);
  } finally {
    await lab("down");
  }
});

Deno.test("lab down leaves nothing behind", async () => {
  await lab("down");
  const netns = await new Deno.Command("ip", { args: ["netns", "list"] })
    .output();
  assert.ok(!new TextDecoder().decode(netns.stdout).includes("hakit-lab"));
  await assert.rejects(Deno.stat("/var/lib/hakit-lab"));
});

Deno.test("wrong use of the lab is told in one line", async () => {
  for (
    const [args, message] of [
      [["lab"], /ACTION is missing/],
      [["lab", "explode"], /unknown action "explode"/],
      [["lab", "kill"], /no node, expected 1 or 2/],
      [["lab", "kill", "3"], /unknown node "3"/],
      [["lab", "up", "--module", "x"], /expected mariadb or counter/],
    ] as const
  ) {
    const { code, err } = await hakit(args);
    assert.equal(code, 2);
    assert.match(err, message);
    assert.equal(err.trim().split("\n").length, 1);
  }
});
