/**
 * File handles (name_to_handle_at(2)): a few bytes by which the file system finds an inode again without a descriptor that waits.
 * They hold its generation, so that a deleted file's handle never opens its successor: ESTALE. Needs CAP_DAC_READ_SEARCH.
 */
import { AT, E, errno, libc, Memory, O } from "../system/libc.ts";
import { procPath } from "./descriptor.ts";

// struct file_handle: u32 handle_bytes, s32 handle_type, bytes
const memory = new Memory(4096);
const EMPTY = 0, MOUNT_ID = 8, SIZE = 16, TYPE = 20, BYTES = 24;
memory.string("", EMPTY);
/** ext4 8, XFS and tmpfs 12, Btrfs 20 bytes; more only where one file system lies on another. */
const MAX_HANDLE = 32;

export class FileHandles {
  /** Bytes of this file system's handles. */
  readonly size: number;
  /** open_by_handle_at takes no O_PATH descriptor. */
  readonly #mount: number;

  /** Or errno: the file system of `backing` has no handles, or this process may not use them. */
  static open(backing: number): FileHandles | number {
    const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
    const mount = libc.open(procPath(backing), flags, 0);
    if (mount < 0) return errno();
    const error = encode(backing);
    const handles = new FileHandles(mount, error ? 0 : sizeOfLast());
    const trial = error ? -error : handles.open(lastHandle(), lastType());
    if (trial >= 0) libc.close(trial);
    else handles.close();
    return trial < 0 ? -trial : handles;
  }

  private constructor(mount: number, size: number) {
    this.#mount = mount;
    this.size = size;
  }

  /** Type (0 to 255) of the handle of the inode behind `fd`, whose bytes are put into `out`, zeros after them; -1: it has none. */
  of(fd: number, out: Uint8Array): number {
    if (encode(fd) !== 0 || sizeOfLast() !== this.size) return -1;
    out.set(memory.bytes.subarray(BYTES, BYTES + this.size));
    return lastType() <= 255 ? lastType() : -1;
  }

  /** An O_PATH descriptor of the inode; -errno. ESTALE: it exists no more. */
  open(handle: Uint8Array, type: number): number {
    memory.view.setUint32(SIZE, this.size, true);
    memory.view.setInt32(TYPE, type, true);
    memory.bytes.set(handle.subarray(0, this.size), BYTES);
    const fd = libc.open_by_handle_at(
      this.#mount,
      memory.address + SIZE,
      O.PATH | O.NOFOLLOW | O.CLOEXEC,
    );
    return fd < 0 ? -errno() : fd;
  }

  close(): void {
    libc.close(this.#mount);
  }
}

function encode(fd: number): number {
  memory.view.setUint32(SIZE, MAX_HANDLE, true);
  return libc.name_to_handle_at(
      fd,
      memory.address + EMPTY,
      memory.address + SIZE,
      memory.address + MOUNT_ID,
      AT.EMPTY_PATH,
    ) === 0
    ? 0
    : errno() || E.INVAL;
}

const sizeOfLast = () => memory.view.getUint32(SIZE, true);
const lastType = () => memory.view.getInt32(TYPE, true);
const lastHandle = () => memory.bytes.slice(BYTES, BYTES + MAX_HANDLE);
