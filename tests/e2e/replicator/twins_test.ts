/**
 * Copies with all attributes, made beneath the mount while the module is stopped (cp -a as root): they have the ids of what they were
 * made of, and are files of their own all the same, on both nodes.
 */
import { ok, strictEqual } from "node:assert/strict";
import { equalCopies, onPair } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { shell } from "./shell.ts";

/** Stopped, copied on the primary's disk, and primary again. */
async function copied(pair: Pair, alone: boolean) {
  const { primary } = pair;
  await shell(
    `cd '${primary.data}' && mkdir -p mysql/sub && for i in $(seq 50); do echo $i > mysql/sub/$i; done && echo old > mysql/f && ln mysql/f mysql/link`,
  );
  await pair.idle();
  await shell(`cd '${primary.backing}' && cp -a mysql mysql.bak`);
  await primary.replicator.command({ command: "primary", alone });
}

async function apart(pair: Pair) {
  await equalCopies(pair);
  const { primary, secondary } = pair;
  for (const { backing } of [primary, secondary]) {
    strictEqual(await Deno.readTextFile(`${backing}/mysql/f`), "new\n");
    strictEqual(await Deno.readTextFile(`${backing}/mysql/link`), "new\n");
    strictEqual(await Deno.readTextFile(`${backing}/mysql.bak/f`), "old\n");
    strictEqual(await Deno.readTextFile(`${backing}/mysql.bak/link`), "old\n");
    strictEqual(await Deno.readTextFile(`${backing}/mysql.bak/sub/7`), "7\n");
    strictEqual(await Deno.readTextFile(`${backing}/mysql/sub/7`), "seven\n");
  }
}

onPair({
  name: "twins: seen alone, whichever is seen first",
  async run(pair) {
    await copied(pair, true);
    const { data } = pair.primary;
    await shell(
      `cd '${data}' && ls -lR mysql.bak >/dev/null && echo new > mysql/f && echo seven > mysql/sub/7 && ls -lR . >/dev/null`,
    );
    await pair.join();
    ok(pair.primary.replicator.report.lastResync?.full, "nothing was compared");
    await apart(pair);
  },
});

onPair({
  name: "twins: not seen before the copies are level, then seen",
  async run(pair) {
    await copied(pair, false);
    await pair.join();
    const { data } = pair.primary;
    await shell(
      `cd '${data}' && echo new > mysql/f && echo seven > mysql/sub/7 && ls -lR . >/dev/null`,
    );
    await pair.primary.replicator.until(
      ({ lastResync }) =>
        lastResync?.full === true &&
        pair.primary.replicator.report.session === "mirrored",
      "a full comparison",
      40_000,
    );
    await pair.mirrored();
    await apart(pair);
  },
});

onPair({
  name: "twins: marks of one of them, and nobody has seen either since",
  async run(pair) {
    const { primary } = pair;
    await shell(`mkdir '${primary.data}/mysql'`);
    await pair.idle();
    await pair.alone();
    await copied(pair, true);
    await shell(
      `cd '${primary.data}/mysql' && echo new > f && echo seven > sub/7`,
    );
    await pair.idle();
    await pair.alone();
    await pair.join();
    await shell(`ls -lR '${primary.data}' >/dev/null`);
    await pair.mirrored();
    await apart(pair);
  },
});
