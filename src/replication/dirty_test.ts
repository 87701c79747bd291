import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Dirty } from "./dirty.ts";
import { CHUNK, encodeMarks, Marks } from "./marks.ts";

function some(): Marks {
  const marks = new Marks();
  marks.names(0, 1, 3);
  marks.data(0, 5, { offset: 3 * CHUNK, length: 1 }, 4);
  marks.tail(1, 6, 9 * CHUNK, 5);
  return marks;
}

Deno.test("Dirty finds after a restart what was flushed", async () => {
  const path = await Deno.makeTempFile();
  const dirty = new Dirty(path);
  dirty.add(some());
  ok(dirty.needsFlush);
  dirty.flush();
  ok(!dirty.needsFlush);
  dirty.close();
  const again = new Dirty(path);
  deepStrictEqual(
    [...encodeMarks(again.marks)].sort(),
    [...encodeMarks(dirty.marks)].sort(),
  );
  again.close();
  await Deno.remove(path);
});

Deno.test("Dirty writes nothing for what is marked already", async () => {
  const path = await Deno.makeTempFile();
  const dirty = new Dirty(path);
  dirty.add(some());
  dirty.flush();
  dirty.add(some());
  strictEqual(dirty.needsFlush, false);
  dirty.close();
  await Deno.remove(path);
});

Deno.test("a line torn by a power cut costs neither the lines before nor those written later", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "n 0 1\nd 0 5 3\nd 0 5 1");
  const dirty = new Dirty(path);
  dirty.add(some());
  dirty.flush();
  dirty.close();
  const again = new Dirty(path);
  ok(again.marks.get(0, 1)!.names >= 0);
  ok(again.marks.get(0, 5)!.chunks.has(3));
  strictEqual(again.marks.get(1, 6)!.tail, 9);
  again.close();
  await Deno.remove(path);
});

Deno.test("Dirty is empty after clear(), also after a restart", async () => {
  const path = await Deno.makeTempFile();
  const dirty = new Dirty(path);
  dirty.add(some());
  dirty.flush();
  dirty.clear();
  dirty.close();
  const again = new Dirty(path);
  ok(again.marks.isEmpty);
  again.close();
  await Deno.remove(path);
});
