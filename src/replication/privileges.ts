/** Setuid, setgid and capabilities of a program, which whoever changes its data takes away. */
import { S_IFMT, S_IFREG } from "../fuse/abi.ts";
import { AT, E, errno, libc, Memory } from "../system/libc.ts";
import { procPath, statFd, statMode } from "./descriptor.ts";
import type { Inode } from "./inode.ts";

const CAPABILITY = new Memory(4096).string("security.capability", 0);

/**
 * Inodes that have no privileges to lose, so that not every write by anybody but root looks again. Only a change of mode or an
 * extended attribute gives them back; a resync makes new inodes.
 */
const bare = new WeakSet<Inode>();

/** To be said before an inode's mode or extended attributes change. */
export function mayGainPrivileges(inode: Inode): void {
  bare.delete(inode);
}

/** Writing to a file takes its setuid, setgid (if executable by the group) and capabilities away. */
export function stripPrivileges(inode: Inode): number {
  if (bare.has(inode)) return 0;
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
  const removed = libc.removexattr(procPath(inode.fd), CAPABILITY);
  const code = removed === 0 ? 0 : errno();
  if (code && code !== E.NODATA && code !== E.OPNOTSUPP) return code;
  bare.add(inode);
  return 0;
}
