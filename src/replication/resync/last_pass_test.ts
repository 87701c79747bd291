import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CHUNK, Marks } from "../marks.ts";
import { bytesOf, nextPass, Speed } from "./last_pass.ts";

const GIB = 1 << 30;
const some = { inodes: 1, walks: false };
const next = (pass: number, bytes: number, bytesPerSecond: number) =>
  nextPass({ pass, full: false, left: { ...some, bytes }, bytesPerSecond });

Deno.test("nextPass: applications are held for 8 MiB, and for a second's work when it has not become less in 12 passes", () => {
  const speed = 500 << 20;
  deepStrictEqual(next(2, 400 << 20, speed), { hold: false, gapMs: 0 });
  deepStrictEqual(next(13, 400 << 20, speed), { hold: true });
  deepStrictEqual(next(13, 600 << 20, speed), { hold: false, gapMs: 1 });
  deepStrictEqual(next(2, 8 << 20, 1 << 20), { hold: true });
  deepStrictEqual(next(2, 9 << 20, 1 << 20), { hold: false, gapMs: 0 });
  deepStrictEqual(next(2, 9 << 20, 0), { hold: false, gapMs: 0 });
  for (
    const left of [{ inodes: 257, walks: false }, { inodes: 1, walks: true }]
  ) {
    deepStrictEqual(
      nextPass({
        pass: 2,
        full: false,
        left: { ...left, bytes: 0 },
        bytesPerSecond: speed,
      }),
      { hold: false, gapMs: 0 },
    );
  }
});

Deno.test("nextPass: neither the first pass nor one over everything holds or slows anybody", () => {
  const left = { ...some, bytes: 0 };
  for (const [pass, full] of [[1, false], [30, true]] as const) {
    deepStrictEqual(
      nextPass({ pass, full, left, bytesPerSecond: 0 }),
      { hold: false, gapMs: 0 },
    );
  }
});

/** Writers that touch as many of the regions of a file as their pace allows; how long they stand still in the end. */
function level(regions: number, speed: number) {
  const measured = new Speed();
  let dirty = regions, gaps = 0;
  for (let pass = 1;; pass++) {
    const next = nextPass({
      pass,
      full: false,
      left: { ...some, bytes: dirty * CHUNK },
      bytesPerSecond: measured.bytesPerSecond,
    });
    const seconds = dirty * CHUNK / speed;
    if (next.hold) return { pass, gaps, heldSeconds: seconds };
    measured.measured(dirty * CHUNK, seconds * 1000);
    if (next.gapMs > 0) gaps++;
    dirty = next.gapMs === 0
      ? regions
      : Math.min(regions, Math.ceil(seconds * 1000 / next.gapMs));
  }
}

Deno.test("nextPass: a database of 20 GiB that is written everywhere is slowed and not stopped for a minute", () => {
  for (const speed of [1000, 300, 100, 30]) {
    const { gaps, heldSeconds, pass } = level(20 * GIB / CHUNK, speed << 20);
    ok(heldSeconds <= 1, `${speed} MiB/s: held for ${heldSeconds} s`);
    ok(gaps > 0 && pass < 32, `${speed} MiB/s: ${pass} passes`);
  }
});

Deno.test("nextPass: what slowing does not make little is held for in the end", () => {
  for (let pass = 13; pass <= 32; pass++) {
    const { hold } = next(pass, 9 << 20, 0);
    strictEqual(hold, false);
  }
  deepStrictEqual(next(33, 9 << 20, 0), { hold: true });
});

Deno.test("bytesOf: a mark to the end of a file counts as much as there is to read", () => {
  const marks = new Marks();
  marks.data(0, 7, { offset: 0, length: CHUNK * 3 }, 1);
  strictEqual(bytesOf(marks, () => 0), 3 * CHUNK);
  marks.tail(0, 8, 10 * CHUNK, 1);
  strictEqual(bytesOf(marks, () => 50 * GIB), 50 * GIB - 7 * CHUNK);
  strictEqual(bytesOf(marks, () => 0), 4 * CHUNK);
});
