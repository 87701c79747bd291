/** The few facts of a module that survive the agent and a power cut: STATE/MODULE/record.json. */
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Record } from "../machine/state.ts";
import type { Paths } from "../system/paths.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";

/** A field of a newer version is dropped, not refused: an agent that was put back must still know its role. */
const recordSchema = z.object({
  goal: z.enum(["run", "stop"]),
  lastRole: z.enum(["ALONE", "PRIM", "SECOND"]).nullable(),
  cameFrom: z.enum(["PRIM", "SECOND"]).nullable(),
  settled: z.boolean().optional(),
  claim: z.int().min(0).optional(),
  untold: z.boolean().optional(),
});

export const NEW_RECORD: Record = {
  goal: "stop",
  lastRole: null,
  cameFrom: null,
};

export function recordFile(paths: Paths, module: string): string {
  return join(paths.state, module, "record.json");
}

/** The record, NEW_RECORD when there is none yet; throws with one line when it cannot be understood. */
export async function readRecord(file: string): Promise<Record> {
  const text = await readIfPresent(file);
  if (text === null) return NEW_RECORD;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`Cannot read "${file}": it is no record of a module`, {
      cause: error,
    });
  }
}

export async function writeRecord(file: string, record: Record): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o750 });
  await writeDurably(file, JSON.stringify(record) + "\n", { mode: 0o640 });
}
