/** Inodes that are put away and taken back under way: with so few in use that every request finds its inodes put away. */
import { equalCopies, exercisePair, onPair, tell } from "./on_pair.ts";

const few = { inodesInUse: 3 };

onPair({
  name: "a pair keeps both copies equal while all inodes are put away at once",
  config: [few, few],
  async run(pair) {
    const done = await exercisePair(pair, {
      operations: Number(Deno.env.get("HAKIT_OPERATIONS") ?? 4000),
    });
    tell(`${done.operations} operations, seed ${done.seed}`);
    await equalCopies(pair);
    await pair.swap();
    await exercisePair(pair, { operations: 1000, seed: done.seed + 10 });
    await equalCopies(pair);
  },
});
