/**
 * Which errnos say that a disk, or the file system on it, is sick: as long as the peer has a good copy, it is the one to go on with.
 * None of them can be brought about by what an application asks for. Pure.
 */
import { E, errnoName } from "../system/libc.ts";

const SICK = new Set<number>([
  E.IO,
  E.ROFS,
  // ext4, XFS, Btrfs and F2FS: what stands on the disk is no file system's (EFSCORRUPTED), or its checksum is wrong (EFSBADCRC).
  E.UCLEAN,
  E.BADMSG,
  // The device is gone, or was shut down below.
  E.NXIO,
  E.NODEV,
  E.NOMEDIUM,
  E.SHUTDOWN,
  // What block devices say of a path to a disk, a target, or a disk that does not answer in time.
  E.NOLINK,
  E.REMOTEIO,
  E.TIMEDOUT,
]);

export function isSick(error: number): boolean {
  return SICK.has(error);
}

/** Of these: what says so of one place says so of all, and what memory still had for this disk will not get there. */
const SHUT = new Set<number>([
  E.ROFS,
  E.NXIO,
  E.NODEV,
  E.NOMEDIUM,
  E.SHUTDOWN,
]);

/**
 * Whether a disk that refuses a change so takes none at all any more. EIO and EUCLEAN may be one bad sector or one damaged directory,
 * which levelling mends or names; where they are more, the next sync says so (disk.ts).
 */
export function isShut(error: number): boolean {
  return SHUT.has(error);
}

/** The sentence about it; null: this errno is an ordinary answer. */
export function sickness(
  doing: "reading" | "writing",
  path: string,
  error: number,
): string | null {
  return isSick(error)
    ? `${doing} below "${path}" failed: ${errnoName(error)}`
    : null;
}
