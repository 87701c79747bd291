import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { HEADER } from "../peer/frame.ts";
import { moveApart, Parts, partsOf } from "./parts.ts";

const KIB = 1024;

Deno.test("partsOf() leaves what a database writes whole, and cuts what is longer", () => {
  deepStrictEqual(partsOf(16 * KIB), [16 * KIB]);
  deepStrictEqual(partsOf(128 * KIB), [128 * KIB]);
  deepStrictEqual(partsOf(128 * KIB + 1), [128 * KIB, 1]);
  deepStrictEqual(partsOf(0), []);
});

Deno.test("moveApart() leaves room for a header before each part but the first", () => {
  for (const size of [128 * KIB + 1, 300 * KIB, 1024 * KIB]) {
    const at = 77;
    const bytes = new Uint8Array(at + size + 16 * HEADER);
    const data = crypto.getRandomValues(new Uint8Array(1024));
    for (let i = 0; i < size; i++) bytes[at + i] = data[(i * 7) % 1021]!;
    const before = bytes.slice(at, at + size);
    moveApart(bytes, at, size);
    let from = 0;
    for (const [part, length] of partsOf(size).entries()) {
      const stands = at + from + part * HEADER;
      deepStrictEqual(
        bytes.slice(stands, stands + length),
        before.slice(from, from + length),
      );
      from += length;
    }
    strictEqual(from, size);
  }
});

Deno.test("Parts answer once: with all, with what came before the one that failed, or with its error", () => {
  const told = (
    allOrNothing: boolean,
    ...ends: (readonly [number, number])[]
  ) => {
    const answers: [number, number][] = [];
    const parts = new Parts(
      [100, 100, 50],
      (error, written) => answers.push([error, written]),
      { allOrNothing },
    );
    for (const [part, error] of ends) parts.ended(part, error);
    return answers;
  };
  const answered = told.bind(null, false);
  deepStrictEqual(told(true, [0, 0], [1, 0], [2, 0]), [[0, 250]]);
  deepStrictEqual(told(true, [0, 0], [1, 28], [2, 28]), [[28, 100]]);
  deepStrictEqual(answered([0, 0], [1, 0]), []);
  deepStrictEqual(answered([0, 0], [1, 0], [2, 0]), [[0, 250]]);
  deepStrictEqual(answered([1, 0], [2, 0], [0, 0]), [[0, 250]]);
  deepStrictEqual(answered([0, 0], [1, 28], [2, 28]), [[0, 100]]);
  deepStrictEqual(answered([1, 28], [2, 28], [0, 0]), [[0, 100]]);
  deepStrictEqual(answered([0, 28], [1, 28], [2, 28]), [[28, 0]]);
});
