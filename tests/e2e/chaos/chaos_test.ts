/** The short form of `deno task chaos`, under one seed that meets a third of all faults. */
import { ok } from "node:assert/strict";
import { chaos } from "./chaos.ts";
import { World } from "./world.ts";

Deno.test("random faults: no acknowledged row is lost, never two serve, ready again by itself", async () => {
  const world = new World();
  const told: string[] = [];
  await world.up();
  try {
    const result = await chaos(world, {
      seed: 4,
      minutes: 2,
      say: (line) => told.push(line),
    });
    ok(result.acknowledged > 100, `only ${result.acknowledged} rows`);
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : error}\n${told.join("\n")}\n${
        world.tail(40)
      }`,
      { cause: error },
    );
  } finally {
    if (Deno.env.get("HAKIT_KEEP_LAB") !== "1") await world.down();
  }
});
