import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type InodeRecord, InodeTable } from "./inode_table.ts";

function record(id: number, more: Partial<InodeRecord> = {}): InodeRecord {
  return {
    id,
    lookups: 1,
    boundIn: 0,
    parent: 0,
    type: 0o100000,
    attributesChanged: false,
    handleType: 1,
    handle: new Uint8Array(12),
    ...more,
  };
}

Deno.test("InodeTable.get() gives back what add() was given, to the last bit", () => {
  const table = new InodeTable(12);
  const full = record(2 ** 53 - 1, {
    lookups: 2 ** 32 - 1,
    boundIn: 77,
    parent: 2 ** 52 + 1,
    type: 0o140000,
    attributesChanged: true,
    handleType: 255,
    handle: new Uint8Array(12).fill(0xff),
  });
  table.add(full);
  deepStrictEqual(table.get(full.id), full);
  strictEqual(table.boundIn(full.id), 77);
});

// Few ids of the kinds that occur (one counter, two epochs), so that they meet.
const id = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ max: 400 }))
  .map(([epoch, count]) => epoch * 2 ** 32 + Math.abs(count) + 2);

Deno.test("InodeTable does what a Map does", () => {
  fc.assert(fc.property(
    fc.array(
      fc.tuple(fc.constantFrom("add", "remove", "forget", "clear"), id),
      { maxLength: 3000, size: "max" },
    ),
    (steps) => {
      const table = new InodeTable(8), model = new Map<number, number>();
      for (const [step, id] of steps) {
        if (step === "add" && !model.has(id)) {
          table.add(record(id, { lookups: 2, parent: id + 1 }));
          model.set(id, 2);
        } else if (step === "remove") {
          strictEqual(table.remove(id), model.delete(id));
        } else if (step === "forget") {
          const left = model.get(id);
          strictEqual(table.forget(id, 1), left !== undefined && left <= 1);
          if (left) model.set(id, left - 1);
        } else if (step === "clear" && id % 50 === 0) {
          table.clear();
          model.clear();
        }
        strictEqual(table.has(id), model.has(id));
      }
      strictEqual(table.size, model.size);
      for (const [id, lookups] of model) {
        strictEqual(table.get(id)?.lookups, lookups);
        strictEqual(table.get(id)?.parent, id + 1);
      }
    },
  ));
});

Deno.test("InodeTable takes at most 56 bytes an inode, and what was removed is used again", () => {
  const table = new InodeTable(12), many = 300_000, base = 5 * 2 ** 32;
  for (let i = 0; i < many; i++) table.add(record(base + i));
  const { bytes } = table;
  ok(bytes / many <= 56, `${bytes / many} bytes an inode`);
  for (let i = 0; i < many; i++) ok(table.remove(base + i));
  for (let i = 0; i < many; i++) table.add(record(base + many + i));
  strictEqual(table.bytes, bytes);
  strictEqual(table.size, many);
  strictEqual(table.get(base + 5), undefined);
  strictEqual(table.get(base + many + 5)?.id, base + many + 5);
});
