/**
 * The few facts of a module that survive the agent and a power cut: STATE/MODULE/record.json and its twin. Both have their final size and
 * are written in place, one after the other: a full disk keeps no decision from being recorded, and after a power cut one of them is whole.
 * Older versions read record.json alone, and replace it.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Record } from "../machine/state.ts";
import type { Paths } from "../system/paths.ts";
import { readIfPresent, writeAll, writeDurably } from "../system/files.ts";

/** A field of a newer version is dropped, not refused: an agent that was put back must still know its role. */
const recordSchema = z.object({
  goal: z.enum(["run", "stop"]),
  lastRole: z.enum(["ALONE", "PRIM", "SECOND"]).nullable(),
  cameFrom: z.enum(["PRIM", "SECOND"]).nullable(),
  settled: z.boolean().optional(),
  claim: z.int().min(0).optional(),
  untold: z.boolean().optional(),
  otherWitness: z.string().max(64).optional(),
});

export const NEW_RECORD: Record = {
  goal: "stop",
  lastRole: null,
  cameFrom: null,
};

export function recordFile(paths: Paths, module: string): string {
  return join(paths.state, module, "record.json");
}

/** One sector, which a disk writes as a whole or not at all. */
const SIZE = 512;

const twinOf = (file: string) => join(dirname(file), "record.2.json");

interface Copy {
  readonly record: Record;
  /** How many were written before; null: by an older version, which knows of no twin. */
  readonly count: number | null;
}

/** The record, NEW_RECORD when there is none yet; throws with one line when it cannot be understood. */
export async function readRecord(file: string): Promise<Record> {
  const texts = await bothTexts(file);
  if (texts.every((text) => text === null)) return NEW_RECORD;
  const newest = newestOf(texts);
  if (newest === null) {
    throw new Error(`Cannot read "${file}": it is no record of a module`);
  }
  return newest.record;
}

/** Durable in both when it resolves. */
export async function writeRecord(file: string, record: Record): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o750 });
  const copies = (await bothTexts(file)).map(parsed);
  const count = 1 + Math.max(...copies.map((copy) => copy?.count ?? 0));
  const bytes = encoded(record, count);
  // The twin first: one that an older version wrote is the newest until it is replaced itself.
  await overwrite(twinOf(file), bytes);
  await overwrite(file, bytes);
}

/** Gives the record of an older version its place on the disk before the disk is full. */
export async function keepPlace(file: string, record: Record): Promise<void> {
  const sizes = await Promise.all([file, twinOf(file)].map(sizeOf));
  if (sizes.some((size) => size !== SIZE)) await writeRecord(file, record);
}

function bothTexts(file: string): Promise<(string | null)[]> {
  return Promise.all([file, twinOf(file)].map(readIfPresent));
}

function newestOf(texts: readonly (string | null)[]): Copy | null {
  const [first = null, twin = null] = texts.map(parsed);
  if (first === null || twin === null) return first ?? twin;
  if (first.count === null) return first;
  return (twin.count ?? 0) > first.count ? twin : first;
}

function parsed(text: string | null): Copy | null {
  if (text === null) return null;
  try {
    const { sum, ...told } = JSON.parse(text);
    const { count = null } = told;
    if (count !== null && sum !== sumOf(told)) return null;
    return { record: recordSchema.parse(told), count };
  } catch {
    return null;
  }
}

function sumOf(told: object): string {
  return createHash("sha256").update(JSON.stringify(told)).digest("hex")
    .slice(0, 16);
}

function encoded(record: Record, count: number): Uint8Array {
  const told = { ...record, count };
  const text = JSON.stringify({ ...told, sum: sumOf(told) });
  if (text.length >= SIZE) throw new Error("The record outgrew its place");
  return new TextEncoder().encode(text.padEnd(SIZE - 1) + "\n");
}

async function overwrite(path: string, bytes: Uint8Array): Promise<void> {
  if (await sizeOf(path) !== SIZE) {
    return await writeDurably(path, bytes, { mode: 0o640 });
  }
  using file = await Deno.open(path, { write: true });
  await writeAll(file, bytes);
  await file.syncData();
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
