import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import { Latency } from "../replication/latency.ts";
import { Figures } from "./figures.ts";

Deno.test("Figures keeps an hour of each module, and forgets those that are gone", () => {
  const figures = new Figures();
  const [changes, fsyncs] = [new Latency(), new Latency()];
  for (let at = 0; at < 1000; at++) {
    changes.add(at < 999 ? 0.2 : 30);
    figures.take(
      sampleState({ dirtyBytes: at }),
      [{
        module: "k3s",
        waiting: 2,
        waitingMs: 7,
        waitingBytes: 4096,
        latency: { changes: changes.waits, fsyncs: fsyncs.waits },
      }],
      at * 5000,
    );
  }
  const { at, dirtyBytes, waiting, roundTripMs, ...rest } = figures.of("k3s");
  // Of the last five seconds, not of all.
  deepStrictEqual(rest.changeMs.slice(-2), [0.25, 50]);
  deepStrictEqual([rest.fsyncMs.at(-1), rest.waitingBytes.at(-1)], [
    null,
    4096,
  ]);
  strictEqual(at.length, 720);
  strictEqual(at[0], 280 * 5000);
  deepStrictEqual([dirtyBytes.at(-1), waiting.at(-1), roundTripMs.at(-1)], [
    999,
    2,
    0.31,
  ]);
  figures.take({ ...sampleState(), nodes: [] }, [], 0);
  strictEqual(figures.of("k3s").at.length, 0);
});
