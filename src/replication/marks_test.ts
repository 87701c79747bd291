import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHUNK,
  decodeMark,
  encodeMarks,
  markOperation,
  Marks,
} from "./marks.ts";
import { KIND } from "./operation.ts";
import { newFrame } from "../peer/frame.ts";
import { chunksOf } from "./resync/source_data.ts";

Deno.test("Marks forget exactly what was settled", () => {
  const marks = new Marks();
  marks.data(0, 7, { offset: 0, length: 10 }, 5);
  marks.data(0, 7, { offset: CHUNK, length: 10 }, 6);
  marks.settle(5);
  deepStrictEqual([...marks.get(0, 7)!.chunks], [[1, 6]]);
  marks.settle(6);
  ok(marks.isEmpty);
});

Deno.test("a chunk written again after the settled number stays marked", () => {
  const marks = new Marks();
  marks.data(0, 7, { offset: 0, length: 10 }, 5);
  marks.data(0, 7, { offset: 4, length: 10 }, 9);
  marks.settle(8);
  strictEqual(marks.get(0, 7)?.chunks.get(0), 9);
});

Deno.test("every byte of a random write lies in a marked chunk (against the naive way)", () => {
  fc.assert(
    fc.property(
      fc.nat(50 * CHUNK),
      fc.integer({ min: 1, max: 3 * CHUNK }),
      (offset, length) => {
        const marks = new Marks();
        const frame = {
          ...newFrame(),
          kind: KIND.WRITE,
          id: 9,
          argument: offset,
          length,
          sequence: 1,
        };
        markOperation(marks, frame, new DataView(new ArrayBuffer(0)), 0);
        const chunks = chunksOf(marks.get(0, 9)!, offset + length);
        for (
          const at of [
            offset,
            offset + length - 1,
            offset + Math.floor(length / 2),
          ]
        ) ok(chunks.includes(Math.floor(at / CHUNK)));
      },
    ),
  );
});

Deno.test("decodeMark(encodeMarks) is the identity", () => {
  const mark = fc.record({
    volume: fc.nat(3),
    id: fc.integer({ min: 1, max: 2 ** 50 }),
    chunk: fc.nat(1e6),
    kind: fc.constantFrom("n", "a", "d", "t"),
  });
  fc.assert(fc.property(fc.array(mark), (list) => {
    const marks = new Marks();
    for (const { volume, id, chunk, kind } of list) {
      if (kind === "n") marks.names(volume, id, 0);
      if (kind === "a") marks.attributes(volume, id, 0);
      if (kind === "d") {
        marks.data(volume, id, { offset: chunk * CHUNK, length: CHUNK }, 0);
      }
      if (kind === "t") marks.tail(volume, id, chunk * CHUNK, 0);
    }
    const back = new Marks();
    for (const line of encodeMarks(marks)) ok(decodeMark(back, line));
    deepStrictEqual(
      [...encodeMarks(back)].sort(),
      [...encodeMarks(marks)].sort(),
    );
  }));
});

Deno.test("decodeMark() refuses what is torn or hostile", () => {
  const marks = new Marks();
  for (
    const line of [
      "",
      "d 0",
      "d 0 5 -1",
      "x 0 5",
      "d 0 99999999999999999999 1",
      "n 0 5 6 7",
      "d 0 5 1\u0000",
    ]
  ) {
    strictEqual(decodeMark(marks, line), false, line);
  }
  ok(marks.isEmpty);
});
