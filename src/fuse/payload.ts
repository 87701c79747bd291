/** What a request asks for, as the payload of the operation that does it on both nodes. */
import { SETATTR_SIZE, UTIME_NOW } from "../replication/apply.ts";
import { KIND } from "../replication/operation.ts";
import { stat, statFd, statMode } from "../replication/descriptor.ts";
import type { Inode } from "../replication/inode.ts";
import { equalBytes } from "../system/bytes.ts";
import { O } from "../system/libc.ts";
import { getU64 } from "../system/u64.ts";
import {
  FATTR,
  FILE_LIMIT,
  type Negotiated,
  OP,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  SETXATTR_ACL_KILL_SGID,
  STATX,
} from "./abi.ts";
import { BODY, request } from "./request.ts";

/** struct fuse_in_header. */
const CALLER_UID = 24, CALLER_GID = 28;

/** The times of struct fuse_setattr_in: their flags, where they stand, and where they go in our payload. */
const TIMES = [
  {
    set: FATTR.ATIME,
    setNow: FATTR.ATIME_NOW,
    seconds: 32,
    nanoseconds: 56,
    to: 24,
  },
  {
    set: FATTR.MTIME,
    setNow: FATTR.MTIME_NOW,
    seconds: 40,
    nanoseconds: 60,
    to: 36,
  },
] as const;

/** What a SETATTR may ask for and we do. */
const SETS = FATTR.MODE | FATTR.UID | FATTR.GID | FATTR.SIZE | FATTR.ATIME |
  FATTR.MTIME | FATTR.KILL_SUIDGID;

/** SETATTR's payload; null: larger than a file may be. */
export function setattrPayload(inode: Inode): Uint8Array | null {
  const view = request.view;
  const payload = new Uint8Array(SETATTR_SIZE);
  const out = new DataView(payload.buffer);
  let valid = view.getUint32(BODY, true);
  if (valid & FATTR.SIZE && getU64(view, BODY + 16) > FILE_LIMIT) return null;
  for (const { set, setNow, seconds, nanoseconds, to } of TIMES) {
    out.setBigUint64(to, view.getBigUint64(BODY + seconds, true), true);
    out.setUint32(to + 8, view.getUint32(BODY + nanoseconds, true), true);
    if (valid & setNow) {
      valid |= set;
      out.setUint32(to + 8, UTIME_NOW, true);
    }
  }
  valid &= SETS;
  let mode = view.getUint32(BODY + 68, true);
  // Before somebody changes the data of a program the kernel asks for nothing at all, and the change takes its privileges. What the change
  // itself cannot take goes here; the rest does not, for a change that is refused takes nothing.
  const changes = valid === 0
    ? callerMayWrite(inode)
    : (valid & (FATTR.KILL_SUIDGID | FATTR.MODE)) === FATTR.KILL_SUIDGID;
  if (changes && isStrangersSetgid(inode)) {
    valid |= FATTR.MODE;
    mode = statMode() & 0o1777;
  }
  out.setUint32(0, valid, true);
  out.setUint32(4, mode, true);
  out.setUint32(8, view.getUint32(BODY + 76, true), true);
  out.setUint32(12, view.getUint32(BODY + 80, true), true);
  out.setBigUint64(16, view.getBigUint64(BODY + 16, true), true);
  return payload;
}

/** SETATTR's payload that makes now the time of modification. */
export function modifiedNow(): Uint8Array {
  const payload = new Uint8Array(SETATTR_SIZE);
  const out = new DataView(payload.buffer);
  out.setUint32(0, FATTR.MTIME, true);
  out.setUint32(44, UTIME_NOW, true);
  return payload;
}

/** Something new: CREATE or TMPFILE. */
export interface Making {
  readonly kind: number;
  readonly umask: number;
  readonly payload: Uint8Array;
  /** The name's bytes in the request. */
  readonly name: number;
  readonly nameEnd: number;
  /** The answer is an open file too. */
  readonly opens: boolean;
  /** It has no name and never gets one. */
  readonly nameForbidden: boolean;
}

/** Where mode, umask and names stand behind BODY: struct fuse_create_in, fuse_mknod_in, fuse_mkdir_in, nothing. */
const LAYOUT = new Map<number, { mode: number; umask: number; names: number }>([
  [OP.CREATE, { mode: 4, umask: 8, names: 16 }],
  [OP.TMPFILE, { mode: 4, umask: 8, names: 16 }],
  [OP.MKNOD, { mode: 0, umask: 8, names: 16 }],
  [OP.MKDIR, { mode: 0, umask: 4, names: 8 }],
]);

/** Reads a request of `length` bytes that makes something in `parent`. */
export function makingOf(
  opcode: number,
  parent: Inode,
  of: { readonly length: number; readonly kernel: Negotiated },
): Making {
  const view = request.view;
  const nameless = opcode === OP.TMPFILE;
  const layout = LAYOUT.get(opcode);
  const name = BODY + (layout?.names ?? 0);
  let mode = S_IFLNK | 0o777;
  if (layout) mode = view.getUint32(BODY + layout.mode, true);
  if (opcode === OP.MKDIR) mode = (mode & 0o7777) | S_IFDIR;
  if (strangersSetgid(parent, mode, of.kernel)) mode &= ~0o2000;
  // What the kernel gives a nameless file as a name means nothing.
  const end = nameless ? name : of.length;
  const payload = new Uint8Array(16 + end - name);
  const out = new DataView(payload.buffer);
  out.setUint32(0, mode, true);
  out.setUint32(4, view.getUint32(CALLER_UID, true), true);
  out.setUint32(8, view.getUint32(CALLER_GID, true), true);
  const rdev = opcode === OP.MKNOD ? view.getUint32(BODY + 4, true) : 0;
  out.setUint32(12, rdev, true);
  payload.set(request.bytes.subarray(name, end), 16);
  return {
    kind: nameless ? KIND.TMPFILE : KIND.CREATE,
    umask: layout ? view.getUint32(BODY + layout.umask, true) & 0o777 : 0,
    payload,
    name,
    nameEnd: nameless ? name : request.bytes.indexOf(0, name),
    opens: nameless || opcode === OP.CREATE,
    nameForbidden: nameless && (view.getUint32(BODY, true) & O.EXCL) !== 0,
  };
}

/** A program with setgid made in a setgid directory by somebody outside of its group: he must not get that group's rights. */
function strangersSetgid(
  parent: Inode,
  mode: number,
  kernel: Negotiated,
): boolean {
  if (kernel.stripsSetgid) return false;
  if ((mode & (S_IFMT | 0o2010)) !== (S_IFREG | 0o2010)) return false;
  return statFd(parent.fd) === 0 && (statMode() & 0o2000) !== 0 &&
    callerIsStranger();
}

/**
 * Whether somebody other than root may write to a file, as far as its mode and his first group say. It looks the same when anybody at all
 * has it chowned to nobody else, which is to take nothing away.
 */
function callerMayWrite(inode: Inode): boolean {
  const uid = request.view.getUint32(CALLER_UID, true);
  if (uid === 0 || statFd(inode.fd) !== 0) return false;
  if (uid === stat.view.getUint32(stat.at + STATX.uid, true)) return true;
  return (statMode() & (callerIsStranger() ? 0o002 : 0o020)) !== 0;
}

/**
 * Whether a file, now in `stat`, has the setgid bit without the group's execute right (where it has, it goes whoever changes the data), and
 * is changed by somebody outside its group: since Linux 6.2 he takes it away too.
 */
function isStrangersSetgid(inode: Inode): boolean {
  return statFd(inode.fd) === 0 &&
    (statMode() & (S_IFMT | 0o2010)) === (S_IFREG | 0o2000) &&
    callerIsStranger();
}

/** Whether setting this attribute takes the setgid bit: an access list set by somebody outside the file's group does. */
export function aclTakesSetgid(
  inode: Inode,
  name: Uint8Array,
  kernel: Negotiated,
): boolean {
  // The kernel says so of a directory's default list too, which gives nobody any right in it.
  if (!isAccessList(name)) return false;
  if (kernel.setxattrExtended) {
    const flags = request.view.getUint32(BODY + 8, true);
    return (flags & SETXATTR_ACL_KILL_SGID) !== 0;
  }
  return statFd(inode.fd) === 0 && callerIsStranger();
}

/** Neither root nor of the group in `stat`. His other groups are not known here: rather a bit too little than too much. */
function callerIsStranger(): boolean {
  return request.view.getUint32(CALLER_UID, true) !== 0 &&
    request.view.getUint32(CALLER_GID, true) !==
      stat.view.getUint32(stat.at + STATX.gid, true);
}

const ACCESS_LIST = new TextEncoder().encode("system.posix_acl_access");
function isAccessList(name: Uint8Array): boolean {
  return equalBytes(name, ACCESS_LIST);
}
