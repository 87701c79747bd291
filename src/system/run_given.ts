/** Runs a program where a person has put it: a stick may be mounted noexec, and a file that came over a network has no right to be run. */
import { join } from "node:path";
import { command, CommandError, type CommandResult } from "./command.ts";

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
  // Of a name that nobody knows before: it runs as root.
  const own = await Deno.makeTempDir({ dir: folder, prefix: "given-" });
  try {
    const copy = join(own, "program");
    await Deno.copyFile(file, copy);
    await Deno.chmod(copy, 0o700);
    return await command([copy, ...args], { timeoutMs });
  } finally {
    await Deno.remove(own, { recursive: true });
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof CommandError &&
    error.cause instanceof Deno.errors.PermissionDenied;
}
