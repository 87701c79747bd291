import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Dirty } from "./dirty.ts";
import { uncovered } from "./journal_sample.ts";
import { CHUNK, encodeMarks, Marks, MOST_INODES } from "./marks.ts";

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

Deno.test("Dirty becomes short when marks become groups, on disk too, and loses nothing", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/dirty.log`;
  const dirty = new Dirty(path);
  const few = 1000, ids = MOST_INODES + few;
  for (let begin = 0; begin < ids; begin += few) {
    const marks = new Marks();
    for (let id = begin; id < begin + few; id++) marks.attributes(0, 2 + id, 0);
    marks.tail(0, 9 + begin, 0, 0);
    dirty.add(marks);
    dirty.flush();
  }
  dirty.close();
  ok(Deno.statSync(path).size < 100_000);
  const again = new Dirty(path);
  for (let id = 0; id < ids; id++) {
    ok(again.marks.whole(0, 2 + id)!.attributes >= 0, `${id}`);
  }
  strictEqual(again.marks.whole(0, 9)!.tail, 0);
  strictEqual(again.marks.whole(0, 2 + 300)!.tail, Infinity);
  // What a group names is not written once more.
  const known = new Marks();
  known.data(0, 5, { offset: 0, length: 1 }, 0);
  again.flush();
  again.add(known);
  strictEqual(again.needsFlush, false);
  again.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Dirty reads a log that is larger than what it reads at once", async () => {
  const path = await Deno.makeTempFile();
  const lines = Array.from({ length: 30_000 }, (_, i) => `d 0 7 ${i}`);
  await Deno.writeTextFile(path, lines.join("\n") + "\n");
  const dirty = new Dirty(path);
  strictEqual(dirty.marks.get(0, 7)!.chunks.size, 30_000);
  dirty.close();
  await Deno.remove(path);
});

Deno.test("Dirty: what was marked before the log was emptied is written anew, also when the disk failed at that", async () => {
  const path = await Deno.makeTempFile();
  const dirty = new Dirty(path);
  const marks = new Marks();
  marks.names(0, 7, 0);
  dirty.add(marks);
  dirty.flush();
  const { syncSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.syncSync = () => {
    throw new Error("EIO");
  };
  try {
    throws(() => dirty.clear(), /EIO/);
  } finally {
    Deno.FsFile.prototype.syncSync = syncSync;
  }
  dirty.add(marks);
  dirty.flush();
  dirty.close();
  const again = new Dirty(path);
  strictEqual(again.marks.count, 1);
  again.close();
  await Deno.remove(path);
});

Deno.test("Dirty that is gone or has rotted does not say all that differs; torn, it does", async () => {
  const path = await Deno.makeTempFile();
  const complete = (text: string, bitmap: string | null) => {
    Deno.writeTextFileSync(path, text);
    const dirty = new Dirty(path);
    const found = dirty.isComplete({ bitmap });
    dirty.clear();
    ok(dirty.isComplete({ bitmap: null }), "nothing differs any more");
    dirty.close();
    return found;
  };
  const lines = [...encodeMarks(some())].join("\n");
  for (let end = 0; end <= lines.length; end++) {
    const torn = `n 0 1\n${lines.slice(0, end)}\n\n${lines}\n`;
    ok(complete(torn, "b"), torn);
  }
  strictEqual(complete("", null), true);
  strictEqual(complete("", "b"), false);
  strictEqual(complete(`${lines}\n\0\0\0\0\n${lines}\n`, null), false);
  strictEqual(complete(`${lines.replace("d", "e")}\n`, "b"), false);
  await Deno.remove(path);
});

Deno.test("Dirty: whatever bit of the log the disk has changed, what was marked is marked, or the log does not count", async () => {
  const path = await Deno.makeTempFile();
  const first = new Dirty(path);
  first.add(some());
  first.flush();
  first.close();
  const written = Deno.readFileSync(path);
  for (let bit = 0; bit < written.length * 8; bit++) {
    const rotten = written.slice();
    rotten[bit >> 3]! ^= 1 << (bit & 7);
    Deno.writeFileSync(path, rotten);
    const dirty = new Dirty(path);
    ok(
      !dirty.isComplete({ bitmap: null }) ||
        uncovered(dirty.marks, some()).length === 0,
      `bit ${bit}: ${new TextDecoder().decode(rotten)}`,
    );
    dirty.close();
  }
  await Deno.remove(path);
});

Deno.test("Dirty on a disk that is full or fails now and then has what was flushed, and what it leaves torn is no rot", () => {
  const file = Deno.FsFile.prototype;
  const { writeSync, syncDataSync } = file;
  const mark = fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 30 }), fc.nat(9));
  const step = fc.tuple(
    fc.array(mark, { maxLength: 20 }),
    fc.infiniteStream(fc.nat(3)),
    fc.nat(5),
  );
  const path = Deno.makeTempFileSync();
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    Deno.truncateSync(path, 0);
    let dirty = new Dirty(path);
    const flushed = new Marks(), asked = new Marks();
    for (const [marks, lots, restarts] of steps) {
      const added = new Marks();
      for (const [volume, id, chunk] of marks) {
        added.data(volume, id, { offset: chunk * CHUNK, length: 1 }, 0);
      }
      asked.add(added);
      dirty.add(added);
      file.writeSync = function (bytes) {
        const lot = lots.next().value;
        if (lot > 0) return writeSync.call(this, bytes);
        writeSync.call(this, bytes.subarray(0, bytes.length * 2 / 3));
        throw new Error("ENOSPC");
      };
      file.syncDataSync = function () {
        if (lots.next().value === 0) throw new Error("EIO");
        syncDataSync.call(this);
      };
      try {
        dirty.flush();
        flushed.add(asked);
      } catch {
        // What was to be done waits.
      } finally {
        Object.assign(file, { writeSync, syncDataSync });
      }
      const again = new Dirty(path);
      strictEqual(uncovered(again.marks, flushed).join(), "");
      ok(again.isComplete({ bitmap: null }));
      if (restarts > 0) again.close();
      else {
        dirty.close();
        dirty = again;
        asked.clear();
        asked.add(again.marks);
      }
    }
    dirty.close();
  }));
  Deno.removeSync(path);
});
