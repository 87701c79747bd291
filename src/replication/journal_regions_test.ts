import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { KEPT, marksOf, Regions } from "./journal_regions.ts";
import { CHUNK, GROUP, markOperation, Marks } from "./marks.ts";
import { KIND } from "./operation.ts";
import { anyOperation, operation, uncovered } from "./journal_sample.ts";

const payload = new DataView(new ArrayBuffer(64));

Deno.test("Regions always name what is not on both disks (against the marks themselves)", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyOperation, fc.nat(40)), { maxLength: 300 }),
      fc.boolean(),
      (steps, resize) => {
        const regions = new Regions(), needed = new Marks();
        payload.setUint32(0, resize ? 8 : 1, true);
        payload.setBigUint64(16, BigInt(5 * CHUNK), true);
        let sequence = 0;
        for (const [frame, settle] of steps) {
          frame.sequence = ++sequence;
          regions.enter(frame, payload, 0, Infinity);
          markOperation(needed, frame, payload, 0);
          // Now and then most of what went before settles.
          if (settle === 0) {
            regions.settle(sequence - 3);
            needed.settle(sequence - 3);
          }
          const missing = uncovered(marksOf(regions), needed);
          strictEqual(missing.join(", "), "");
        }
      },
    ),
    { numRuns: 40 },
  );
});

/** Settlements after which nothing counts as recent. */
const LONG = 40;

/** A file on a disk: its size, and by chunk what was done to it last. */
interface Stored {
  size: number;
  readonly chunks: Map<number, string>;
}

interface Change {
  readonly id: number;
  readonly chunk: number;
  /** Within the chunk; of a truncation the new end. */
  readonly offset: number;
  readonly truncates: boolean;
}

function change(
  file: Stored,
  { chunk, offset, truncates }: Change,
  by: number,
) {
  const at = chunk * CHUNK + offset;
  if (!truncates) {
    file.chunks.set(chunk, `${file.chunks.get(chunk) ?? ""} ${by}`);
    file.size = Math.max(file.size, at + 1);
    return;
  }
  for (const [each, was] of file.chunks) {
    if (each > chunk || each === chunk && offset === 0) {
      file.chunks.delete(each);
    } else if (each === chunk) file.chunks.set(each, `${was} cut ${offset}`);
  }
  file.size = at;
}

/** The disk of a node that died: all that was settled, and of the rest what the kernel happened to have written. */
function stored(
  changes: readonly Change[],
  id: number,
  isWritten: (by: number) => boolean,
): Stored {
  const file: Stored = { size: 0, chunks: new Map() };
  changes.forEach((each, by) => {
    if (each.id === id && isWritten(by)) change(file, each, by);
  });
  return file;
}

Deno.test("Regions name wherever two disks differ that lost different changes, of files that grow, shrink and grow again", () => {
  const anyChange = fc.record({
    id: fc.integer({ min: 300, max: 302 }),
    chunk: fc.nat(3),
    offset: fc.constantFrom(0, 77, CHUNK - 1),
    truncates: fc.boolean(),
  });
  const step = fc.tuple(anyChange, fc.nat(5), fc.nat(), fc.nat());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const regions = new Regions(), changes: Change[] = [];
      let settled = -1;
      for (const [each, settles, lotsOfA, lotsOfB] of steps) {
        const { id, chunk, offset, truncates } = each;
        const at = chunk * CHUNK + offset, by = changes.length;
        const kind = truncates ? KIND.SETATTR : KIND.WRITE;
        const frame = operation(kind, id, truncates ? 0 : at, 1);
        frame.sequence = by * LONG;
        payload.setUint32(0, 8, true);
        payload.setBigUint64(16, BigInt(at), true);
        const { size } = stored(changes, id, () => true);
        regions.enter(frame, payload, 0, size);
        changes.push(each);
        if (settles === 0) {
          settled = by - 1;
          // Long ago, and then so much else that what is settled leaves.
          for (let i = LONG; i-- > 0;) regions.settle(settled * LONG - i);
          for (let i = 0; i < KEPT; i++) {
            const other = operation(KIND.WRITE, 999, 2 * (i + 1) * CHUNK, 1);
            other.sequence = frame.sequence;
            regions.enter(other, payload, 0, 0);
          }
        }
        const marks = marksOf(regions);
        const [a, b] = [lotsOfA, lotsOfB].map((lots) =>
          stored(
            changes,
            id,
            (by) => by <= settled || (lots >> by % 31 & 1) === 1,
          )
        ) as [Stored, Stored];
        const own = marks.whole(0, id);
        if (a.size !== b.size) ok(own && own.attributes >= 0, "size");
        const end = Math.ceil(Math.max(a.size, b.size) / CHUNK);
        for (let each = 0; each < end; each++) {
          if (a.chunks.get(each) === b.chunks.get(each)) continue;
          ok(own && (own.chunks.has(each) || own.tail <= each), `MiB ${each}`);
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("Regions enter what is hot once", () => {
  const regions = new Regions();
  const write = operation(KIND.WRITE, 9, 5 * CHUNK, 4096);
  strictEqual(regions.enter(write, payload, 0, 0).length, 1);
  for (let i = 0; i < 100; i++) {
    write.sequence++;
    write.argument = 5 * CHUNK + i * 4096;
    strictEqual(regions.enter(write, payload, 0, 0).length, 0);
  }
});

Deno.test("a file that grows is entered by ever more, new files by hundreds", () => {
  const regions = new Regions();
  let entries = 0;
  for (let chunk = 0; chunk < 1024; chunk++) {
    const write = operation(KIND.WRITE, 9, chunk * CHUNK, CHUNK);
    entries += regions.enter(write, payload, 0, 0).length;
  }
  // 0, 1, 16, 64 and from then on 256 MiB.
  ok(entries <= 9, `${entries} entries for 1 GiB`);
  entries = 0;
  for (let i = 0; i < 10 * GROUP; i++) {
    const id = 2 ** 40 + i;
    for (
      const frame of [
        operation(KIND.CREATE, id, 9, 20),
        operation(KIND.WRITE, id, 0, 5000),
      ]
    ) entries += regions.enter(frame, payload, 0, 0).length;
  }
  strictEqual(entries, 10);
});

Deno.test("a small file that is truncated needs no entry of its own, a large one does", () => {
  const regions = new Regions();
  payload.setUint32(0, 8, true);
  payload.setBigUint64(16, 0n, true);
  const truncate = operation(KIND.SETATTR, 9, 0, 48);
  strictEqual(regions.enter(truncate, payload, 0, CHUNK).length, 1);
  strictEqual(regions.enter(truncate, payload, 0, CHUNK).length, 0);
  strictEqual(regions.enter(truncate, payload, 0, CHUNK + 1).length, 1);
});

Deno.test("Regions stay bounded: the quiet leave, and what is under way grows coarse", () => {
  const regions = new Regions();
  const write = operation(KIND.WRITE, 0, 0, 4096);
  for (let i = 0; i < 20_000; i++) {
    write.id = 1 + i % 7;
    write.argument = (1 + (i * 7919) % 1_000_000) * CHUNK;
    write.sequence++;
    regions.enter(write, payload, 0, 0);
    regions.settle(write.sequence - 100);
    ok(regions.size <= KEPT * 1.3, `${regions.size} entries`);
  }
  // Nothing settles: a terabyte is written everywhere in some seconds.
  for (let i = 0; i < 100_000; i++) {
    write.id = 1;
    write.argument = (1 + (i * 7919) % 1_000_000) * CHUNK;
    write.sequence++;
    regions.enter(write, payload, 0, 0);
  }
  ok(regions.size < 10 * KEPT, `${regions.size} entries`);
});

Deno.test("random writes over 10 GiB are entered within the first seconds, and then cost nothing", () => {
  const regions = new Regions();
  const write = operation(KIND.WRITE, 9, 0, 4096);
  const second = (writes: number): number => {
    let flushes = 0;
    for (let i = 0; i < writes; i++) {
      write.sequence++;
      write.argument = Math.floor(random() * 10 * 1024) * CHUNK;
      if (regions.enter(write, payload, 0, 0).length > 0) flushes++;
    }
    // Each disk has what was written until two seconds ago.
    regions.settle(write.sequence - 2 * writes);
    return flushes;
  };
  let random = numbers();
  let first = 0;
  for (let i = 0; i < 10; i++) first += second(1000);
  ok(first < 2 * KEPT, `${first} flushes`);
  let later = 0;
  for (let i = 0; i < 60; i++) later += second(1000);
  ok(later < 20, `${later} flushes in a minute`);
  // Quiet again but for one place: what is compared after the death of both is small again.
  random = () => 0.5;
  for (let i = 0; i < 60; i++) second(10);
  for (let i = 0; i < KEPT; i++) {
    const create = operation(KIND.CREATE, 2 ** 40 + i * GROUP, 9, 20);
    create.sequence = ++write.sequence;
    regions.enter(create, payload, 0, 0);
  }
  ok(marksOf(regions).bytes < 5 * 1024 * CHUNK, `${marksOf(regions).bytes}`);
});

/** The same ones in every run (mulberry32). */
function numbers(): () => number {
  let state = 7;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  };
}
