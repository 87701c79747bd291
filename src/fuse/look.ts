/** Handlers of requests that only look. Each translates, calls, maps the error. */
import { procPath, stat, statFd } from "../replication/descriptor.ts";
import type { Inode } from "../replication/inode.ts";
import type { Volume } from "../replication/volume.ts";
import { AT, E, errno, libc, Memory, O } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import {
  FILE_LIMIT,
  MAX_WRITE,
  OP,
  STATX,
  validSeconds,
  writeAttr,
} from "./abi.ts";
import { type ColdReads, readNow } from "./cold_reads.ts";
import { type Answer, BODY, OUT, reply, request } from "./request.ts";

const HIDDEN_XATTR = new TextEncoder().encode("trusted.hakit.");
const TRUSTED_XATTR = new TextEncoder().encode("trusted.");
/** Where fuse_in_header has who asks. */
const UID = 24;
const memory = new Memory(4096);
const emptyString = memory.string(""),
  accessList = memory.string("system.posix_acl_access", 64),
  dot = memory.string(".", 128);

/** Whether the backing takes access control lists, as ext4, XFS, Btrfs and tmpfs mostly do. */
export function takesAcls(volume: Volume): boolean {
  const fd = libc.openat(volume.backing, dot, O.RDONLY | O.CLOEXEC, 0);
  if (fd < 0) return false;
  const length = libc.getxattr(procPath(fd), accessList, 0, 0);
  const taken = length >= 0 || errno() === E.NODATA;
  libc.close(fd);
  return taken;
}

function isTrusted(name: Uint8Array): boolean {
  return TRUSTED_XATTR.every((byte, i) => name[i] === byte);
}

/** Our own attributes are invisible. Names are any bytes. */
export function isHiddenXattr(name: Uint8Array): boolean {
  return HIDDEN_XATTR.every((byte, i) => name[i] === byte);
}

export function getattr(inode: Inode, answer: Answer): void {
  const error = statFd(inode.fd);
  if (error) return answer(error);
  setU64(reply.view, OUT, validSeconds(stat.view, stat.at));
  setU64(reply.view, OUT + 8, 0);
  writeAttr(reply.view, OUT + 16, stat.view, stat.at);
  answer(0, 104);
}

/** Only asked for when somebody wants the time of birth. It is each copy's own: no call can set it. */
export function statx(inode: Inode, answer: Answer): void {
  const error = libc.statx(
      inode.fd,
      emptyString,
      AT.EMPTY_PATH,
      STATX.BASIC | STATX.BTIME,
      reply.address + OUT + 32,
    ) === 0
    ? 0
    : errno();
  if (error) return answer(error);
  setU64(reply.view, OUT, validSeconds(reply.view, OUT + 32));
  reply.bytes.fill(0, OUT + 8, OUT + 32);
  answer(0, 288);
}

export function readlink(inode: Inode, answer: Answer): void {
  const n = libc.readlinkat(inode.fd, emptyString, reply.address + OUT, 4096);
  return n < 0 ? answer(errno()) : answer(0, n);
}

export function read(
  volume: Volume,
  inode: Inode,
  cold: ColdReads,
  answer: Answer,
): void {
  const fd = volume.data(inode);
  if (fd < 0) return answer(-fd);
  const size = Math.min(request.view.getUint32(BODY + 16, true), MAX_WRITE);
  const from = getU64(request.view, BODY + 8);
  if (from >= FILE_LIMIT) return answer(0, 0);
  // To the file's end: the kernel takes a shorter answer for that. A bad sector ends a read early too; the pages before it would be all
  // that the file seems to have.
  // What goes into the page cache beside writes around it must not be older than they are: such a read is done in its turn.
  const flags = request.view.getUint32(BODY + 32, true);
  const inTurn = inode.aroundCache && !(flags & O.DIRECT);
  let done = 0;
  while (done < size) {
    const to = reply.address + OUT + done;
    const n = inTurn
      ? readNow(fd, to, size - done, from + done)
      : cold.now(fd, to, size - done, from + done);
    if (n === -E.AGAIN) {
      const before = reply.bytes.subarray(OUT, OUT + done);
      const rest = { from: from + done, size: size - done, before };
      return cold.read(fd, rest, (error, bytes) => {
        reply.bytes.set(bytes, OUT);
        answer(error, bytes.length);
      });
    }
    if (n < 0) return answer(-n);
    if (n === 0) break;
    done += n;
  }
  answer(0, done);
}

export function lseek(volume: Volume, inode: Inode, answer: Answer): void {
  const fd = volume.data(inode);
  if (fd < 0) return answer(-fd);
  if (getU64(request.view, BODY + 8) >= FILE_LIMIT) return answer(E.NXIO);
  const at = Number(
    libc.lseek(
      fd,
      getU64(request.view, BODY + 8),
      request.view.getUint32(BODY + 16, true),
    ),
  );
  if (at < 0) return answer(errno());
  setU64(reply.view, OUT, at);
  answer(0, 8);
}

export function readXattr(opcode: number, inode: Inode, answer: Answer): void {
  const size = request.view.getUint32(BODY, true);
  if (opcode === OP.GETXATTR) {
    const end = request.bytes.indexOf(0, BODY + 8);
    if (isHiddenXattr(request.bytes.subarray(BODY + 8, end))) {
      return answer(E.NODATA);
    }
    const n = libc.getxattr(
      procPath(inode.fd),
      request.address + BODY + 8,
      reply.address + OUT,
      Math.min(size, 65536),
    );
    if (n < 0) return answer(errno());
    if (size > 0) return answer(0, n);
    setU64(reply.view, OUT, 0);
    reply.view.setUint32(OUT, n, true);
    return answer(0, 8);
  }
  const n = libc.listxattr(procPath(inode.fd), reply.address + OUT, 65536);
  if (n < 0) return answer(errno());
  const byRoot = request.view.getUint32(UID, true) === 0;
  let kept = 0;
  for (let from = OUT; from < OUT + n;) {
    const end = reply.bytes.indexOf(0, from) + 1;
    const name = reply.bytes.subarray(from, end);
    // The kernel lists trusted names to whoever has CAP_SYS_ADMIN; it lists them to us, and of who asks we know the user only.
    if (!isHiddenXattr(name) && (byRoot || !isTrusted(name))) {
      reply.bytes.copyWithin(OUT + kept, from, end);
      kept += end - from;
    }
    from = end;
  }
  if (size === 0) {
    setU64(reply.view, OUT, 0);
    reply.view.setUint32(OUT, kept, true);
    return answer(0, 8);
  }
  return kept > size ? answer(E.RANGE) : answer(0, kept);
}

export function statfs(volume: Volume, answer: Answer): void {
  // struct statfs64 on 64-bit Linux: long type, bsize, blocks, bfree, bavail, files, ffree, fsid, namelen, frsize
  const at = 512 * 1024;
  if (libc.fstatfs(volume.backing, reply.address + at) !== 0) {
    return answer(errno());
  }
  const from = (field: number) => getU64(reply.view, at + field * 8);
  const out = reply.view;
  [2, 3, 4, 5, 6].forEach((field, i) => setU64(out, OUT + i * 8, from(field)));
  out.setUint32(OUT + 40, from(1), true);
  out.setUint32(OUT + 44, from(8), true);
  out.setUint32(OUT + 48, from(9), true);
  reply.bytes.fill(0, OUT + 52, OUT + 80);
  answer(0, 80);
}
