/**
 * What is excluded is each node's own and never removed by the other one. Where a mirrored directory goes in which it stands, it is
 * moved to a folder of ours on the same file system and stays there.
 */
import { fineStamp } from "../system/clock.ts";
import { ErrnoError, libc, Memory, O, SYS } from "../system/libc.ts";
import { DT_DIR, listEntries, listNames } from "./directory.ts";
import type { Inode } from "./inode.ts";
import { HIDDEN, joinPath } from "./name.ts";
import type { Volume } from "./volume.ts";

/** In our own folder. */
export const KEPT = "excluded";
const memory = new Memory(8192);
const NAME = 0, OTHER = 4096;
const NOREPLACE = 1, MAX_NAME = 255;
let count = 0;

/**
 * Moves everything excluded out of the directory behind `fd`, which stands at `path`, however deep; how many names. Throws when
 * something cannot be moved: then the directory must stay.
 */
export function keepOwn(volume: Volume, fd: number, path: Uint8Array): number {
  if (!volume.hasExclusions) return 0;
  let kept = 0;
  for (const { name, type } of [...listEntries(fd)]) {
    if (volume.leavesOut(path, name)) {
      keep(volume, fd, { name, path: joinPath(path, name) });
      kept++;
    } else if (type === DT_DIR) {
      const child = openDirectory(fd, name);
      if (child < 0) continue;
      try {
        kept += keepOwn(volume, child, joinPath(path, name));
      } finally {
        libc.close(child);
      }
    }
  }
  return kept;
}

/** A directory that the primary has removed and that holds nothing but what is this node's own: emptied; false: it is not so. */
export function makeEmpty(
  volume: Volume,
  parent: Inode,
  name: Uint8Array,
): boolean {
  if (!volume.hasExclusions) return false;
  const fd = openDirectory(parent.fd, name);
  if (fd < 0) return false;
  try {
    const above = volume.pathOf(parent);
    if (!above) return false;
    const path = joinPath(above, name);
    if (!listNames(fd).every((each) => volume.leavesOut(path, each))) {
      return false;
    }
    return keepOwn(volume, fd, path) > 0;
  } catch {
    return false;
  } finally {
    libc.close(fd);
  }
}

function openDirectory(at: number, name: Uint8Array): number {
  const flags = O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC;
  return libc.openat(at, memory.string(name, NAME), flags, 0);
}

function keep(
  volume: Volume,
  directory: number,
  what: { readonly name: Uint8Array; readonly path: Uint8Array },
): void {
  const folder = volume.hidden(KEPT);
  const stamp = new TextEncoder().encode(
    `${fineStamp()}-${++count}-`,
  );
  // Where it stood, as one name: its end tells most.
  const from = what.path.map((byte) => byte === 47 ? 95 : byte)
    .slice(-(MAX_NAME - stamp.length));
  const moved = folder < 0 ? -1 : Number(libc.renameat2(
    SYS.renameat2,
    directory,
    memory.string(what.name, NAME),
    folder,
    memory.string(new Uint8Array([...stamp, ...from]), OTHER),
    NOREPLACE,
  ));
  const error = moved === 0 ? null : new ErrnoError(
    `Cannot keep "${
      new TextDecoder().decode(what.path)
    }" in "${volume.path}/${HIDDEN}/${KEPT}"`,
    ...(folder < 0 ? [-folder] : []),
  );
  if (folder >= 0) libc.close(folder);
  if (error) throw error;
}
