/** Looks at one name of a backing directory: id, type, attributes, extended attributes. Used by both sides of a resync. */
import { encodeDevice, S_IFLNK, S_IFMT, STATX } from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { AT, errno, libc, Memory, O } from "../system/libc.ts";
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

/** The inode behind `fd` as an entry called `name`; gives it an id when it has none. Null: gone or unreadable. */
export function inspect(
  fd: number,
  name: Uint8Array,
  newId: () => number,
): Entry | null {
  let id = readId(fd);
  // One that was excluded once is a file like any other now.
  if ((id === 0 || id >= OWN) && writeId(fd, id = newId()) !== 0) return null;
  if (statFd(fd) !== 0) return null;
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
    ? null
    : { ...entry, target: memory.bytes.slice(LIST, LIST + n) };
}

/** Size of the file behind `fd`; -1: gone. */
export function sizeOf(fd: number): number {
  return statFd(fd) === 0 ? getU64(stat.view, stat.at + STATX.size) : -1;
}

/** Everything about an inode but its data; null: unreadable. */
export function readAttributes(fd: number): Attributes | null {
  const times = new Uint8Array(24);
  if (readTimes(new Inode(0, fd, 0), new DataView(times.buffer), 0) !== 0) {
    return null;
  }
  const view = stat.view, at = stat.at;
  const result = {
    mode: view.getUint16(at + STATX.mode, true),
    uid: view.getUint32(at + STATX.uid, true),
    gid: view.getUint32(at + STATX.gid, true),
    nlink: view.getUint32(at + STATX.nlink, true),
    size: getU64(view, at + STATX.size),
    times,
  };
  return { ...result, xattrs: readXattrs(fd) };
}

export function readXattrs(
  fd: number,
): { name: Uint8Array; value: Uint8Array }[] {
  const n = libc.listxattr(procPath(fd), memory.address + LIST, 65536);
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
    if (size >= 0) {
      xattrs.push({ name, value: memory.bytes.slice(VALUE, VALUE + size) });
    }
  }
  return xattrs;
}

/** Makes the extended attributes of an inode those given; 0 or errno. */
export function writeXattrs(fd: number, wanted: Attributes["xattrs"]): number {
  const has = readXattrs(fd);
  const same = (a: Uint8Array, b: Uint8Array) =>
    a.length === b.length && a.every((byte, i) => byte === b[i]);
  for (const { name } of has) {
    if (!wanted.some((want) => same(want.name, name))) {
      libc.removexattr(procPath(fd), memory.string(name, 1024));
    }
  }
  for (const { name, value } of wanted) {
    if (has.some((have) => same(have.name, name) && same(have.value, value))) {
      continue;
    }
    if (value.length > 65536) return 7;
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
