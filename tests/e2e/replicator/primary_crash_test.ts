/** The primary's replicator dies under the exerciser: the other node has all that was acknowledged, and both are level again afterwards. */
import { ok, strictEqual } from "node:assert/strict";
import { basename, join } from "node:path";
import { holdsLedger, scatteredWriter } from "./ledger.ts";
import { equalCopies, exercisePair, onPair, tell } from "./on_pair.ts";
import { sleep } from "./replicator_process.ts";

const ROUNDS = Number(Deno.env.get("HAKIT_ROUNDS") ?? 3);
const WRITERS = 3;

for (const guarantee of ["strict", "fsync"] as const) {
  onPair({
    name:
      `the primary's replicator is killed under the exerciser, guarantee ${guarantee}: every acknowledged fsync is on the survivor`,
    directory: { guarantee },
    async run(pair) {
      for (let round = 0; round < ROUNDS; round++) {
        const [old, survivor] = [pair.primary, pair.secondary];
        const ledgers = Array.from(
          { length: WRITERS },
          (_, n) => scatteredWriter(join(old.data, `ledger-${round}-${n}`)),
        );
        const exercise = exercisePair(pair, { operations: 1e6 })
          .then(() => "ended", () => "failed");
        await sleep(2500 + Math.random() * 2000);
        await old.replicator.kill();
        const kept = await Promise.all(ledgers.map((ledger) => ledger()));
        // Its mount is gone: nothing of the exerciser can have gone on.
        strictEqual(await exercise, "failed");
        await Deno.remove(`${pair.root}/model`, { recursive: true });

        await survivor.replicator.until(
          ({ session }) => session !== "mirrored",
          "the primary's loss",
        );
        strictEqual(survivor.replicator.report.identity.upToDate, true);
        pair.primaryIndex = pair.primaryIndex === 0 ? 1 : 0;
        await pair.alone();
        for (const ledger of kept) {
          ok(ledger.count > 10, `only ${ledger.count} fsyncs before the end`);
          await holdsLedger(join(survivor.data, basename(ledger.path)), ledger);
        }
        await Deno.writeTextFile(join(survivor.data, "alone"), `${round}`);
        await old.replicator.start();
        await pair.join();
        await equalCopies(pair);
        const last = pair.primary.replicator.report.lastResync;
        ok(last && !last.full, `everything was compared: ${await pair.said()}`);
        tell(
          `${kept.map(({ count }) => count).join(", ")} fsyncs acknowledged`,
        );
        for (const name of ["w0", "w1"]) {
          await Deno.remove(join(survivor.data, name), { recursive: true })
            .catch(() => {});
        }
      }
    },
  });
}
