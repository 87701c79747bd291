/** The primary's replicator knows by itself until when it may answer: its agent may be stopped, or the whole machine was. */
import { ok, strictEqual } from "node:assert/strict";
import { now } from "../../../src/system/clock.ts";
import { onPair } from "./on_pair.ts";

onPair({
  name: "nothing is acknowledged after the end of the lease",
  async run(pair) {
    const { primary } = pair;
    const lease = (until: number | null) =>
      primary.replicator.command({ command: "lease", until });
    const file = `${primary.data}/row`;
    await Deno.writeTextFile(file, "before");

    await lease(now() - 1);
    let done = 0;
    const began = performance.now();
    // A program of its own: a call that waits in the kernel must not hold this one up.
    const write = async (name: string) => {
      const { success } = await new Deno.Command("sh", {
        args: ["-c", 'printf x >"$0" && sync "$0"', `${primary.data}/${name}`],
      }).output();
      done++;
      return success;
    };
    const waiting = [write("one"), write("two")];
    await new Promise((wake) => setTimeout(wake, 1500));
    strictEqual(done, 0, "a write returned although the lease was over");

    // Renewed in time after all: what waited goes on, nothing was refused.
    await lease(now() + 60_000);
    ok((await Promise.all(waiting)).every((success) => success));
    ok(performance.now() - began > 1500);

    // Alone needs none.
    await lease(now() - 1);
    const last = write("three");
    await primary.replicator.command({ command: "alone" });
    ok(await last);
  },
});
