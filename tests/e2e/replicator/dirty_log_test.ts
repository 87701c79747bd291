/** The log of what differs is gone: a repair of the file system after a power cut has dropped it, or somebody has. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { onPair } from "./on_pair.ts";
import { shell } from "./shell.ts";

onPair({
  name:
    "dirty.log: where it is gone everything is compared, for nothing else says what its node did alone",
  async run(pair) {
    const { primary, secondary } = pair;
    const file = join(primary.data, "file");
    await shell(`echo one >'${file}'`);
    await pair.idle();
    await pair.alone();
    await shell(`echo two >'${file}'`);
    await pair.idle();
    await primary.replicator.kill();
    await Deno.remove(
      join(pair.root, `${primary.name}-own/state/dirty.log`),
    );
    await primary.replicator.start();
    await primary.replicator.command({ command: "primary", alone: false });
    await pair.join();
    ok(primary.replicator.report.lastResync?.full, "nothing was compared");
    await pair.idle();
    const copy = await Deno.readTextFile(join(secondary.data, "file"));
    strictEqual(copy, "two\n");
  },
});
