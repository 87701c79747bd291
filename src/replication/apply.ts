/** Does one operation on a volume. The same function runs on both nodes on the same bytes; its errno is compared. */
import {
  FATTR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  STATX,
} from "../fuse/abi.ts";
import { getU64 } from "../system/u64.ts";
import { AT, E, errno, libc, Memory, O, SYS } from "../system/libc.ts";
import { KIND } from "./operation.ts";
import { type Frame, HEADER } from "../peer/frame.ts";
import {
  type Inode,
  isHidden,
  procPath,
  stat,
  statFd,
  statMode,
  validName,
  type Volume,
} from "./volume.ts";

const memory = new Memory(4096);
const CAPABILITY = memory.string("security.capability", 0);
const TIMES = 64;
const UTIME_OMIT = 0x3ffffffe;
const RENAME_EXCHANGE = 2;

/** Payload of SETATTR: u32 valid, mode, uid, gid; u64 size; u64 atime, u32 ns; u64 mtime, u32 ns. */
export const SETATTR_SIZE = 48;

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
      if (libc.unlinkat(parent.fd, name, flags) !== 0) return errno();
      volume.nameLost(victim);
      return 0;
    }
    case KIND.RENAME:
      return rename(volume, frame, buffer, payload);
    case KIND.LINK: {
      const inode = volume.get(frame.id), parent = volume.get(frame.argument);
      if (!inode || !parent) return E.STALE;
      if (!nameAt(buffer, payload, frame.length, parent === volume.root)) {
        return E.INVAL;
      }
      return libc.linkat(
          AT.FDCWD,
          procPath(inode.fd),
          parent.fd,
          buffer.address + payload,
          AT.SYMLINK_FOLLOW,
        ) === 0
        ? 0
        : errno();
    }
    case KIND.SETXATTR: {
      const inode = volume.get(frame.id);
      if (!inode) return E.STALE;
      const end = buffer.bytes.indexOf(0, payload);
      if (end < 0 || end >= payload + frame.length) return E.INVAL;
      const value = end + 1;
      return libc.setxattr(
          procPath(inode.fd),
          buffer.address + payload,
          buffer.address + value,
          payload + frame.length - value,
          frame.argument,
        ) === 0
        ? 0
        : errno();
    }
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
      if (libc.fallocate(fd, mode, frame.argument, length) !== 0) {
        return errno();
      }
      // No flag says so for fallocate, but writing takes privileges away here too.
      return frame.flags & 1 ? stripPrivileges(inode) : 0;
    }
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
      if (code !== E.INTR) return code;
    }
  }
  return frame.flags & 1 ? stripPrivileges(inode) : 0;
}

/** Writing to a file takes its setuid, setgid (if executable by the group) and capabilities away. */
function stripPrivileges(inode: Inode): number {
  const error = statFd(inode.fd);
  if (error) return error;
  const mode = statMode();
  if ((mode & S_IFMT) !== S_IFREG) return 0;
  let kept = mode & 0o7777 & ~0o4000;
  if (mode & 0o010) kept &= ~0o2000;
  if (kept !== (mode & 0o7777)) {
    if (libc.fchmodat(AT.FDCWD, procPath(inode.fd), kept, 0) !== 0) {
      return errno();
    }
  }
  libc.removexattr(procPath(inode.fd), CAPABILITY);
  return 0;
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

function create(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const parent = volume.get(frame.argument);
  if (!parent) return E.STALE;
  const view = buffer.view;
  const mode = view.getUint32(at, true), rdev = view.getUint32(at + 12, true);
  const name = buffer.address + at + 16;
  const nameEnd = buffer.bytes.indexOf(0, at + 16);
  if (nameEnd < 0 || nameEnd >= at + frame.length) return E.INVAL;
  if (!nameAt(buffer, at + 16, nameEnd - at - 15, parent === volume.root)) {
    return E.INVAL;
  }
  libc.setfsgid(view.getUint32(at + 8, true));
  libc.setfsuid(view.getUint32(at + 4, true));
  let failed: number, dataFd = -1;
  switch (mode & S_IFMT) {
    case S_IFDIR:
      failed = libc.mkdirat(parent.fd, name, mode & 0o7777);
      break;
    case S_IFLNK:
      failed = libc.symlinkat(buffer.address + nameEnd + 1, parent.fd, name);
      break;
    case S_IFREG:
      dataFd = libc.openat(
        parent.fd,
        name,
        O.CREAT | O.EXCL | O.RDWR | O.NOFOLLOW | O.CLOEXEC,
        mode & 0o7777,
      );
      failed = dataFd < 0 ? -1 : 0;
      break;
    default:
      // new_encode_dev of the kernel and makedev of this call agree for what mknodat takes.
      failed = Number(libc.mknodat(SYS.mknodat, parent.fd, name, mode, rdev));
  }
  const code = failed === 0 ? 0 : errno();
  libc.setfsuid(0);
  libc.setfsgid(0);
  if (code) return code;
  const inode = volume.adoptNew(parent, name, frame.id);
  if (typeof inode === "number") {
    libc.unlinkat(
      parent.fd,
      name,
      (mode & S_IFMT) === S_IFDIR ? AT.REMOVEDIR : 0,
    );
    if (dataFd >= 0) libc.close(dataFd);
    return inode;
  }
  inode.dataFd = dataFd;
  if (dataFd >= 0) volume.keepData(inode);
  return 0;
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
  const result = libc.renameat2(
    SYS.renameat2,
    from.fd,
    oldName,
    to.fd,
    newName,
    frame.flags,
  );
  if (Number(result) !== 0) return errno();
  if (moved) moved.parent = to.id;
  if (victim && frame.flags & RENAME_EXCHANGE) victim.parent = from.id;
  else volume.nameLost(victim);
  return 0;
}

/** Checks the C string of `length` bytes (with its NUL) at `at`: a name, and not our own folder. */
function nameAt(
  buffer: Memory,
  at: number,
  length: number,
  inRoot: boolean,
): boolean {
  if (buffer.bytes[at + length - 1] !== 0) return false;
  const name = buffer.bytes.subarray(at, at + length - 1);
  return validName(name) && !(inRoot && isHidden(name));
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
