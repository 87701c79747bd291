/** Starts a program that outlives this agent: a session of its own, its output in a file of bounded size. */
import { running } from "../system/processes.ts";

export interface Apart {
  readonly program: readonly string[];
  /** What it prints is appended here; lost when there can be no such file, its work is not. */
  readonly outputFile: string;
  /** At the next start a larger file begins anew: output of a crash loop must not fill the disk. */
  readonly mostOutput: number;
}

export async function startApart(
  { program, outputFile, mostOutput }: Apart,
): Promise<Deno.ChildProcess> {
  const size = (await Deno.stat(outputFile).catch(() => null))?.size ?? 0;
  if (size > mostOutput) await Deno.truncate(outputFile, 0).catch(() => {});
  return spawnApart([
    "/bin/sh",
    "-c",
    'if : >>"$0"; then exec "$@" >>"$0" 2>&1; else exec "$@"; fi',
    outputFile,
    ...program,
  ]);
}

/** The same without any output. Throws when it cannot be started. */
export function spawnApart(
  [program, ...args]: readonly [string, ...string[]],
): Deno.ChildProcess {
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  return child;
}

/** Processes of such a program with this last argument, whoever started them. */
export function startedApart(
  program: readonly string[],
  last: string,
): number[] {
  return running()
    .filter(({ argv }) =>
      argv.at(-1) === last && argv.at(-2) === program.at(-1)
    )
    .map(({ pid }) => pid);
}
