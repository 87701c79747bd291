import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { Record } from "../machine/state.ts";
import { keepPlace, NEW_RECORD, readRecord, writeRecord } from "./record.ts";

// Required: a field that is added to Record must be added here, and to the schema.
const RECORD: Required<Record> = {
  goal: "run",
  lastRole: "ALONE",
  cameFrom: "PRIM",
  settled: true,
  claim: 7,
  untold: true,
  otherWitness: "0123456789abcdef",
};
const SECOND: Record = { goal: "run", lastRole: "SECOND", cameFrom: null };
const GARBAGE = ["", "{", "[]", '{"goal":"fly"}', "\0\0\0\0"];

async function withFiles(
  use: (file: string, twin: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hakit-record-" });
  try {
    const deep = join(folder, "deep");
    await use(join(deep, "record.json"), join(deep, "record.2.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readRecord() gives what writeRecord() kept, and nothing but a record", async () => {
  await withFiles(async (file, twin) => {
    deepStrictEqual(await readRecord(file), NEW_RECORD);
    await writeRecord(file, RECORD);
    deepStrictEqual(await readRecord(file), RECORD);
    for (const text of GARBAGE) {
      await Deno.writeTextFile(file, text);
      await Deno.writeTextFile(twin, text);
      await rejects(readRecord(file), /is no record of a module/);
    }
  });
});

Deno.test("readRecord() finds a whole one after a power cut in the middle of either", async () => {
  await withFiles(async (file, twin) => {
    await writeRecord(file, SECOND);
    const before = await Deno.readTextFile(file);
    await writeRecord(file, RECORD);
    const after = await Deno.readTextFile(file);
    // A sector that is half of each.
    const torn = after.slice(0, 60) + before.slice(60);
    for (
      const [first, second, record] of [
        [before, torn, SECOND],
        [before, after, RECORD],
        [torn, after, RECORD],
        ...GARBAGE.map((text) => [text, after, RECORD] as const),
      ] as const
    ) {
      await Deno.writeTextFile(file, first);
      await Deno.writeTextFile(twin, second);
      deepStrictEqual(await readRecord(file), record);
    }
  });
});

Deno.test("readRecord() believes an older version that was put back, whatever the twin says", async () => {
  await withFiles(async (file) => {
    await writeRecord(file, SECOND);
    // It reads the one file as it is, and replaces it.
    deepStrictEqual(JSON.parse(await Deno.readTextFile(file)).goal, "run");
    await Deno.writeTextFile(file, JSON.stringify(RECORD) + "\n");
    deepStrictEqual(await readRecord(file), RECORD);
    await keepPlace(file, RECORD);
    deepStrictEqual(await readRecord(file), RECORD);
    await writeRecord(file, SECOND);
    deepStrictEqual(await readRecord(file), SECOND);
  });
});

Deno.test("writeRecord() needs no space once the record has its place", async () => {
  await withFiles(async (file, twin) => {
    await writeRecord(file, SECOND);
    const places = await Promise.all(
      [file, twin].map((path) => Deno.stat(path)),
    );
    for (const { size } of places) strictEqual(size, 512);
    await writeRecord(file, RECORD);
    for (const [at, path] of [file, twin].entries()) {
      const { ino, size, mode } = await Deno.stat(path);
      // Written in place: neither a new file nor one that grows.
      deepStrictEqual([ino, size], [places[at]!.ino, 512]);
      strictEqual(mode! & 0o777, 0o640);
    }
  });
});
