/** What must be so before this node's replicator has a role: the directories are there, and what they say of themselves is known. */
import { clearStaleMounts } from "../fuse/device.ts";
import { mounts } from "../fuse/mounts.ts";
import type { Context } from "./context.ts";
import { usedEpoch } from "./epoch.ts";
import { excludedOf, sameExcluded } from "./exclusions.ts";
import { hiddenMount } from "./hidden_mount.ts";
import { drawTokensOf, keepQuietly, notesOn } from "./known_folders.ts";
import { openVolume } from "./open_volumes.ts";
import { settleBorder } from "./own_files.ts";
import { samePlaces } from "./terms.ts";
import { missingPath } from "./tocheck.ts";

/** Null, or why this node can have no role. */
export function* settleGround(context: Context): Generator<void, unknown> {
  return (yield* settleExcluded(context)) ?? (yield* settleEpoch(context));
}

/** Null, or why this node can have no role. Walks over all names, so only where what is mirrored was changed since the copies were level. */
function* settleExcluded(
  { config, identity, places }: Context,
): Generator<void, unknown> {
  const { current, excluded: before = [], directories } = identity.value;
  const now = excludedOf(config.directories);
  if (
    current === null ||
    sameExcluded(before, now) &&
      (now.length === 0 || samePlaces(directories ?? places, places))
  ) return null;
  for (const [index, { path, exclude }] of config.directories.entries()) {
    clearStaleMounts(path);
    const none = () => 0;
    const volume = openVolume(index, path, none, { exclude });
    try {
      yield* settleBorder(volume, before.length > 0);
    } catch (error) {
      return error;
    } finally {
      volume.close();
    }
  }
  return null;
}

/**
 * Null, or why this node can have no role. What its data says of the inode ids that were used counts as much as this node's state, which
 * may be a new one. Walks over all names where the data says nothing: a directory that hakit had never mirrored, or an older build's.
 */
function* settleEpoch(
  { config, folders, identity, log }: Context,
): Generator<void, unknown> {
  const { directories } = config;
  // Refused below; what stands there instead says nothing.
  if (identity.value.current !== null && missingPath(directories)) {
    return null;
  }
  try {
    for (const { path } of directories) {
      clearStaleMounts(path);
      const onLook = () => log(`looks for used inode ids in "${path}"`);
      const epoch = yield* usedEpoch(path, onLook);
      if (epoch > identity.value.epoch) identity.save({ epoch });
    }
    keepQuietly({ folders, log }, notesOn(config));
    drawTokensOf({ folders, log }, config);
    return null;
  } catch (error) {
    return error;
  }
}

/** The agent waits for what is missing; this is for one that did not look, or a dead mount that hid it. */
export function mustStand(
  { config: { directories }, identity }: Context,
  { follows }: { readonly follows: boolean },
): void {
  for (const { path } of directories) clearStaleMounts(path);
  // Mounted over a copy that follows: what the service is to see stands in the copy, and a failover does not wait for anybody.
  const hidden = follows ? null : hiddenMount(directories, mounts());
  // A new node gets from the primary what is to be checked for.
  const isNew = identity.value.current === null;
  const missing = hidden ?? (isNew ? null : missingPath(directories));
  if (missing) throw new Error(missing);
}

/** What is missing of the directories, in one line; null: nothing. */
export function missingOf(
  { config: { directories } }: Pick<Context, "config">,
): string | null {
  return hiddenMount(directories, mounts()) ?? missingPath(directories);
}
