/** Looks at one name of a backing directory: id, type, attributes, extended attributes. Used by both sides of a resync. */
import { encodeDevice, S_IFLNK, S_IFMT, STATX } from "../fuse/abi.ts";
import { equalBytes } from "../system/bytes.ts";
import { getU64 } from "../system/u64.ts";
import { AT, E, errno, libc, Memory, O } from "../system/libc.ts";
import { readTimes } from "./apply.ts";
import type { Attributes, Entry } from "./listing.ts";
import { procPath, stat, statFd } from "./descriptor.ts";
import { readId, writeId } from "./id_xattr.ts";
import { Inode, OWN } from "./inode.ts";

const memory = new Memory(256 * 1024);
const LIST = 4096, VALUE = 128 * 1024;
const empty = memory.string("", 0);
const HIDDEN_XATTR = "trusted.hakit.";

/** Opens `name` in a directory without following; -errno. The caller closes. */
export function openName(directory: number, name: Uint8Array): number {
  const fd = libc.openat(
    directory,
    memory.string(name, 16),
    O.PATH | O.NOFOLLOW | O.CLOEXEC,
    0,
  );
  return fd < 0 ? -errno() : fd;
}

/** The inode behind `fd` as an entry called `name`; with `newId` it gets an id when it has none. Or errno. */
export function inspect(
  fd: number,
  name: Uint8Array,
  newId: (() => number) | null,
): Entry | number {
  let id = readId(fd);
  if (id < 0) return -id;
  // One that was excluded once is a file like any other now.
  if (newId && (id === 0 || id >= OWN)) {
    const refused = writeId(fd, id = newId());
    if (refused) return refused;
  }
  const error = statFd(fd);
  if (error) return error;
  const view = stat.view, at = stat.at;
  const mode = view.getUint16(at + STATX.mode, true);
  const entry = {
    id,
    mode,
    rdev: encodeDevice(
      view.getUint32(at + STATX.rdevMajor, true),
      view.getUint32(at + STATX.rdevMinor, true),
    ),
    nlink: view.getUint32(at + STATX.nlink, true),
    uid: view.getUint32(at + STATX.uid, true),
    gid: view.getUint32(at + STATX.gid, true),
    name,
    target: new Uint8Array(0),
  };
  if ((mode & S_IFMT) !== S_IFLNK) return entry;
  const n = libc.readlinkat(fd, empty, memory.address + LIST, 4096);
  return n < 0
    ? errno()
    : { ...entry, target: memory.bytes.slice(LIST, LIST + n) };
}

/** Size of the file behind `fd`; -1: gone. */
export function sizeOf(fd: number): number {
  return statFd(fd) === 0 ? getU64(stat.view, stat.at + STATX.size) : -1;
}

/** Whether the file behind `fd` has room on its disk for all of it, written or reserved; false where it is gone. */
export function isReserved(fd: number): boolean {
  if (statFd(fd) !== 0) return false;
  const { view, at } = stat;
  return getU64(view, at + STATX.blocks) * 512 >= getU64(view, at + STATX.size);
}

/** Everything about an inode but its data. Or errno. */
export function readAttributes(fd: number): Attributes | number {
  const times = new Uint8Array(24);
  const inode = new Inode(0, fd, 0);
  const error = readTimes(inode, new DataView(times.buffer), 0);
  if (error) return error;
  const view = stat.view, at = stat.at;
  const result = {
    mode: view.getUint16(at + STATX.mode, true),
    uid: view.getUint32(at + STATX.uid, true),
    gid: view.getUint32(at + STATX.gid, true),
    nlink: view.getUint32(at + STATX.nlink, true),
    size: getU64(view, at + STATX.size),
    times,
  };
  const xattrs = readXattrs(fd);
  return typeof xattrs === "number" ? xattrs : { ...result, xattrs };
}

/** Or errno: some that cannot be read are not none. */
export function readXattrs(
  fd: number,
): { name: Uint8Array; value: Uint8Array }[] | number {
  const n = libc.listxattr(procPath(fd), memory.address + LIST, 65536);
  const error = n < 0 ? errno() : 0;
  // A file system that has none.
  if (error && error !== E.OPNOTSUPP) return error;
  const xattrs: { name: Uint8Array; value: Uint8Array }[] = [];
  for (let at = LIST; n > 0 && at < LIST + n;) {
    const end = memory.bytes.indexOf(0, at);
    const name = memory.bytes.slice(at, end);
    at = end + 1;
    const text = new TextDecoder().decode(name);
    if (
      text.startsWith(HIDDEN_XATTR) || text === "security.selinux" ||
      (text.startsWith("system.") && !text.startsWith("system.posix_acl_"))
    ) continue;
    memory.string(name, 1024);
    const size = libc.getxattr(
      procPath(fd),
      memory.address + 1024,
      memory.address + VALUE,
      65536,
    );
    const missing = size < 0 ? errno() : 0;
    if (missing === E.NODATA || missing === E.OPNOTSUPP) continue;
    if (missing) return missing;
    xattrs.push({ name, value: memory.bytes.slice(VALUE, VALUE + size) });
  }
  return xattrs;
}

/** Bytes of all extended attributes of an inode, as a frame (META) carries them: XFS and Btrfs take more. */
const MOST_XATTRS = 1 << 20;

/** Whether an inode can still be levelled when it has this attribute, too. */
export function mayTakeXattr(
  fd: number,
  { name, size }: { readonly name: Uint8Array; readonly size: number },
): boolean {
  const has = readXattrs(fd);
  if (typeof has === "number") return true;
  return has.filter((have) => !equalBytes(have.name, name)).reduce(
    (sum, { name, value }) => sum + 6 + name.length + value.length,
    6 + name.length + size,
  ) <= MOST_XATTRS;
}

/** Makes the extended attributes of an inode those given; 0 or errno. */
export function writeXattrs(fd: number, wanted: Attributes["xattrs"]): number {
  const has = readXattrs(fd);
  if (typeof has === "number") return has;
  const wants = new Set(wanted.map(({ name }) => name.toHex()));
  const values = new Map(has.map(({ name, value }) => [name.toHex(), value]));
  for (const { name } of has) {
    if (wants.has(name.toHex())) continue;
    if (libc.removexattr(procPath(fd), memory.string(name, 1024)) !== 0) {
      const error = errno();
      if (error !== E.NODATA) return error;
    }
  }
  for (const { name, value } of wanted) {
    const have = values.get(name.toHex());
    if (have && equalBytes(have, value)) continue;
    if (value.length > 65536) return E["2BIG"];
    memory.bytes.set(value, VALUE);
    if (
      libc.setxattr(
        procPath(fd),
        memory.string(name, 1024),
        memory.address + VALUE,
        value.length,
        0,
      ) !== 0
    ) return errno();
  }
  return 0;
}

export function chown(fd: number, uid: number, gid: number): number {
  return libc.fchownat(
      fd,
      empty,
      uid,
      gid,
      AT.EMPTY_PATH | AT.SYMLINK_NOFOLLOW,
    ) === 0
    ? 0
    : errno();
}
