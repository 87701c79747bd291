/** /dev/fuse and the mount over the mirrored directory itself. The backing is reached through a descriptor opened before. */
import {
  E,
  errno,
  ErrnoError,
  errnoName,
  libc,
  Memory,
  O,
  SYS,
} from "../system/libc.ts";
import { forbidden, mounts, OURS, withoutLinks } from "./mounts.ts";

const scratch = new Memory(64 * 1024);
const MNT_DETACH = 2;
const CONNECTIONS = "/sys/fs/fuse/connections";
/** Measured on a pair: sequential reads 1.7 times as fast as with 128; with 1024 no faster, and random faults slower. */
const READ_AHEAD_KIB = 512;

/** How many mounts of ours cover `path`, which may be a symlink; several when mounts were stacked by crashes. */
export function ourMounts(path: string): number {
  const place = withoutLinks(path);
  return mounts().filter(({ point, type }) => point === place && type === OURS)
    .length;
}

/** Takes away mounts that a killed replicator left: they answer ENOTCONN, and would hide the data. */
export function clearStaleMounts(path: string): number {
  const count = ourMounts(path);
  for (let i = 0; i < count; i++) {
    if (libc.umount2(scratch.string(path), MNT_DETACH) !== 0) {
      throw new ErrnoError(`Cannot take away the stale mount over "${path}"`);
    }
  }
  return count;
}

/**
 * Makes mounts over `path` whose replicator hangs such as one that died leaves: whoever waits in them, where no signal reaches him, gets an
 * error, and so does who comes; nobody finds the directory below (kernel documentation, filesystems/fuse, "Aborting a filesystem
 * connection"). Throws where the kernel's control files cannot be had.
 */
export function abortMounts(path: string): void {
  const place = withoutLinks(path);
  for (const { point, type, device } of mounts()) {
    if (point !== place || type !== OURS) continue;
    const abort = `${CONNECTIONS}/${device.split(":")[1]}/abort`;
    try {
      Deno.writeTextFileSync(abort, "1", { create: false });
    } catch {
      // Mounted when somebody asks for it, where systemd runs.
      libc.mount(
        scratch.string("fusectl"),
        scratch.string(CONNECTIONS, 64),
        scratch.string("fusectl", 8192),
        0,
        0,
      );
      Deno.writeTextFileSync(abort, "1", { create: false });
    }
  }
}

/**
 * Opens the directory that is to be mirrored, as a private clone of its mount: ".." and later mounts cannot lead out of it into
 * our own mount, where we would wait for ourselves. Kernel 5.2 and later; else a plain descriptor.
 */
export function openBacking(path: string): number {
  const OPEN_TREE_CLONE = 1;
  const cloned = Number(
    libc.syscall3(
      SYS.open_tree,
      -100,
      scratch.string(path),
      OPEN_TREE_CLONE | O.CLOEXEC,
    ),
  );
  if (cloned >= 0) return cloned;
  const plain = libc.open(
    scratch.string(path),
    O.PATH | O.DIRECTORY | O.CLOEXEC,
    0,
  );
  if (plain < 0) throw new ErrnoError(`Cannot open directory "${path}"`);
  return plain;
}

export class Device {
  /** -1 after the end: the number may be another file's then, and answers still come (fsyncs that were under way). */
  fd: number;
  #mounted = true;

  /** Where it is mounted; a symlink that led there may lead elsewhere by the end. */
  readonly path: string;

  /** Mounts over `path`. Errors: no /dev/fuse (module fuse missing), not root. */
  constructor(path: string) {
    this.path = withoutLinks(path);
    this.fd = libc.open(
      scratch.string("/dev/fuse"),
      O.RDWR | O.NONBLOCK | O.CLOEXEC,
      0,
    );
    if (this.fd < 0) {
      throw new ErrnoError(
        "Cannot open /dev/fuse (is the kernel module fuse loaded?)",
      );
    }
    const options =
      `fd=${this.fd},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions,max_read=1048576`;
    const source = scratch.string("hakit");
    const target = scratch.string(this.path, 64);
    const type = scratch.string(OURS, 8192);
    const data = scratch.string(options, 8256);
    const flags = forbidden(mounts(), this.path);
    if (libc.mount(source, target, type, flags, data) !== 0) {
      const code = errno();
      libc.close(this.fd);
      throw new ErrnoError(`Cannot mount over "${path}"`, code);
    }
  }

  /**
   * Lets the kernel read more ahead than 128 KiB: a sequential read waits for us less often. Not the most that a request can carry: a page
   * fault in a mapped file asks for all of it. After INIT, whose answer only makes it less; where /sys cannot be written it stays as it is.
   */
  readAhead(kib = READ_AHEAD_KIB): void {
    const ours = mounts().findLast(({ point, type }) =>
      point === this.path && type === OURS
    );
    try {
      Deno.writeTextFileSync(
        `/sys/class/bdi/${ours?.device}/read_ahead_kb`,
        String(kib),
      );
    } catch {
      // Slower, not wrong.
    }
  }

  /** The kernel said that the mount is gone (ENODEV). */
  unmounted(): void {
    this.#mounted = false;
  }

  /**
   * Aborts what still hangs on the mount, which stays and answers ENOTCONN until somebody clears it: services that are to be stopped must
   * not find the directory below.
   */
  abort(): void {
    if (this.fd >= 0) libc.close(this.fd);
    this.fd = -1;
  }

  /** Aborts what still hangs on the mount and closes it. Never waits: call when an orderly unmount has ended or is hopeless. */
  [Symbol.dispose](): void {
    this.abort();
    // An unmount that has begun has taken it from there, however long it writes back: what stands there then is the disk below.
    if (
      this.#mounted && ourMounts(this.path) > 0 &&
      libc.umount2(scratch.string(this.path), MNT_DETACH) !== 0
    ) {
      const code = errno();
      if (code !== E.INVAL) {
        throw new Error(`Cannot unmount "${this.path}": ${errnoName(code)}`);
      }
    }
    this.#mounted = false;
  }
}
