/**
 * One vocabulary from the kernel to the peer's disk: every change of a mirrored directory, and what the replicators say besides.
 * The same frame is applied on both nodes. Pure.
 */

/** Sorts in WANTED: of anything else only the attributes are wanted. */
export const WANTED_FILE = 0;
export const WANTED_DIRECTORY = 1;
export const WANTED_OTHER = 2;

/** Flags of MISSING: what to send again, its attributes in any case. */
export const MISSING_NAMES = 1;
export const MISSING_DATA = 2;
/** Flag of META: the primary's disk has room for all of the file. */
export const META_RESERVED = 1;

/** Kinds below 64 are operations: numbered, applied in order on both nodes, acknowledged. */
export const KIND = {
  /** argument offset; payload data; flags bit 0: strip setuid, setgid and capabilities. */
  WRITE: 1,
  /** payload struct of `SETATTR` (see intercept). */
  SETATTR: 2,
  /**
   * id new inode; argument parent id; flags the caller's umask; payload mode, uid, gid, rdev (u32 each), name\0[, target\0].
   * Directory, file, special, symlink by mode.
   */
  CREATE: 3,
  /** id parent; payload name. */
  UNLINK: 4,
  RMDIR: 5,
  /** id old parent; argument new parent; flags of renameat2; payload old\0new. */
  RENAME: 6,
  /** id inode; argument new parent; payload name. */
  LINK: 7,
  /** argument xattr flags; payload name\0value; flags bit 0: the setgid bit goes too. */
  SETXATTR: 8,
  REMOVEXATTR: 9,
  /** argument offset; payload u64 length, u32 mode; flags bit 0 as for WRITE. */
  FALLOCATE: 10,
  /** Makes durable; answered by SYNCED, not by ACK. argument 1: data only; flags bit 0: directory. */
  FSYNC: 11,
  /** The times of an inode as the primary's disk has them: payload atime s, ns, mtime s, ns. */
  TIMES: 12,
  /** Names an inode for this session: id; payload path below the volume's root. */
  BIND: 13,
  /** Payload: u64 ids that the primary's kernel has forgotten. */
  FORGET: 14,
  /** A file without a name (O_TMPFILE), as CREATE without one; LINK may give it one later. */
  TMPFILE: 15,
  /** argument offset; payload u64 source id, u64 source offset, u32 length (all of it is there); flags bit 0 as for WRITE. */
  COPY: 16,
  /** Compares a place on both disks, both as they are at this number: flags a sort of `CHECK`; answered by CHECKED. Changes nothing. */
  CHECK: 17,

  /** Secondary to primary: everything up to `sequence` is applied. */
  ACK: 64,
  /** Secondary to primary: operation `sequence` failed with errno = argument. */
  FAILED: 65,
  /** Answer to FSYNC: argument errno. */
  SYNCED: 66,
  /** Both ways: everything up to `sequence` is on this node's disk. id: the tide to be kept next, or (secondary's) that is kept; 0: none. */
  SETTLED: 67,
  PING: 68,
  PONG: 69,
  /** Orderly goodbye: everything sent was applied. id as in SETTLED. */
  CLOSE: 70,
  /** Answer to CHECK, with its number: what stands at the secondary. */
  CHECKED: 71,
  /** JSON payloads. */
  HELLO: 80,
  PROOF: 81,
  WELCOME: 82,
  /** Secondary to primary, instead of its HELLO: {version, why}. */
  REFUSED: 83,
  /** Resync, source to target: JSON or binary, see resync files. */
  BEGIN: 96,
  LIST: 97,
  LISTED: 98,
  FILE: 99,
  HASHES: 100,
  DATA: 101,
  HOLE: 102,
  META: 103,
  END: 104,
  HINT: 105,
  /** Resync, target to source. */
  WANTED: 112,
  BLOCKS: 113,
  ENDED: 114,
  LEVEL: 115,
  MARKS: 116,
  /** flags: what the source is to send again, MISSING_NAMES or MISSING_DATA; its attributes always. */
  MISSING: 117,
} as const;
