/**
 * Serves one mount: reads the kernel's requests, answers those that only look, and turns those that change into operations of the
 * pipeline, which answers them when the change is safe. Each handler translates and calls; the order of things is the pipeline's.
 */
import { HEADER } from "../peer/frame.ts";
import { PIECE } from "../replication/blocks.ts";
import type { Marks } from "../replication/marks.ts";
import { KIND } from "../replication/operation.ts";
import type { Pipeline } from "../replication/pipeline.ts";
import { stat } from "../replication/descriptor.ts";
import type { Inode } from "../replication/inode.ts";
import type { Volume } from "../replication/volume.ts";
import { E, errno, libc, O } from "../system/libc.ts";
import { getU64, setU64 } from "../system/u64.ts";
import {
  FILE_LIMIT,
  IN_HEADER,
  MAX_REQUEST,
  negotiate,
  OP,
  WRITE_CACHE,
  WRITE_KILL_SUIDGID,
  writeEntry,
} from "./abi.ts";
import { answerEntry, Changes, hides } from "./change.ts";
import type { ColdReads } from "./cold_reads.ts";
import type { Device } from "./device.ts";
import { noteFlags, openFlags } from "./page_cache.ts";
import { Room } from "./room.ts";
import { Directories } from "./directories.ts";
import {
  getattr,
  lseek,
  read,
  readlink,
  readXattr,
  statfs,
  statx,
  takesAcls,
} from "./look.ts";
import { isLong, submitInParts } from "./parts.ts";
import type { Turnstile } from "./turnstile.ts";
import {
  type Answer,
  BODY,
  OUT,
  reply,
  request,
  send,
  writeOpen,
} from "./request.ts";
import { answerThrough, O_DSYNC } from "./write_through.ts";

/** Requests taken in one turn of the loop before acknowledgements are looked at again. */
const BATCH = 64;
/** Of requests that wait: above this no more are read, as where the pipeline is full. Each turn copies them once more. */
const MOST_DEFERRED = 16 << 20;

/** A request that waits. */
interface Deferred {
  readonly bytes: Uint8Array;
  /** What it waits for: so many operations on this inode have ended. Null: something else. */
  readonly after: { readonly inode: Inode; readonly ended: number } | null;
}

const saved = new Uint8Array(IN_HEADER);
/** Where fuse_in_header has the inode's id. */
const NODE_ID = 16;

export class Server {
  /** Requests that wait for names to settle or for writes to be done here. */
  #deferred: Deferred[] = [];
  #deferredBytes = 0;
  /** The request that is tried again, and what it has waited for. */
  #retried: Uint8Array | null = null;
  #waited: Deferred["after"] = null;
  readonly #directories: Directories;
  readonly #changes: Changes;
  readonly #room: Room;

  constructor(
    readonly device: Device,
    readonly volume: Volume,
    readonly pipeline: Pipeline,
    readonly turnstile: Turnstile,
    readonly cold: ColdReads,
  ) {
    this.#directories = new Directories(volume);
    this.#room = new Room(volume.backing);
    this.#changes = new Changes(volume, pipeline);
  }

  /** Reads what waits, at most a batch. False: the mount is gone. */
  intake(): boolean {
    this.#retry();
    for (let i = 0; i < BATCH && this.takes; i++) {
      const memory = this.pipeline.memory;
      // Read so that a WRITE's data lands where its frame's payload belongs: the kernel's 80 bytes before it take the place of
      // our header and of the 40 bytes before, which are put back.
      const at = this.pipeline.place();
      const from = at - IN_HEADER;
      saved.set(memory.bytes.subarray(from, at));
      const n = libc.read(this.device.fd, memory.address + from, MAX_REQUEST);
      if (n < 0) {
        const code = errno();
        memory.bytes.set(saved, from);
        if (code === E.AGAIN) return true;
        if (code === E.INTR || code === E.NOENT) continue;
        if (code === E.NODEV || code === 103) this.device.unmounted();
        return false;
      }
      const opcode = memory.view.getUint32(from + 4, true);
      if (opcode === OP.WRITE && this.#write(from, at)) {
        continue;
      }
      request.bytes.set(memory.bytes.subarray(from, from + n), 0);
      memory.bytes.set(saved, from);
      this.#dispatch(n);
    }
    return true;
  }

  /** False: read no more requests now. */
  get takes(): boolean {
    return this.pipeline.accepting && this.#deferredBytes < MOST_DEFERRED;
  }

  get hasDeferred(): boolean {
    return this.#deferred.length > 0 || this.#forgotten.size > 0;
  }

  /** Tries what waited; some of it may wait again. */
  #retry(): void {
    if (this.#forgotten.size > 0) this.#dropForgotten();
    const waiting = this.#deferred;
    this.#deferred = [];
    for (const [i, { bytes, after }] of waiting.entries()) {
      // Before the peer is given back what this disk refused, a copy of it would be another one there.
      if (!this.pipeline.accepting) {
        this.#deferred.push(...waiting.slice(i));
        break;
      }
      request.bytes.set(bytes, 0);
      this.#deferredBytes -= bytes.length;
      this.#retried = bytes;
      this.#waited = after;
      this.#dispatch(bytes.length);
    }
    this.#retried = this.#waited = null;
  }

  #defer(length: number, after: Deferred["after"] = null): void {
    const bytes = this.#retried ?? request.bytes.slice(0, length);
    this.#deferredBytes += bytes.length;
    this.#deferred.push({ bytes, after });
  }

  /**
   * Whoever looks waits for what had been changed when it came; true: it does. Not for what is changed since: of a file with several
   * writers something is under way all the time, and it would never get its turn.
   */
  #waitsForChanges(inode: Inode, length: number): boolean {
    if (inode.pending === 0) return false;
    const after = this.#waited?.inode === inode
      ? this.#waited
      : { inode, ended: inode.ended + inode.pending };
    if (inode.ended >= after.ended) return false;
    this.#defer(length, after);
    return true;
  }

  /** The kernel believes our size: it must be the one that the writes have made which were answered already. */
  #waitsForSize(inode: Inode, length: number): boolean {
    return inode.ahead > 0 && this.#waitsForChanges(inode, length);
  }

  /** A WRITE that needs nothing before it; false: it goes the long way (nothing was changed). */
  #write(from: number, at: number): boolean {
    const memory = this.pipeline.memory, view = memory.view;
    const id = getU64(view, from + 16);
    const inode = this.volume.get(id);
    if (!inode || inode.own) return false;
    const session = this.pipeline.session;
    if (
      session && inode.boundIn !== session.number && inode !== this.volume.root
    ) return false;
    const unique = {
      low: view.getUint32(from + 8, true),
      high: view.getUint32(from + 12, true),
    };
    const offset = getU64(view, at + 8), size = view.getUint32(at + 16, true);
    if (offset + size > FILE_LIMIT) return false;
    if (inode.hasUntold) return false;
    const how = view.getUint32(at + 20, true);
    const flags = view.getUint32(at + 32, true);
    noteFlags(inode, flags);
    const ahead = this.#mayAnswerAhead(flags);
    const { volume } = this;
    let written = size;
    const answer = answerThrough(
      this.pipeline,
      { volume, inode, flags, local: false },
      (error) =>
        this.turnstile.pass(() => {
          setU64(reply.view, OUT, written);
          send(this.device.fd, unique, error, 8);
        }),
    );
    memory.bytes.set(saved, from);
    const operation = {
      kind: KIND.WRITE,
      id,
      argument: offset,
      flags: how & WRITE_KILL_SUIDGID ? 1 : 0,
    };
    const about = { volume, inode, ahead };
    // A part of what is written back would count as all of it: the rest would be lost, and msync succeed.
    const whole = !session || (how & WRITE_CACHE) !== 0 || !isLong(size);
    if (whole) this.pipeline.submit(operation, { ...about, answer }, size);
    else {
      submitInParts(this.pipeline, operation, about, {
        at: at + HEADER,
        size,
        direct: (flags & O.DIRECT) !== 0,
        answer(error, length) {
          written = length;
          answer(error);
        },
      });
    }
    return true;
  }

  /** `flags` of the open file. */
  #mayAnswerAhead(flags: number): boolean {
    if (flags & O_DSYNC) return false;
    const now = this.pipeline.now();
    return this.volume.mayAnswerAhead(now) && this.#room.isEnough(now);
  }

  #dispatch(length: number): void {
    const view = request.view;
    const opcode = view.getUint32(4, true);
    const id = getU64(view, 16);
    const unique = {
      low: view.getUint32(8, true),
      high: view.getUint32(12, true),
    };
    if (opcode === OP.FORGET) return this.#forget(1, NODE_ID, BODY);
    if (opcode === OP.BATCH_FORGET) {
      const count = view.getUint32(BODY, true);
      return this.#forget(count, BODY + 8, BODY + 16);
    }
    const answer = (error: number, size = 0) =>
      send(this.device.fd, unique, error, size);
    if (opcode === OP.INIT) {
      const acls = takesAcls(this.volume);
      this.#changes.kernel = negotiate(view, BODY, reply.view, OUT, acls);
      answer(0, 64);
      return this.device.readAhead();
    }
    if (opcode === OP.STATFS) return statfs(this.volume, answer);
    const inode = this.volume.get(id);
    if (!inode) {
      return answer(
        opcode === OP.INTERRUPT || opcode === OP.DESTROY ? E.NOSYS : E.STALE,
      );
    }
    const shown = this.#shown(opcode, inode, answer);
    switch (opcode) {
      case OP.LOOKUP:
        return this.#lookup(inode, length, shown);
      case OP.GETATTR:
        if (this.#waitsForSize(inode, length)) return;
        return getattr(inode, shown);
      case OP.STATX:
        if (this.#waitsForSize(inode, length)) return;
        return statx(inode, shown);
      case OP.READLINK:
        return readlink(inode, shown);
      case OP.OPEN:
        return this.#open(inode, shown);
      case OP.READ:
        if (this.#waitsForChanges(inode, length)) return;
        return read(this.volume, inode, this.cold, shown);
      case OP.RELEASE:
        inode.closed();
        if (inode.opens === 0 && inode.pending === 0) {
          this.volume.closeData(inode);
        }
        return answer(0);
      case OP.OPENDIR:
        return this.#directories.open(inode, shown);
      case OP.READDIR:
      case OP.READDIRPLUS:
        return this.#directories.read(
          inode,
          opcode === OP.READDIRPLUS ? this.#changes.kernel : null,
          shown,
        );
      case OP.RELEASEDIR:
        return this.#directories.release(answer);
      case OP.GETXATTR:
      case OP.LISTXATTR:
        return readXattr(opcode, inode, shown);
      case OP.LSEEK:
        if (this.#waitsForChanges(inode, length)) return;
        return lseek(this.volume, inode, answer);
      case OP.FSYNC:
      case OP.FSYNCDIR:
        return this.#fsync(inode, length, answer);
      case OP.IOCTL:
        return answer(E.NOTTY);
      case OP.SETATTR:
      case OP.SYMLINK:
      case OP.MKNOD:
      case OP.MKDIR:
      case OP.CREATE:
      case OP.UNLINK:
      case OP.RMDIR:
      case OP.RENAME:
      case OP.RENAME2:
      case OP.LINK:
      case OP.WRITE:
      case OP.SETXATTR:
      case OP.REMOVEXATTR:
      case OP.FALLOCATE:
      case OP.TMPFILE:
        return this.#change(opcode, inode, length, answer);
      case OP.COPY_FILE_RANGE:
      case OP.COPY_FILE_RANGE_64:
        // It then copies by READ and WRITE, and asks no more.
        if (!this.#changes.kernel.dropsCopied) return answer(E.NOSYS);
        if (this.#waitsForChanges(inode, length)) return;
        return this.#change(opcode, inode, length, answer);
      default:
        // FLUSH, ACCESS, POLL, BMAP and what we do not know: the kernel remembers this answer and asks no more.
        return answer(E.NOSYS);
    }
  }

  /** An answer to somebody who looks: what the disk does not show is told. */
  #shown(opcode: number, inode: Inode, answer: Answer): Answer {
    // Now: another request stands there when a thread has read for this one.
    const { view } = request;
    const from = opcode === OP.READ ? getU64(view, BODY + 8) : 0;
    const to = opcode === OP.READ ? from + view.getUint32(BODY + 16, true) : 0;
    return (error, size) => {
      // What a thread could not read when the role is over is nobody's fault any more.
      if (error !== 0 && this.device.fd >= 0) {
        this.pipeline.disk.unreadable(
          this.volume,
          inode,
          error,
          (marks, volume, id) =>
            markPlace(marks, { opcode, volume, id, from, to }),
        );
      }
      answer(error, size);
    };
  }

  #change(
    opcode: number,
    inode: Inode,
    length: number,
    answer: Answer,
  ): void {
    const inTurn: Answer = (error, size = 0) => {
      if (!this.turnstile.closed) return answer(error, size);
      // Others are written at OUT meanwhile.
      const bytes = reply.bytes.slice(OUT, OUT + size);
      this.turnstile.pass(() => {
        reply.bytes.set(bytes, OUT);
        answer(error, size);
      });
    };
    if (this.#changes.change(opcode, inode, length, inTurn) === "wait") {
      this.#defer(length, this.#waited);
    }
  }

  #lookup(parent: Inode, length: number, answer: Answer): void {
    let error: number = E.NOENT;
    if (!hides(this.volume, parent, BODY, length - 1)) {
      const inode = this.volume.lookup(parent, request.address + BODY);
      if (typeof inode !== "number") {
        if (this.#waitsForSize(inode, length)) return;
        return answerEntry(
          inode,
          answer,
          this.#changes.kernel.lookupValidSeconds,
        );
      }
      error = inode;
    }
    if (error !== E.NOENT) return answer(error);
    // The kernel remembers that there is no such name: only this mount could make it.
    writeEntry(reply.view, OUT, 0, stat.view, stat.at);
    answer(0, 128);
  }

  #open(inode: Inode, answer: Answer): void {
    const fd = this.volume.data(inode);
    if (fd < 0) return answer(-fd);
    const flags = request.view.getUint32(BODY, true);
    writeOpen(OUT, 0, openFlags(inode, flags, this.#changes.kernel));
    inode.opens++;
    noteFlags(inode, flags);
    answer(0, 16);
  }

  #fsync(inode: Inode, length: number, answer: Answer): void {
    const bound = this.pipeline.bind(this.volume, inode);
    if (typeof bound === "number") return answer(bound);
    if (bound === "wait") return this.#defer(length);
    const dataOnly = (request.view.getUint32(BODY + 8, true) & 1) !== 0;
    this.pipeline.sync(this.volume, inode, {
      dataOnly,
      local: bound === "local",
      answer,
    });
  }

  /** `count` pairs of an id and the references to take from it; the first ones stand at `ids` and `references`, then every 16 bytes. */
  #forget(count: number, ids: number, references: number): void {
    const gone: number[] = [];
    for (let i = 0; i < count; i++) {
      const id = getU64(request.view, ids + i * 16);
      const taken = getU64(request.view, references + i * 16);
      if (!this.volume.forget(id, taken)) continue;
      // What was written to it and answered is not done here yet.
      if (this.volume.isAhead(id)) this.#forgotten.add(id);
      else gone.push(id);
    }
    this.#drop(gone);
  }

  #drop(gone: readonly number[]): void {
    this.pipeline.forget(this.volume, gone);
    for (const id of gone) this.volume.dropId(id);
  }

  /** Inodes that the kernel has forgotten while writes to them were on their way. */
  readonly #forgotten = new Set<number>();

  #dropForgotten(): void {
    for (const id of this.#forgotten) {
      const inode = this.volume.get(id);
      if (inode?.ahead) continue;
      this.#forgotten.delete(id);
      // The kernel may have asked for it again.
      if (inode?.lookups === 0) this.#drop([id]);
    }
  }

  /** Ends what the kernel had open. */
  close(): void {
    this.#directories.close();
    this.#deferred = [];
    this.#deferredBytes = 0;
  }
}

/** What a request asked for; of a READ bytes [from, to). */
function markPlace(
  marks: Marks,
  { opcode, volume, id, from, to }: {
    readonly opcode: number;
    readonly volume: number;
    readonly id: number;
    readonly from: number;
    readonly to: number;
  },
): void {
  switch (opcode) {
    case OP.READ: {
      // The bad sector may be anywhere in what the file system had to read for it.
      const offset = from - from % PIECE;
      const length = Math.ceil(to / PIECE) * PIECE - offset;
      return marks.data(volume, id, { offset, length }, 0);
    }
    case OP.LOOKUP:
    case OP.OPENDIR:
    case OP.READDIR:
    case OP.READDIRPLUS:
      return marks.names(volume, id, 0);
    default:
      return marks.attributes(volume, id, 0);
  }
}
