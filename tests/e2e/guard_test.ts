/**
 * The guard beside the agent, in a lab of its own: a node whose agent does not turn any more lets go of its address and its services
 * before the other node serves, and the watchdog is petted only while that works.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { now, sleep } from "../../src/system/clock.ts";
import { readIfPresent } from "../../src/system/files.ts";
import { offences } from "./chaos/history.ts";
import { type NodeNumber, World } from "./chaos/world.ts";

const SERVED_MS = 15_000;

async function until(
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = now() + limitMs;
  while (!await holds()) {
    if (now() > end) throw new Error(`Not within ${limitMs / 1000} s: ${what}`);
    await sleep(20);
  }
}

/** Whoever answers at the nodes' own addresses since then. */
function answersOf(world: World, node: NodeNumber, since: number): number {
  return world.history.filter((seen) => seen.node === node && seen.at > since)
    .length;
}

/** Stops the primary's agent: the other node serves, and never both. */
async function agentStandsStill(
  world: World,
  primary: NodeNumber,
  parts: readonly ("agent" | "replicator")[],
): Promise<void> {
  await until(
    "the primary answers",
    SERVED_MS,
    () => answersOf(world, primary, now() - 500) > 0,
  );
  world.signal(primary, parts, "SIGSTOP");
  const other = primary === 1 ? 2 : 1;
  try {
    await otherServes(world, primary, other);
  } finally {
    // Also when it failed: the next step begins with a whole cluster.
    world.signal(primary, parts, "SIGCONT");
  }
  strictEqual(await world.ready(60_000), other);
}

async function otherServes(
  world: World,
  primary: NodeNumber,
  other: NodeNumber,
): Promise<void> {
  const stopped = now();
  let overlap = false, gone = 0;
  await until("the other node has the address", SERVED_MS, async () => {
    const here = await world.holds(primary);
    if (!here && gone === 0) gone = now();
    const there = await world.holds(other);
    overlap ||= there && await world.holds(primary);
    return there;
  });
  strictEqual(overlap, false, "both nodes held the address");
  ok(gone - stopped < 2_500, `let go of after ${gone - stopped} ms`);
  await until(
    "the other node answers",
    SERVED_MS,
    () => answersOf(world, other, stopped) > 0,
  );
  await sleep(1_500);
  strictEqual(
    answersOf(world, primary, stopped + 2_200),
    0,
    "the frozen service still answered",
  );
}

Deno.test("the guard takes services away from an agent that stands still", async (t) => {
  const world = new World("guard");
  await world.up();
  try {
    world.startClients(1);
    await t.step(
      "SIGSTOP of the agent, with a witness",
      async () =>
        await agentStandsStill(world, await world.decided(60_000), ["agent"]),
    );
    await t.step(
      "SIGSTOP of agent and replicator",
      async () =>
        await agentStandsStill(world, await world.decided(60_000), [
          "agent",
          "replicator",
        ]),
    );

    await t.step(
      "its guard is killed meanwhile: the agent that goes on lets go at once, not when its service has stopped",
      async () => {
        const primary = await world.decided(60_000);
        const other = primary === 1 ? 2 : 1;
        await until(
          "the primary answers",
          SERVED_MS,
          () => answersOf(world, primary, now() - 500) > 0,
        );
        world.signal(primary, ["agent"], "SIGSTOP");
        world.signal(primary, ["guard"], "SIGKILL");
        // The other node goes on meanwhile, and finds the address in use.
        await sleep(3_500);
        world.signal(primary, ["agent"], "SIGCONT");
        const awake = now();
        await until(
          "it lets go",
          2_000,
          async () => !await world.holds(primary),
        );
        await until(
          "the other node answers",
          SERVED_MS,
          () => answersOf(world, other, awake) > 0,
        );
        await sleep(3_000);
        strictEqual(
          answersOf(world, primary, awake + 1_200),
          0,
          "the old service still answered",
        );
        strictEqual(await world.ready(60_000), other);
      },
    );

    await t.step(
      "a guard that dies is there again, and nothing happens",
      async () => {
        const primary = await world.ready(60_000);
        const [before] = world.pids(primary, "guard");
        const killed = now();
        world.signal(primary, ["guard"], "SIGKILL");
        await until("another guard", 10_000, () => {
          const [after] = world.pids(primary, "guard");
          return after !== undefined && after !== before;
        });
        ok(now() - killed < 1_000, `after ${now() - killed} ms`);
        strictEqual(await world.ready(5_000), primary);
      },
    );

    await t.step(
      "an agent that dies comes back to services that never stopped",
      async () => {
        const primary = await world.ready(60_000);
        const [guard] = world.pids(primary, "guard");
        world.signal(primary, ["agent"], "SIGKILL");
        await until(
          "another agent",
          10_000,
          () => world.pids(primary, "agent").length > 0,
        );
        await world.ready(60_000);
        strictEqual(world.pids(primary, "guard")[0], guard);
      },
    );

    await t.step(
      "the watchdog is petted, and not while what was fenced is not stopped",
      async () => {
        const primary = await world.decided(60_000);
        const dog = `/var/lib/hakit-guard/storage/dog`;
        const size = async () =>
          Number(
            await world.lab(
              ...["exec", String(primary), "--", "stat", "-c", "%s", dog],
            ),
          );
        for (const node of [1, 2] as const) {
          await world.lab("exec", String(node), "--", "touch", dog);
          const file = join(world.home(node), "etc/cluster.yaml");
          await Deno.writeTextFile(
            file,
            `${await readIfPresent(
              file,
            )}watchdog: { device: ${dog}, timeout: 2s, stop: 5s }\n`,
          );
          world.signal(node, ["agent"], "SIGKILL");
        }
        await sleep(3_000);
        strictEqual(await world.decided(60_000), primary);
        const armed = await size();
        ok(armed > 0, "it was not petted");
        await sleep(500);
        const petted = await size();
        ok(petted > armed, "it is not petted any more");
        world.signal(primary, ["agent"], "SIGSTOP");
        await sleep(4_000);
        ok(await size() > petted, "what is held needs no reboot yet");
        await sleep(4_500);
        const starved = await size();
        await sleep(1_000);
        strictEqual(await size(), starved, "petted although nobody stops it");
        world.signal(primary, ["agent"], "SIGCONT");
        await world.ready(60_000);
        ok(await size() > starved);
      },
    );

    await t.step("an orderly stop disarms it and ends the guard", async () => {
      const primary = await world.ready(60_000);
      const file = join(world.home(primary), "disk");
      await world.lab("stop", String(primary));
      strictEqual(world.pids(primary, "guard").length, 0);
      // The device is a file on the node's own disk: its last letter is the driver's word for "all is well".
      const { stdout } = await new Deno.Command("debugfs", {
        args: ["-R", "cat /dog", file],
        stderr: "null",
      }).output();
      strictEqual(new TextDecoder().decode(stdout.slice(-1)), "V");
    });
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : error}\n${world.tail(40)}`,
      { cause: error },
    );
  } finally {
    if (Deno.env.get("HAKIT_KEEP_LAB") !== "1") await world.down();
  }
});

Deno.test("the guard without a witness: an agent that stands still lets go before the other node goes on", async (t) => {
  const world = new World("guard");
  await world.up({ witness: false });
  try {
    world.startClients(1);
    for (const parts of [["agent"], ["agent", "replicator"]] as const) {
      await t.step(
        `SIGSTOP of ${parts.join(" and ")}`,
        async () =>
          await agentStandsStill(world, await world.ready(60_000), parts),
      );
    }
    await t.step(
      "an agent that dies and comes back in time keeps its services",
      async () => {
        // On a busy machine it may come too late, and the other node rightly goes on: then once more.
        for (let left = 2;; left--) {
          const primary = await world.ready(60_000);
          const [counter] = world.pids(primary, "counter");
          world.signal(primary, ["agent"], "SIGKILL");
          await sleep(4_000);
          if (await world.ready(60_000) !== primary && left > 0) continue;
          strictEqual(await world.ready(60_000), primary);
          strictEqual(world.pids(primary, "counter")[0], counter);
          ok(answersOf(world, primary, now() - 500) > 0, "it does not answer");
          ok(await world.holds(primary));
          return;
        }
      },
    );
    await t.step(
      "a guard that hangs is replaced by an agent that never heard it",
      async () => {
        const secondary = await world.ready(60_000) === 1 ? 2 : 1;
        const [hung] = world.pids(secondary, "guard");
        world.signal(secondary, ["guard"], "SIGSTOP");
        world.signal(secondary, ["agent"], "SIGKILL");
        await until("another guard runs", 30_000, () => {
          const guards = world.pids(secondary, "guard");
          return guards.length === 1 && guards[0] !== hung;
        });
      },
    );
    await t.step(
      "the other node dies meanwhile: nobody here can know that it did not go on, and a person is told what to say",
      async () => {
        const primary = await world.ready(60_000);
        const other = primary === 1 ? 2 : 1;
        world.signal(primary, ["agent"], "SIGSTOP");
        await world.lab("kill", String(other));
        await until(
          "it is taken away",
          5_000,
          async () => !await world.holds(primary),
        );
        world.signal(primary, ["agent"], "SIGCONT");
        await until("it waits, and says for what", 15_000, async () => {
          const sentence = (await world.state(primary))?.sentence ?? "";
          return /is not known here/.test(sentence) &&
            /hakit prim/.test(sentence);
        });
        strictEqual(await world.holds(primary), false);
        // It comes back: both know again who has what.
        await world.lab("start", String(other));
        await world.ready(60_000);
      },
    );
    await world.stopClients();
    deepStrictEqual(
      offences(
        world.history,
        await world.rows(await world.ready(60_000)),
      ),
      [],
    );
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : error}\n${world.tail(40)}`,
      { cause: error },
    );
  } finally {
    if (Deno.env.get("HAKIT_KEEP_LAB") !== "1") await world.down();
  }
});
