/**
 * What scripts printed, bounded in number and size. The output goes straight into a file, from what a script has left behind too, so
 * its size can only be looked at from outside: a file that has become too long loses its beginning.
 */
import { join } from "node:path";
import { joinBytes } from "../system/bytes.ts";
import { sleep } from "../system/clock.ts";
import { fill } from "../system/files.ts";
import { messageOf } from "../system/message.ts";

/** Log files kept for a module. */
const KEPT_LOGS = 100;
/** Of one file: a module's logs fill 400 MiB at the very worst, and what is written within ten seconds. */
const MAX_BYTES = 4 * 1024 * 1024;
const KEPT_BYTES = 1024 * 1024;
const LOOK_EVERY_MS = 10_000;

/** SCRIPT_YYYY-MM-DDTHH-MM-SS.log, with a number when one second had several. */
export const SCRIPT_LOG =
  /^[a-z_]{1,30}_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(\.\d{1,2})?\.log$/;

/** Makes room for one more. */
export async function dropOldLogs(folder: string): Promise<void> {
  const byDate = (await scriptLogs(folder))
    .sort((a, b) => stampOf(a) < stampOf(b) ? -1 : 1);
  for (
    const name of byDate.slice(0, Math.max(0, byDate.length - KEPT_LOGS + 1))
  ) {
    await Deno.remove(join(folder, name)).catch(() => {});
  }
}

/** Until `signal`, all modules' folders below `logs`. Throws nothing: a log that cannot be cut is no reason to end. */
export async function keepLogsShort(
  logs: string,
  { signal, warn }: {
    readonly signal: AbortSignal;
    readonly warn: (line: string) => void;
  },
): Promise<void> {
  let said = "";
  while (!signal.aborted) {
    try {
      for await (const { name, isDirectory } of Deno.readDir(logs)) {
        if (isDirectory) await shorten(join(logs, name));
      }
      said = "";
    } catch (error) {
      const text = `logs of scripts: ${messageOf(error)}`;
      if (text !== said) warn(text);
      said = text;
    }
    await sleep(LOOK_EVERY_MS, signal);
  }
}

/** Cuts the files of one module that are too long; whoever writes into them goes on. */
export async function shorten(
  folder: string,
  { maxBytes = MAX_BYTES, keptBytes = KEPT_BYTES } = {},
): Promise<void> {
  for (const name of await scriptLogs(folder)) {
    const path = join(folder, name);
    const info = await Deno.stat(path).catch(() => null);
    if (!info || info.size <= maxBytes) continue;
    using file = await Deno.open(path, { read: true, write: true });
    await file.seek(-keptBytes, Deno.SeekMode.End);
    const end = new Uint8Array(keptBytes);
    const filled = await fill(end, file);
    // From the first whole line on.
    const from = end.subarray(0, filled).indexOf(0x0a) + 1;
    const note = `... (${
      info.size - filled + from
    } bytes before this are gone: a log is cut at ${maxBytes} bytes)\n`;
    // Scripts append: what they write from here on comes behind, whatever was there.
    await file.truncate(0);
    await Deno.writeFile(
      path,
      joinBytes([new TextEncoder().encode(note), end.subarray(from, filled)]),
      { append: true, create: false },
    );
  }
}

async function scriptLogs(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder));
  return names.map(({ name }) => name).filter((name) => SCRIPT_LOG.test(name));
}

function stampOf(name: string): string {
  return /\d{4}-.*$/.exec(name)?.[0] ?? "";
}
