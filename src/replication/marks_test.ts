import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHUNK,
  decodeMark,
  encodeMarks,
  GROUP,
  type Mark,
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
    kind: fc.constantFrom("n", "a", "d", "t", "g", "w"),
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
      if (kind === "g") marks.group(volume, id, 0);
      if (kind === "w") marks.group(volume, id, 0, true);
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

/** Whether `more` names all that `mark` does of an inode. */
function names(more: Marks, volume: number, id: number, mark: Mark): boolean {
  const whole = more.whole(volume, id);
  if (!whole) return false;
  return whole.names >= mark.names && whole.attributes >= mark.attributes &&
    whole.tail <= mark.tail &&
    [...mark.chunks].every(([chunk, at]) =>
      whole.tail <= chunk || (whole.chunks.get(chunk) ?? -1) >= at
    );
}

Deno.test("Marks that became groups name all that was marked, and settle with it (against marks that did not)", () => {
  const step = fc.record({
    volume: fc.nat(1),
    id: fc.integer({ min: 1, max: 20 * GROUP }),
    chunk: fc.nat(5),
    kind: fc.constantFrom("names", "attributes", "data", "tail"),
    settle: fc.nat(60),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const coarse = new Marks(10), exact = new Marks();
    steps.forEach(({ volume, id, chunk, kind, settle }, sequence) => {
      for (const marks of [coarse, exact]) {
        const offset = chunk * CHUNK;
        if (kind === "names") marks.names(volume, id, sequence);
        if (kind === "attributes") marks.attributes(volume, id, sequence);
        if (kind === "tail") marks.tail(volume, id, offset, sequence);
        if (kind === "data") {
          marks.data(volume, id, { offset, length: CHUNK + 1 }, sequence);
        }
        if (settle === 0) marks.settle(sequence - 3);
      }
      for (const { volume, id, mark } of exact) {
        ok(names(coarse, volume, id, mark), `${volume} ${id}`);
      }
    });
    const copied = new Marks();
    copied.add(coarse);
    for (const line of encodeMarks(coarse)) ok(decodeMark(copied, line));
    for (const { volume, id, mark } of exact) {
      ok(names(copied, volume, id, mark));
    }
    coarse.settle(steps.length);
    ok(coarse.isEmpty);
  }));
});

Deno.test("half a million new files are some thousand marks more", () => {
  const marks = new Marks();
  for (let id = 2 ** 33; id < 2 ** 33 + 500_000; id++) {
    marks.attributes(0, id, 1);
    marks.data(0, id, { offset: 0, length: 10 }, 1);
  }
  ok(marks.count < 70_000, `${marks.count}`);
});

Deno.test("a file written in a quarter of a million places and more is marked as a whole from the first of them", () => {
  const marks = new Marks();
  for (let chunk = 7; chunk < (1 << 18) + 20; chunk++) {
    marks.data(0, 5, { offset: chunk * CHUNK, length: 1 }, chunk);
  }
  ok(marks.get(0, 5)!.chunks.size < 100);
  strictEqual(marks.get(0, 5)!.tail, 7);
});
