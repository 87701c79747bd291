/**
 * Ids of inodes are given once. Each start of a primary gives them from an epoch of its own (`idBase`), above all that were ever used.
 * The highest one used is remembered in `identity.json`, and in an xattr of each mirrored directory itself, durable before the first
 * file of that epoch: the data may outlive the state directory (hakit was uninstalled without its data, a server was installed
 * anew, a snapshot was restored), and then no other node may be left that knows it. A directory without that xattr is looked
 * through, once, for the highest id that any of its files has.
 */
import { openBacking } from "../fuse/device.ts";
import { E, errno, ErrnoError, libc, O } from "../system/libc.ts";
import { procPath } from "./descriptor.ts";
import { DT_DIR, listEntries } from "./directory.ts";
import { readEpoch, readId, writeEpoch } from "./id_xattr.ts";
import { OWN } from "./inode.ts";
import { openName } from "./inspect.ts";
import { joinPath } from "./name.ts";
import type { Volume } from "./volume.ts";
import { walk } from "./walk.ts";

/** Epochs fit, with the node's bit, above the 32 bits of the counter and below OWN. */
const MAX_EPOCH = 2 ** 19;
/** Ids of one epoch: both nodes'. */
const IDS = 2 ** 33;
/** Work after which the loop has its turn: a disk may take long for each file. */
const SLICE_MS = 20;

/** The epoch after all that were used. Throws when there is none left. */
export function epochAfter(used: number): number {
  if (used + 1 < MAX_EPOCH) return used + 1;
  throw new Error(
    "Cannot become primary: inode ids are used up (half a million starts)",
  );
}

/** Ids of a node in an epoch are above this, 2^32 of them. */
export function idBase(epoch: number, nodeIndex: 0 | 1): number {
  return epoch * IDS + nodeIndex * 2 ** 32;
}

export function epochOf(id: number): number {
  return Math.floor((id % OWN) / IDS);
}

/** Has each directory remember `epoch`, unless it knows a higher one: on the disk when this returns. Throws. */
export function keepEpoch(volumes: readonly Volume[], epoch: number): void {
  for (const { backing, path } of volumes) {
    const known = rememberedBy(backing);
    if (known !== null && known >= epoch) continue;
    const error = keep(backing, epoch);
    if (error === 0) continue;
    throw new ErrnoError(
      `Cannot note in "${path}" which inode ids are used`,
      error,
    );
  }
}

/** The same for one; 0 or errno. */
function keep(backing: number, epoch: number): number {
  const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
  const fd = libc.open(procPath(backing), flags, 0);
  if (fd < 0) return errno();
  const error = writeEpoch(fd, epoch) || (libc.fsync(fd) === 0 ? 0 : errno());
  libc.close(fd);
  return error;
}

/** Null: nothing, or nothing of ours. */
function rememberedBy(backing: number): number | null {
  const epoch = readEpoch(backing);
  return epoch !== null && epoch >= 0 && epoch < MAX_EPOCH ? epoch : null;
}

/** The highest epoch of which a file in the directory `path` may have an id. `onLook`: all of them are looked at. Throws. */
export function* usedEpoch(
  path: string,
  onLook: () => void,
): Generator<void, number> {
  const backing = openBacking(path);
  try {
    const known = rememberedBy(backing);
    if (known !== null) return known;
    onLook();
    const highest = yield* highestEpoch(backing);
    // At a failover nothing need be looked for. A disk that takes no note of it says so when the role begins.
    keep(backing, highest);
    return highest;
  } finally {
    libc.close(backing);
  }
}

/** Excluded files and what is kept in our own folder too: they may come back to where ids are given. */
function* highestEpoch(backing: number): Generator<void, number> {
  let highest = 0, until = performance.now() + SLICE_MS;
  const paths: Uint8Array[] = [new Uint8Array(0)];
  for (let path = paths.pop(); path; path = paths.pop()) {
    const directory = walk(backing, path);
    if (directory === -E.NOENT) continue;
    if (directory < 0) {
      throw new ErrnoError("Cannot look for used inode ids", -directory);
    }
    try {
      for (const { name, type } of listEntries(directory)) {
        if (performance.now() > until) {
          yield;
          until = performance.now() + SLICE_MS;
        }
        if (type === DT_DIR) paths.push(joinPath(path, name));
        const fd = openName(directory, name);
        if (fd < 0) continue;
        // One whose id cannot be read now is told from its twin when it can be (Volume.isTwin).
        highest = Math.max(highest, epochOf(readId(fd)));
        libc.close(fd);
      }
    } finally {
      libc.close(directory);
    }
  }
  return highest;
}
