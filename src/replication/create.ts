/** Makes something new, on either node: as the caller, with our rights, known by the id that the primary gave it. */
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../fuse/abi.ts";
import type { Frame } from "../peer/frame.ts";
import { AT, E, errno, libc, Memory, O, SYS } from "../system/libc.ts";
import { isHidden, validName } from "./name.ts";
import type { Volume } from "./volume.ts";

const memory = new Memory(4096);

export function create(
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
  becomeCaller(view, at, frame.flags);
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
        O.CREAT | O.EXCL | O.RDWR | O.NOATIME | O.NOFOLLOW | O.CLOEXEC,
        mode & 0o7777,
      );
      failed = dataFd < 0 ? -1 : 0;
      break;
    default:
      // new_encode_dev of the kernel and makedev of this call agree for what mknodat takes.
      failed = Number(libc.mknodat(SYS.mknodat, parent.fd, name, mode, rdev));
  }
  const code = failed === 0 ? 0 : errno();
  becomeRoot();
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

/** A file without a name, which may get one later (LINK) or dies with its last open. */
export function createNameless(
  volume: Volume,
  frame: Frame,
  buffer: Memory,
  at: number,
): number {
  const parent = volume.get(frame.argument);
  if (!parent) return E.STALE;
  if (frame.length < 16) return E.INVAL;
  const mode = buffer.view.getUint32(at, true) & 0o7777;
  becomeCaller(buffer.view, at, frame.flags);
  const flags = O.TMPFILE | O.RDWR | O.NOATIME | O.CLOEXEC;
  const fd = libc.openat(parent.fd, memory.string(".", 200), flags, mode);
  const code = fd < 0 ? errno() : 0;
  becomeRoot();
  return code || volume.adoptOpen(fd, frame.id);
}

/** Files are made as the caller (mode, uid, gid at `at`), with our rights; his umask counts unless the directory has a default ACL. */
function becomeCaller(view: DataView, at: number, umask: number): void {
  if (umask) libc.umask(umask & 0o777);
  libc.setfsgid(view.getUint32(at + 8, true));
  libc.setfsuid(view.getUint32(at + 4, true));
}

function becomeRoot(): void {
  libc.setfsuid(0);
  libc.setfsgid(0);
  libc.umask(0);
}

/** Checks the C string of `length` bytes (with its NUL) at `at`: a name, and not our own folder. */
export function nameAt(
  buffer: Memory,
  at: number,
  length: number,
  inRoot: boolean,
): boolean {
  if (buffer.bytes[at + length - 1] !== 0) return false;
  const name = buffer.bytes.subarray(at, at + length - 1);
  return validName(name) && !(inRoot && isHidden(name));
}
