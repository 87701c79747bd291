/** The data of the target: compares by hashes, takes what differs. */
import { S_IFREG } from "../../fuse/abi.ts";
import type { Frame } from "../../peer/frame.ts";
import { equalBytes } from "../../system/bytes.ts";
import { E, errno, errnoName, libc } from "../../system/libc.ts";
import { getU64 } from "../../system/u64.ts";
import { BLOCK, BLOCKS, Chunks, dropCached, SUMMARY } from "../blocks.ts";
import { sizeOf } from "../inspect.ts";
import { CHUNK } from "../marks.ts";
import { KIND, MISSING_DATA } from "../operation.ts";
import { isLasting } from "../unlike_disks.ts";
import type { Volume } from "../volume.ts";
import { type Outcome, quoted } from "./outcome.ts";
import type { Purgatory } from "./purgatory.ts";

export class TargetData {
  /** Bytes that came as data. */
  bytesReceived = 0;
  readonly #chunks = new Chunks();

  constructor(
    readonly outcome: Outcome,
    readonly purgatory: Purgatory,
    readonly fromDisk: boolean,
  ) {}

  file(volume: Volume, id: number, bytes: Uint8Array): string | null {
    if (bytes.length < 8) return "a file without size";
    const size = getU64(new DataView(bytes.buffer, bytes.byteOffset), 0);
    if (volume.bindAt(id, bytes.slice(8)) !== 0) {
      // It moved at the source meanwhile: the source sends it again when its names have come.
      this.outcome.missing(volume, id, MISSING_DATA);
      return null;
    }
    const inode = volume.get(id)!;
    if (inode.type !== S_IFREG) return null;
    const fd = volume.data(inode);
    if (fd < 0) this.outcome.failed(-fd, quoted(bytes.subarray(8)));
    // Only then: it would set the time of a file that is level and unmarked, and a session that breaks off does not set it back.
    else if (sizeOf(inode.fd) !== size && libc.ftruncate(fd, size) !== 0) {
      this.outcome.failed(errno(), quoted(bytes.subarray(8)));
    }
    return null;
  }

  compare(volume: Volume, frame: Frame, theirs: Uint8Array): string | null {
    const blocks = theirs.length / SUMMARY;
    if (!Number.isInteger(blocks) || blocks > BLOCKS) {
      return "hashes of a wrong size";
    }
    const inode = volume.get(frame.id);
    let bits = 0;
    if (inode && inode.type === S_IFREG) {
      const fd = volume.data(inode);
      const mine = new Uint8Array(SUMMARY * BLOCKS);
      // A page that the disk refused stays in memory as if it were written: dropped, it is read as the disk has it.
      if (this.fromDisk && fd >= 0) {
        dropCached(fd, frame.argument);
      }
      const has = fd < 0
        ? -1
        : this.#chunks.summarize(fd, frame.argument, sizeOf(inode.fd), mine);
      for (let block = 0; block < blocks; block++) {
        const at = block * SUMMARY;
        const same = block < has &&
          equalBytes(
            mine.subarray(at, at + SUMMARY),
            theirs.subarray(at, at + SUMMARY),
          );
        if (!same) bits |= 1 << block;
      }
    } else this.outcome.missing(volume, frame.id, MISSING_DATA);
    const answer = new Uint8Array(2);
    new DataView(answer.buffer).setUint16(0, bits, true);
    this.outcome.outgoing.append({
      kind: KIND.BLOCKS,
      volume: volume.index,
      id: frame.id,
      argument: frame.argument,
    }, answer);
    return null;
  }

  write(volume: Volume, frame: Frame, bytes: Uint8Array): string | null {
    if (bytes.length > CHUNK || frame.argument > 2 ** 52) {
      return "data of a wrong size";
    }
    const inode = volume.get(frame.id);
    const fd = inode && inode.type === S_IFREG ? volume.data(inode) : -1;
    if (fd < 0) {
      this.outcome.missing(volume, frame.id, MISSING_DATA);
      return null;
    }
    volume.noteWritten(inode!);
    this.#chunks.memory.bytes.set(bytes, 0);
    for (let done = 0; done < bytes.length;) {
      const n = libc.pwrite(
        fd,
        this.#chunks.memory.address + done,
        bytes.length - done,
        frame.argument + done,
      );
      const code = n === 0 ? E.IO : errno();
      // What must go anyway goes now: a full disk must not keep the copy from becoming smaller.
      if (
        n < 0 && (code === E.NOSPC || code === E.DQUOT) &&
        this.purgatory.shrink()
      ) continue;
      if (n <= 0) {
        this.outcome.failed(code, quoted(volume.pathOf(inode!)));
        // A file that is too large here keeps none of the others from coming.
        if (isLasting(code)) return null;
        return `this node cannot write: ${errnoName(code)}`;
      }
      done += n;
    }
    this.bytesReceived += bytes.length;
    return null;
  }

  punch(volume: Volume, frame: Frame, bytes: Uint8Array): string | null {
    const inode = volume.get(frame.id);
    const fd = inode && inode.type === S_IFREG ? volume.data(inode) : -1;
    if (fd < 0 || bytes.length !== 8) {
      this.outcome.missing(volume, frame.id, MISSING_DATA);
      return null;
    }
    volume.noteWritten(inode!);
    let length = getU64(new DataView(bytes.buffer, bytes.byteOffset), 0);
    if (frame.argument + length > 2 ** 53 - BLOCK) return "a hole without end";
    const end = frame.argument + length;
    // Part of a page would be filled with zeros and stay; behind the file's end is nothing that could be lost.
    if (end >= sizeOf(inode!.fd)) length += (BLOCK - end % BLOCK) % BLOCK;
    const PUNCH_HOLE_KEEP_SIZE = 3;
    if (
      length === 0 ||
      libc.fallocate(fd, PUNCH_HOLE_KEEP_SIZE, frame.argument, length) === 0
    ) return null;
    const refused = errno();
    if (refused !== E.OPNOTSUPP) {
      this.outcome.failed(refused, quoted(volume.pathOf(inode!)));
      return null;
    }
    // A file system without holes: zeros are the same data.
    this.#chunks.memory.bytes.fill(0, 0, BLOCK);
    for (let done = 0; done < length;) {
      const n = libc.pwrite(
        fd,
        this.#chunks.memory.address,
        Math.min(BLOCK, length - done),
        frame.argument + done,
      );
      if (n <= 0) {
        const code = n === 0 ? E.IO : errno();
        this.outcome.failed(code, quoted(volume.pathOf(inode!)));
        return null;
      }
      done += n;
    }
    return null;
  }
}
