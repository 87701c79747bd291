/** Handlers of requests that only look. Each translates, calls, maps the error. */
import {
  type Inode,
  procPath,
  stat,
  statFd,
  type Volume,
} from "../replication/volume.ts";
import { E, errno, libc, Memory } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import { MAX_WRITE, OP, VALID_SECONDS, writeAttr } from "./abi.ts";
import { type Answer, BODY, OUT, reply, request } from "./request.ts";

const HIDDEN_XATTR = "trusted.hakit.";
const encoder = new TextEncoder(), decoder = new TextDecoder();
const emptyString = new Memory(4096).string("");

/** Our own attributes are invisible; access control lists are not mirrored yet, so that they are refused and not lost. */
export function refuseXattr(from: number, to: number): number {
  const name = decoder.decode(request.bytes.slice(from, to));
  if (name.startsWith(HIDDEN_XATTR)) return E.PERM;
  if (name.startsWith("system.posix_acl_")) return E.OPNOTSUPP;
  return 0;
}

export function getattr(inode: Inode, answer: Answer): void {
  const error = statFd(inode.fd);
  if (error) return answer(error);
  setU64(reply.view, OUT, VALID_SECONDS);
  setU64(reply.view, OUT + 8, 0);
  writeAttr(reply.view, OUT + 16, stat.view, stat.at);
  answer(0, 104);
}

export function readlink(inode: Inode, answer: Answer): void {
  const n = libc.readlinkat(inode.fd, emptyString, reply.address + OUT, 4096);
  return n < 0 ? answer(errno()) : answer(0, n);
}

export function read(volume: Volume, inode: Inode, answer: Answer): void {
  const fd = volume.data(inode);
  if (fd < 0) return answer(-fd);
  const size = Math.min(request.view.getUint32(BODY + 16, true), MAX_WRITE);
  const n = libc.pread(
    fd,
    reply.address + OUT,
    size,
    getU64(request.view, BODY + 8),
  );
  return n < 0 ? answer(errno()) : answer(0, n);
}

export function lseek(volume: Volume, inode: Inode, answer: Answer): void {
  const fd = volume.data(inode);
  if (fd < 0) return answer(-fd);
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
    const refused = refuseXattr(BODY + 8, end);
    if (refused) return answer(refused === E.PERM ? E.NODATA : refused);
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
  const names = decoder.decode(reply.bytes.slice(OUT, OUT + n)).split("\0")
    .filter((name) =>
      name && !name.startsWith(HIDDEN_XATTR) &&
      !name.startsWith("system.posix_acl_")
    );
  const kept = encoder.encode(names.map((name) => name + "\0").join(""));
  if (size === 0) {
    setU64(reply.view, OUT, 0);
    reply.view.setUint32(OUT, kept.length, true);
    return answer(0, 8);
  }
  if (kept.length > size) return answer(E.RANGE);
  reply.bytes.set(kept, OUT);
  answer(0, kept.length);
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
