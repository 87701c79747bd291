/** Does one operation on a volume. The same function runs on both nodes on the same bytes; its errno is compared. */
import { FATTR, STATX } from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { AT, E, errno, libc, Memory, SYS } from "../system/libc.ts";
import { KIND } from "./operation.ts";
import { type Frame, HEADER } from "../peer/frame.ts";
import { create, createNameless, nameAt } from "./create.ts";
import { makeEmpty } from "./keep_own.ts";
import { mayGainPrivileges, stripPrivileges } from "./privileges.ts";
import { procPath, stat, statFd, statMode } from "./descriptor.ts";
import type { Inode } from "./inode.ts";
import type { Volume } from "./volume.ts";

const memory = new Memory(4096);
const TIMES = 64, OFFSETS = 96;
const UTIME_OMIT = 0x3ffffffe;
const RENAME_EXCHANGE = 2;
const SEEK_END = 2;
/** In place of nanoseconds: each node's own clock, until TIMES brings what the primary's disk says. */
export const UTIME_NOW = 0x3fffffff;

/** Payload of SETATTR: u32 valid, mode, uid, gid; u64 size; u64 atime, u32 ns; u64 mtime, u32 ns. */
export const SETATTR_SIZE = 48;
export const COPY_SIZE = 20;

/** Once a process: what the kernel did for the caller must not be done again or undone here. */
export function prepareProcess(): void {
  libc.umask(0);
  const PR_SET_SECUREBITS = 28, NO_SETUID_FIXUP = 4;
  // With it setfsuid keeps capabilities: files are created as the caller, with our rights.
  libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0);
}

/** Applies the operation in `frame`, whose header stands at `at` of `buffer`. 0 or errno. */
export function apply(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const payload = at + HEADER;
  switch (frame.kind) {
    case KIND.WRITE:
      return write(volume, frame, buffer.address + payload);
    case KIND.SETATTR:
      return setattr(volume, frame, buffer, payload);
    case KIND.CREATE:
      return create(volume, frame, buffer, payload);
    case KIND.UNLINK:
    case KIND.RMDIR: {
      const parent = volume.get(frame.id);
      if (!parent) return E.STALE;
      if (!nameAt(buffer, payload, frame.length, parent === volume.root)) {
        return E.INVAL;
      }
      const flags = frame.kind === KIND.RMDIR ? AT.REMOVEDIR : 0;
      const name = buffer.address + payload;
      const victim = volume.named(parent, name);
      if (libc.unlinkat(parent.fd, name, flags) !== 0) {
        const code = errno();
        const bytes = buffer.bytes.slice(payload, payload + frame.length - 1);
        if (code !== E.NOTEMPTY || !makeEmpty(volume, parent, bytes)) {
          return code;
        }
        if (libc.unlinkat(parent.fd, name, flags) !== 0) return errno();
      }
      volume.nameLost(victim);
      return 0;
    }
    case KIND.RENAME:
      return rename(volume, frame, buffer, payload);
    case KIND.TMPFILE:
      return createNameless(volume, frame, buffer, payload);
    case KIND.LINK:
      return link(volume, frame, buffer, payload);
    case KIND.SETXATTR:
      return setxattr(volume, frame, buffer, payload);
    case KIND.REMOVEXATTR: {
      const inode = volume.get(frame.id);
      if (!inode) return E.STALE;
      return libc.removexattr(procPath(inode.fd), buffer.address + payload) ===
          0
        ? 0
        : errno();
    }
    case KIND.FALLOCATE: {
      const inode = volume.get(frame.id);
      if (!inode) return E.STALE;
      const fd = volume.data(inode);
      if (fd < 0) return -fd;
      const length = getU64(buffer.view, payload);
      const mode = buffer.view.getUint32(payload + 8, true);
      const end = endOf(fd);
      if (libc.fallocate(fd, mode, frame.argument, length) !== 0) {
        return endAgain(fd, end, errno());
      }
      // No flag says so for fallocate, but writing takes privileges away here too.
      return frame.flags & 1 ? stripPrivileges(inode) : 0;
    }
    case KIND.COPY:
      return copy(volume, frame, buffer, payload);
    case KIND.TIMES: {
      const inode = volume.get(frame.id);
      return inode ? setTimes(inode, buffer, payload) : E.STALE;
    }
    case KIND.BIND: {
      const path = buffer.bytes.slice(payload, payload + frame.length);
      return volume.bind(frame.id, path);
    }
    case KIND.FORGET:
      for (let i = 0; i + 8 <= frame.length; i += 8) {
        volume.dropId(getU64(buffer.view, payload + i));
      }
      return 0;
    default:
      return E.NOSYS;
  }
}

/** Writes all of it: a short write at the peer would be a silent difference. */
function write(volume: Volume, frame: Frame, address: number): number {
  const inode = volume.get(frame.id);
  if (!inode) return E.STALE;
  const fd = inode.dataFd >= 0 ? inode.dataFd : volume.data(inode);
  if (fd < 0) return -fd;
  // First, as the kernel does: a write that fails for want of room takes privileges away on both nodes or on none.
  const bare = frame.flags & 1 ? stripPrivileges(inode) : 0;
  if (bare !== 0) return bare;
  const to = frame.argument + frame.length;
  // Most writes are within the file, and a look costs as much as half of a small one.
  const end = to <= inode.length ? -1 : endOf(fd);
  let done = 0;
  while (done < frame.length) {
    const n = libc.pwrite(
      fd,
      address + done,
      frame.length - done,
      frame.argument + done,
    );
    if (n > 0) done += n;
    else {
      const code = n === 0 ? E.IO : errno();
      if (code !== E.INTR) return endAgain(fd, end, code);
    }
  }
  if (end >= 0) inode.length = Math.max(end, to);
  return 0;
}

/** Where an open file ends; -1: it cannot be asked. */
function endOf(fd: number): number {
  return Number(libc.lseek(fd, 0, SEEK_END));
}

/**
 * What failed midway (a full disk) has made the file longer and is answered as not done: the file ends where it ended. Whoever appends
 * would otherwise go on behind a piece of what he was told is not there. Bytes that were written over stay so, as after any such write.
 */
function endAgain(fd: number, end: number, code: number): number {
  // Where this fails too, the other node is given this size.
  if (end >= 0 && endOf(fd) > end) libc.ftruncate(fd, end);
  return code;
}

/** Copies within this node: the data does not travel. All of it or an error: a short copy would be a silent difference. */
function copy(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const target = volume.get(frame.id);
  if (frame.length !== COPY_SIZE) return E.INVAL;
  const source = volume.get(getU64(buffer.view, at));
  if (!target || !source) return E.STALE;
  volume.data(source);
  const to = volume.data(target);
  // Opening the second may have closed the first: the secondary keeps the newest only.
  const from = volume.data(source);
  if (from < 0 || to < 0) return -Math.min(from, to);
  const length = buffer.view.getUint32(at + 16, true);
  const end = endOf(to);
  memory.view.setBigUint64(
    OFFSETS,
    buffer.view.getBigUint64(at + 8, true),
    true,
  );
  memory.view.setBigUint64(OFFSETS + 8, BigInt(frame.argument), true);
  for (let done = 0; done < length;) {
    // The call moves both offsets on.
    const n = libc.copy_file_range(
      from,
      memory.address + OFFSETS,
      to,
      memory.address + OFFSETS + 8,
      length - done,
      0,
    );
    if (n > 0) done += n;
    else {
      const code = n === 0 ? E.IO : errno();
      if (code !== E.INTR) return endAgain(to, end, code);
    }
  }
  return frame.flags & 1 ? stripPrivileges(target) : 0;
}

function link(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const inode = volume.get(frame.id), parent = volume.get(frame.argument);
  if (!inode || !parent) return E.STALE;
  if (!nameAt(buffer, at, frame.length, parent === volume.root)) {
    return E.INVAL;
  }
  const name = buffer.address + at;
  const from = procPath(inode.fd);
  if (libc.linkat(AT.FDCWD, from, parent.fd, name, AT.SYMLINK_FOLLOW) !== 0) {
    return errno();
  }
  volume.gotName(parent, name);
  // The first name of a file that had none: its descriptor is to know it, for whoever asks where the file is.
  if (inode.orphan) {
    inode.orphan = false;
    volume.lookup(parent, name);
  }
  // The older name may go, and the kernel asks for no new one: it is looked for here then, not everywhere.
  inode.parent = parent.id;
  return 0;
}

function setxattr(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const inode = volume.get(frame.id);
  if (!inode) return E.STALE;
  const end = buffer.bytes.indexOf(0, at);
  if (end < 0 || end >= at + frame.length) return E.INVAL;
  const value = end + 1, path = procPath(inode.fd);
  mayGainPrivileges(inode);
  if (
    libc.setxattr(
      path,
      buffer.address + at,
      buffer.address + value,
      at + frame.length - value,
      frame.argument,
    ) !== 0
  ) return errno();
  if ((frame.flags & 1) === 0) return 0;
  const error = statFd(inode.fd);
  if (error || (statMode() & 0o2000) === 0) return error;
  const kept = statMode() & 0o7777 & ~0o2000;
  return libc.fchmodat(AT.FDCWD, procPath(inode.fd), kept, 0) === 0
    ? 0
    : errno();
}

function setattr(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const inode = volume.get(frame.id);
  if (!inode || frame.length !== SETATTR_SIZE) return inode ? E.INVAL : E.STALE;
  const view = buffer.view;
  const valid = view.getUint32(at, true);
  if (valid & (FATTR.UID | FATTR.GID)) {
    const uid = valid & FATTR.UID ? view.getUint32(at + 8, true) : 0xffffffff;
    const gid = valid & FATTR.GID ? view.getUint32(at + 12, true) : 0xffffffff;
    if (
      libc.fchownat(
        inode.fd,
        memory.string("", 200),
        uid,
        gid,
        AT.EMPTY_PATH | AT.SYMLINK_NOFOLLOW,
      ) !== 0
    ) return errno();
  }
  if (valid & FATTR.MODE) {
    mayGainPrivileges(inode);
    if (
      libc.fchmodat(
        AT.FDCWD,
        procPath(inode.fd),
        view.getUint32(at + 4, true) & 0o7777,
        0,
      ) !== 0
    ) return errno();
  }
  if (valid & FATTR.SIZE) {
    const fd = volume.data(inode);
    if (fd < 0) return -fd;
    inode.length = 0;
    if (libc.ftruncate(fd, getU64(view, at + 16)) !== 0) return errno();
  }
  if (valid & FATTR.KILL_SUIDGID) {
    const error = stripPrivileges(inode);
    if (error) return error;
  }
  if (valid & (FATTR.ATIME | FATTR.MTIME)) {
    return setTimes(inode, buffer, at + 24, valid);
  }
  return 0;
}

/** Payload: u64 seconds (two's complement), u32 nanoseconds, twice. */
function setTimes(
  inode: Inode,
  buffer: Memory,
  at: number,
  valid = FATTR.ATIME | FATTR.MTIME,
): number {
  const fields = [[FATTR.ATIME, at, TIMES], [
    FATTR.MTIME,
    at + 12,
    TIMES + 16,
  ]] as const;
  for (const [flag, from, to] of fields) {
    memory.view.setBigUint64(to, buffer.view.getBigUint64(from, true), true);
    memory.view.setBigUint64(
      to + 8,
      BigInt(valid & flag ? buffer.view.getUint32(from + 8, true) : UTIME_OMIT),
      true,
    );
  }
  return libc.utimensat(
      AT.FDCWD,
      procPath(inode.fd),
      memory.address + TIMES,
      0,
    ) === 0
    ? 0
    : errno();
}

function rename(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const from = volume.get(frame.id), to = volume.get(frame.argument);
  if (!from || !to) return E.STALE;
  const end = buffer.bytes.indexOf(0, at);
  if (end < 0 || end >= at + frame.length - 1) return E.INVAL;
  if (!nameAt(buffer, at, end - at + 1, from === volume.root)) return E.INVAL;
  if (
    !nameAt(buffer, end + 1, at + frame.length - end - 1, to === volume.root)
  ) return E.INVAL;
  const oldName = buffer.address + at, newName = buffer.address + end + 1;
  const moved = volume.named(from, oldName);
  const victim = volume.named(to, newName);
  const move = () =>
    Number(libc.renameat2(
        SYS.renameat2,
        from.fd,
        oldName,
        to.fd,
        newName,
        frame.flags,
      )) === 0
      ? 0
      : errno();
  let error = move();
  if (error === E.NOTEMPTY || error === E.EXIST && frame.flags === 0) {
    const name = buffer.bytes.slice(end + 1, at + frame.length - 1);
    if (makeEmpty(volume, to, name)) error = move();
  }
  if (error) return error;
  volume.gotName(to, newName);
  if (frame.flags & RENAME_EXCHANGE) volume.gotName(from, oldName);
  if (moved) hasMoved(moved, to);
  if (victim && frame.flags & RENAME_EXCHANGE) hasMoved(victim, from);
  else volume.nameLost(victim);
  return 0;
}

function hasMoved(inode: Inode, to: Inode): void {
  inode.parent = to.id;
  // An fsync of its data alone would not commit the new name.
  inode.changeAttributes();
}

/** Fills a TIMES payload (24 bytes) at `at` from the inode's own times; 0 or errno. */
export function readTimes(inode: Inode, out: DataView, at: number): number {
  const error = statFd(inode.fd);
  if (error) return error;
  for (
    const [from, to] of [[STATX.atime, at], [STATX.mtime, at + 12]] as const
  ) {
    out.setBigUint64(to, stat.view.getBigUint64(stat.at + from, true), true);
    out.setUint32(to + 8, stat.view.getUint32(stat.at + from + 8, true), true);
  }
  return 0;
}
