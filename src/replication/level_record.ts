/** What a primary records when both disks have everything: nothing differs, the peer's copy is as good as this one. */
import type { Context } from "./context.ts";
import { levelExclusions } from "./exclusions.ts";
import type { Levelling } from "./levelling.ts";

export function recordLevel(
  context: Context,
  levelling: Levelling | null,
): void {
  context.identity.save({
    bitmap: null,
    upToDate: true,
    consistent: true,
    connected: true,
    ...levelExclusions(context.config.directories),
    directories: context.places,
  });
  context.doubt = false;
  // Now and not before: where the record fails what differed stays named. Marks made since (the pipeline's unsettled ones) are in
  // memory on both nodes.
  context.dirty.clear();
  if (!levelling?.source) return;
  const { bytesCompared, startedAt, progress: { bytesSent } } =
    levelling.source;
  context.lastResync = {
    bytesSent,
    bytesCompared,
    seconds: Math.round((context.now() - startedAt) / 100) / 10,
    full: levelling.full,
  };
}
