/** `deno task chaos --minutes 30 [--seed N]`: by hand; a failing seed prints its timeline and keeps the lab for looking. */
import { parseArgs } from "node:util";
import { chaos } from "./chaos.ts";
import { World } from "./world.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const seed = Number(
  values.seed ?? crypto.getRandomValues(new Uint16Array(1))[0],
);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  // deno-lint-ignore no-console -- a program for the terminal
  console.error("expected: --minutes NUMBER [--seed WHOLE NUMBER]");
  Deno.exit(2);
}
// deno-lint-ignore no-console -- a program for the terminal
const say = (line: string) => console.log(line);
say(`seed ${seed}, ${minutes} minutes`);
const world = new World();
await world.up();
try {
  say(JSON.stringify(await chaos(world, { seed, minutes, say })));
  await world.down();
} catch (error) {
  say(
    `FAILED with seed ${seed}: ${
      error instanceof Error ? error.message : error
    }`,
  );
  say(world.tail(60));
  say("The lab is left as it is: HAKIT_LAB=chaos dist/hakit lab state");
  Deno.exit(1);
}
