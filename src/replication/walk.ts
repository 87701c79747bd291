/** From a path to a descriptor, name by name: nothing that an application or a peer puts into a path leads out of the directory. */
import { E, errno, libc, Memory, O } from "../system/libc.ts";
import { HIDDEN, validName } from "./name.ts";

const memory = new Memory(4096);

/** Walks `path` (bytes, relative, no leading slash) from `backing`, never through a symlink; a new O_PATH descriptor or -errno. */
export function walk(backing: number, path: Uint8Array): number {
  let fd = libc.openat(
    backing,
    memory.string("."),
    O.PATH | O.DIRECTORY | O.CLOEXEC,
    0,
  );
  if (fd < 0) return -errno();
  if (path.length === 0) return fd;
  let start = 0;
  while (start <= path.length) {
    let end = path.indexOf(47, start);
    if (end < 0) end = path.length;
    const name = path.subarray(start, end);
    if (!validName(name)) {
      libc.close(fd);
      return -E.INVAL;
    }
    const next = libc.openat(
      fd,
      memory.string(name),
      O.PATH | O.NOFOLLOW | O.CLOEXEC,
      0,
    );
    const error = next < 0 ? errno() : 0;
    libc.close(fd);
    if (error) return -error;
    fd = next;
    start = end + 1;
  }
  return fd;
}

/** An O_PATH descriptor of the folder `name` in our own folder, both made when missing; -errno. */
export function openHidden(backing: number, name: string): number {
  let fd = backing;
  for (const part of [HIDDEN, name]) {
    const at = memory.string(part);
    const made = libc.mkdirat(fd, at, 0o700);
    let error = made === 0 ? 0 : errno();
    const flags = O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC;
    const next = libc.openat(fd, at, flags, 0);
    if (next >= 0) error = 0;
    else if (error === 0 || error === E.EXIST) error = errno();
    if (fd !== backing) libc.close(fd);
    if (error) return -error;
    fd = next;
  }
  return fd;
}
