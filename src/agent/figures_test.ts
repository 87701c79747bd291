import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sampleState } from "../../tests/console/sample.ts";
import { Figures } from "./figures.ts";

Deno.test("Figures keeps an hour of each module, and forgets those that are gone", () => {
  const figures = new Figures();
  for (let at = 0; at < 1000; at++) {
    figures.take(
      sampleState({ dirtyBytes: at }),
      [{ module: "k3s", waiting: 2, waitingMs: 7 }],
      at * 5000,
    );
  }
  const { at, dirtyBytes, waiting, roundTripMs } = figures.of("k3s");
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
