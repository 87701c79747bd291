/** Whether a node has ever held data of a module: by the replicator's own file on its disk, which is there before any agent is. */
import { readIfPresent } from "../system/files.ts";

/**
 * `identity`: the replicator's file. What an agent shows is no proof: until the replicator has reported once it shows an empty
 * identity, also of a copy that is years old. A file that cannot be read is not guessed at: it counts as data.
 */
export async function hasHeldData(identity: string): Promise<boolean> {
  const text = await readIfPresent(identity);
  if (text === null) return false;
  try {
    // A first takeover that was cut off leaves a file without a generation: it has served nobody.
    return (JSON.parse(text) as { readonly current?: unknown }).current !==
      null;
  } catch {
    return true;
  }
}
