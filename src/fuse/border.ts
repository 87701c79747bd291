/**
 * The border between what is mirrored and what is excluded. A change of names stands on one side of it or is refused: EXDEV, which
 * programs know from two file systems, and answer by copying.
 */
import { listNames } from "../replication/directory.ts";
import { statFd, statMode } from "../replication/descriptor.ts";
import { readId } from "../replication/id_xattr.ts";
import type { Inode } from "../replication/inode.ts";
import { joinPath } from "../replication/name.ts";
import { NotShown } from "../replication/paths.ts";
import type { Volume } from "../replication/volume.ts";
import { E, ErrnoError, libc, Memory, O } from "../system/libc.ts";
import { OP, S_IFDIR, S_IFMT } from "./abi.ts";

const RENAME_EXCHANGE = 2;
const memory = new Memory(4096);

export interface NameChange {
  readonly opcode: number;
  readonly parent: Inode;
  readonly name: Uint8Array;
  /** Where to, of a rename. */
  readonly to?: {
    readonly parent: Inode;
    readonly name: Uint8Array;
    readonly flags: number;
  };
  /** The file that gets a further name. */
  readonly linked?: Inode;
}

/**
 * "mirrored"; or this node's own affair: the mirrored directories whose times it changes; or the errno that refuses it. Without
 * exclusions everything is mirrored. Throws NotShown: in a directory that cannot be read anything may stand.
 */
export function sideOf(
  volume: Volume,
  change: NameChange,
): "mirrored" | readonly Inode[] | number {
  if (!volume.hasExclusions) return "mirrored";
  const { opcode, parent, name, to, linked } = change;
  const own = volume.excludes(parent, name);
  const parents = to && to.parent !== parent ? [parent, to.parent] : [parent];
  const other = to ? volume.excludes(to.parent, to.name) : linked?.own ?? own;
  if (own !== other) return E.XDEV;
  if (own) return parents.filter((each) => !each.own);
  if (opcode === OP.RMDIR && holdsOwn(volume, parent, name)) return E.NOTEMPTY;
  return to ? judgeMove(volume, change, to) : "mirrored";
}

function judgeMove(
  volume: Volume,
  { parent, name }: NameChange,
  to: NonNullable<NameChange["to"]>,
): "mirrored" | number {
  const from = pathOf(volume, parent, name);
  const target = pathOf(volume, to.parent, to.name);
  const exchanged = (to.flags & RENAME_EXCHANGE) !== 0;
  // Of a directory everything below moves along, and must stay on its side.
  if (
    from && target &&
    volume.excludedBelow(from) !== volume.excludedBelow(target) &&
    (isDirectory(parent, name) || exchanged && isDirectory(to.parent, to.name))
  ) return E.XDEV;
  return !exchanged && holdsOwn(volume, to.parent, to.name)
    ? E.NOTEMPTY
    : "mirrored";
}

function pathOf(
  volume: Volume,
  parent: Inode,
  name: Uint8Array,
): Uint8Array | null {
  const above = volume.pathOf(parent);
  return above && joinPath(above, name);
}

function open(parent: Inode, name: Uint8Array): number {
  const flags = O.PATH | O.NOFOLLOW | O.CLOEXEC;
  return libc.openat(parent.fd, memory.string(name), flags, 0);
}

function isDirectory(parent: Inode, name: Uint8Array): boolean {
  const fd = open(parent, name);
  if (fd < 0) return false;
  const is = statFd(fd) === 0 && (statMode() & S_IFMT) === S_IFDIR;
  libc.close(fd);
  return is;
}

/** Whether a directory cannot go because something of this node's own stands in it, which the peer does not know of. */
function holdsOwn(volume: Volume, parent: Inode, name: Uint8Array): boolean {
  const path = pathOf(volume, parent, name);
  if (!path || !isDirectory(parent, name)) return false;
  const fd = open(parent, name);
  if (fd < 0) return false;
  try {
    return listNames(fd).some((each) => volume.leavesOut(path, each));
  } catch (error) {
    if (!(error instanceof ErrnoError)) throw error;
    const id = readId(fd);
    throw new NotShown(id > 0 ? id : parent.id, error.code);
  } finally {
    libc.close(fd);
  }
}
