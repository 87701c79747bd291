/**
 * K3s unpacks its programs once, does not ask the disk to keep them, and never looks again whether they are whole: after a power cut
 * in the seconds that follow it does not start any more until somebody removes the folder. So they are unpacked here, before its start,
 * and marked when they are on the disk; what has no mark is unpacked anew.
 */
import { join } from "node:path";
import { command } from "../system/command.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import { running } from "../system/processes.ts";
import { K3S } from "./files.ts";

/** Hundreds of megabytes on a slow disk. */
const PATIENT = { timeoutMs: 15 * 60_000 } as const;
/** Named by the sum of what is in it; K3s' half-made ones end in -tmp. */
const PROGRAMS = /^([0-9a-f]{64})(-tmp)?$/;
const IN_USE = /\/data\/([0-9a-f]{64})\//;

export interface Unpacking {
  readonly executable?: string;
  readonly folder?: string;
  /** Files of what runs: containers go on with the programs that started them. */
  readonly programs?: () => readonly string[];
}

/** True: they had to be unpacked, or might have had to. */
export async function unpack(
  {
    executable = K3S.executable,
    folder = join(K3S.data, "k3s", "data"),
    programs = () => running().map(({ pid }) => fileOf(pid)),
  }: Unpacking = {},
): Promise<boolean> {
  const { size, mtime } = await Deno.stat(executable);
  const mark = join(folder, ".hakit-unpacked");
  const word = `${size} bytes of ${mtime?.toISOString()}\n`;
  if (await readIfPresent(mark) === word) return false;
  await Deno.mkdir(folder, { recursive: true });
  const used = programs().map((program) => IN_USE.exec(program)?.[1]);
  for await (const { name } of Deno.readDir(folder)) {
    const sum = PROGRAMS.exec(name)?.[1];
    if (sum === undefined || used.includes(sum)) continue;
    await Deno.remove(join(folder, name), { recursive: true });
  }
  // Whatever it is asked to do, it unpacks first.
  await command([executable, "kubectl", "version", "--client"], PATIENT);
  await command(["sync", "-f", folder], PATIENT);
  await writeDurably(mark, word);
  return true;
}

function fileOf(pid: number): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/exe`);
  } catch {
    return ""; // It has ended.
  }
}
