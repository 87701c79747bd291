/** The guard against mirroring an unmounted, empty folder: a path that must be there before anything starts. */
import type { ReplicatorConfig } from "./control.ts";

/** The first path of `tocheck` that is not there, as the sentence that a person reads; null: all are. */
export function missingPath(
  directories: ReplicatorConfig["directories"],
): string | null {
  for (const { path, tocheck } of directories) {
    if (tocheck === undefined) continue;
    try {
      Deno.lstatSync(`${path}/${tocheck}`);
    } catch (error) {
      // Anything else is not an answer (a dead mount of ours): it is asked again when a role begins.
      const absent = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory;
      if (!absent) continue;
      return `"${path}/${tocheck}" does not exist (tocheck in module.yaml): is the file system of "${path}" mounted?`;
    }
  }
  return null;
}
