import { deepStrictEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import type { Record } from "../machine/state.ts";
import { NEW_RECORD, readRecord, writeRecord } from "./record.ts";

Deno.test("readRecord() gives what writeRecord() kept, and nothing but a record", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hakit-record-" });
  try {
    const file = join(folder, "deep", "record.json");
    deepStrictEqual(await readRecord(file), NEW_RECORD);
    // Required: a field that is added to Record must be added here, and to the schema.
    const record: Required<Record> = {
      goal: "run",
      lastRole: "ALONE",
      cameFrom: "PRIM",
      settled: true,
      claim: 7,
      untold: true,
    };
    await writeRecord(file, record);
    deepStrictEqual(await readRecord(file), record);
    for (const text of ["", "{", "[]", '{"goal":"fly"}', "\0\0\0\0"]) {
      await Deno.writeTextFile(file, text);
      await rejects(readRecord(file), /is no record of a module/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
