/** Runs a program where a person has put it: a stick may be mounted noexec, and a file that came over a network has no right to be run. */
import { join } from "node:path";
import { command, CommandError, type CommandResult } from "./command.ts";

const PREFIX = "hakit-given-";
/** Longer than it takes to copy one from a slow stick and to ask it. */
const LEFT_MS = 60 * 60_000;

/** `folder`: where a copy may be run, if the file itself may not; it is made if need be. */
export async function runGiven(
  [file, ...args]: readonly [string, ...string[]],
  { folder, timeoutMs }: {
    readonly folder: string;
    readonly timeoutMs: number;
  },
): Promise<CommandResult> {
  try {
    return await command([file, ...args], { timeoutMs });
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  await Deno.mkdir(folder, { recursive: true, mode: 0o750 });
  for (const left of copiesIn(folder)) {
    // Of a run that was killed. A younger one may be another's that goes on.
    const { mtime } = await Deno.stat(left).catch(() => ({ mtime: null }));
    if (mtime === null || Date.now() - mtime.getTime() < LEFT_MS) continue;
    await Deno.remove(left, { recursive: true }).catch(() => {});
  }
  // Of a name that nobody knows before: it runs as root.
  const own = await Deno.makeTempDir({ dir: folder, prefix: PREFIX });
  try {
    const copy = join(own, "program");
    await Deno.copyFile(file, copy);
    await Deno.chmod(copy, 0o700);
    return await command([copy, ...args], { timeoutMs });
  } finally {
    await Deno.remove(own, { recursive: true });
  }
}

/** What is left of runs that were killed, and those that go on. */
export function copiesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter(({ name }) => name.startsWith(PREFIX))
      .map(({ name }) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof CommandError &&
    error.cause instanceof Deno.errors.PermissionDenied;
}
